import { deepEqual, equal, ok, throws } from "node:assert/strict";
import {
  chmodSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { temporaryFolder } from "@anyserial/test-support/temporary-folder";
import { Refusals } from "../../../dist/config/refusals.js";
import { LowLatency } from "../../../dist/linux/low-latency.js";
import { ABI, configOf, FakeLibc } from "../../helpers/fake-libc.ts";

const strict = new Refusals("stop");
const ON = configOf({ lowLatency: true });
const OFF = configOf();
const FLAG = 0x2000; // ASYNC_LOW_LATENCY, <linux/tty_flags.h>
const OTHER = 0x1400; // unrelated flags

interface Adapter {
  readonly libc: FakeLibc;
  readonly setting: LowLatency;
  /** `latency_timer` in the synthetic sysfs. */
  readonly timer: string;
  readonly root: string;
}

/** A synthetic sysfs with ttyUSB0, and a link to its device as udev makes one. */
function setUp(t: TestContext, driver: string = "ftdi_sio"): Adapter {
  const root = realpathSync(temporaryFolder(t));
  const device = join(root, "sys/class/tty/ttyUSB0/device");
  mkdirSync(device, { recursive: true });
  mkdirSync(join(root, "drivers", driver), { recursive: true });
  symlinkSync(join(root, "drivers", driver), join(device, "driver"));
  writeFileSync(join(device, "latency_timer"), "16\n");
  mkdirSync(join(root, "dev"));
  writeFileSync(join(root, "dev/ttyUSB0"), "");
  symlinkSync("ttyUSB0", join(root, "dev/by-id"));
  const libc = new FakeLibc();
  libc.serialFlags = OTHER;
  const path = join(root, "dev/by-id");
  const setting = new LowLatency({ libc, abi: ABI, fd: 7, path, sysfs: join(root, "sys") });
  return { libc, setting, timer: join(device, "latency_timer"), root };
}

const read = (file: string): string => readFileSync(file, "utf8").trim();

test("LowLatency sets the driver's flag and the FTDI timer, through a link to the port", (t) => {
  const { libc, setting, timer } = setUp(t);

  setting.apply(ON, strict);

  equal(libc.serialFlags, OTHER | FLAG);
  equal(read(timer), "1");
});

test("LowLatency.restore() puts both back", (t) => {
  const { libc, setting, timer } = setUp(t);
  setting.apply(ON, strict);

  setting.restore();

  equal(libc.serialFlags, OTHER);
  equal(read(timer), "16");
});

test("LowLatency puts both back when it is turned off", (t) => {
  const { libc, setting, timer } = setUp(t);
  setting.apply(ON, strict);

  setting.apply(OFF, strict);

  equal(libc.serialFlags, OTHER);
  equal(read(timer), "16");
});

test("LowLatency touches nothing while it is not asked for", (t) => {
  const { libc, setting, timer } = setUp(t);

  setting.apply(OFF, strict);
  setting.restore();

  deepEqual(libc.calls, []);
  equal(read(timer), "16");
});

test("LowLatency leaves a flag on that was on before", (t) => {
  const { libc, setting } = setUp(t);
  libc.serialFlags = OTHER | FLAG;

  setting.apply(ON, strict);
  setting.restore();

  equal(libc.serialFlags, OTHER | FLAG);
  equal(libc.calls.includes("TIOCSSERIAL"), false);
});

test("LowLatency does nothing the second time", (t) => {
  const { libc, setting } = setUp(t);
  setting.apply(ON, strict);
  const { length } = libc.calls;

  setting.apply(ON, strict);

  equal(libc.calls.length, length);
});

test("LowLatency keeps flags that changed meanwhile when it restores", (t) => {
  const { libc, setting } = setUp(t);
  setting.apply(ON, strict);
  libc.serialFlags = FLAG | 0x10;

  setting.restore();

  equal(libc.serialFlags, 0x10);
});

test("LowLatency leaves the timer of another driver alone", (t) => {
  const { libc, setting, timer } = setUp(t, "cp210x");

  setting.apply(ON, strict);

  equal(libc.serialFlags, OTHER | FLAG);
  equal(read(timer), "16");
});

test("LowLatency needs no sysfs", (t) => {
  const { libc, setting, root } = setUp(t);
  rmSync(join(root, "sys"), { recursive: true });

  setting.apply(ON, strict);
  setting.restore();

  equal(libc.serialFlags, OTHER);
});

test("LowLatency restores the timer of a kernel that follows the flag by itself", (t) => {
  const { libc, setting, timer } = setUp(t);
  libc.onSerialSet = () => {
    const isOn = ((libc.serialFlags ?? 0) & FLAG) !== 0;
    if (isOn) writeFileSync(timer, "1\n");
  };

  setting.apply(ON, strict);
  equal(readFileSync(timer, "utf8"), "1\n"); // as the kernel wrote it
  setting.restore();

  equal(read(timer), "16");
});

test("LowLatency settles a driver without the flag, and has nothing to restore", (t) => {
  const { libc, setting, timer } = setUp(t);
  libc.serialFlags = undefined;

  throws(() => setting.apply(ON, strict), {
    name: "UnsupportedFeatureError",
    code: "ENOTTY",
    syscall: "ioctl(TIOCGSERIAL)",
    operation: "configure",
  });
  setting.restore();

  equal(read(timer), "16");
  deepEqual(libc.calls, ["TIOCGSERIAL"]);
});

test("LowLatency goes on without the flag where that is waived", (t) => {
  const { libc, setting } = setUp(t);
  libc.serialFlags = undefined;
  const refusals = new Refusals("leave-out");

  setting.apply(ON, refusals);

  deepEqual(
    refusals.list.map((refusal) => [refusal.setting, refusal.error.code]),
    [["lowLatency", "ENOTTY"]],
  );
});

test("LowLatency makes PortPermissionError of EPERM from TIOCSSERIAL", (t) => {
  const { libc, setting, timer } = setUp(t);
  libc.fail("TIOCSSERIAL", "EPERM");

  throws(() => setting.apply(ON, strict), {
    name: "PortPermissionError",
    code: "EPERM",
    syscall: "ioctl(TIOCSSERIAL)",
  });

  equal(libc.serialFlags, OTHER);
  equal(read(timer), "16");
});

/** Runs without the right to write other people's files, also for root. */
function asNobody(run: () => void): void {
  const isRoot = process.getuid?.() === 0;
  if (isRoot) process.seteuid?.(65_534);
  try {
    run();
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
}

const noUsers = process.getuid === undefined ? "the system has no user ids" : false;

test("LowLatency refuses a timer that it may not write, with a udev rule", {
  skip: noUsers,
}, (t) => {
  const { libc, setting, timer, root } = setUp(t);
  chmodSync(root, 0o755);
  chmodSync(timer, 0o444);

  asNobody(() =>
    throws(
      () => setting.apply(ON, strict),
      (error: Error & { hint?: string; cause?: Error; code?: string }) => {
        equal(error.name, "PortPermissionError");
        equal(error.code, "EACCES");
        ok(error.message.startsWith("Cannot set the latency timer of port "));
        ok(error.cause instanceof Error);
        equal(
          error.hint,
          `let your user write ${timer}, with a udev rule: SUBSYSTEM=="usb-serial", DRIVER=="ftdi_sio", ATTR{latency_timer}="1" (see node_modules/anyserial/docs/troubleshooting.md#permission)`,
        );
        return true;
      },
    ),
  );

  equal(libc.serialFlags, OTHER); // the flag is put back too
  equal(read(timer), "16");
});

test("LowLatency needs no right to write a timer that is low already", { skip: noUsers }, (t) => {
  const { libc, setting, timer, root } = setUp(t);
  writeFileSync(timer, "1\n");
  chmodSync(root, 0o755);
  chmodSync(timer, 0o444);

  asNobody(() => setting.apply(ON, strict));

  equal(libc.serialFlags, OTHER | FLAG);
});

test("LowLatency.restore() does not throw after an unplug", (t) => {
  const { libc, setting, root } = setUp(t);
  setting.apply(ON, strict);
  rmSync(root, { recursive: true });
  libc.failAlways("TIOCGSERIAL", "EIO");

  setting.restore();

  equal(libc.calls.at(-1), "TIOCGSERIAL");
});
