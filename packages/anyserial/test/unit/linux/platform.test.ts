import { deepEqual, equal } from "node:assert/strict";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { temporaryFolder } from "@anyserial/test-support/temporary-folder";
import { LINUX_CAPABILITIES, linuxPlatform } from "../../../dist/linux/platform.js";
import { ABI, FakeLibc, words } from "../../helpers/fake-libc.ts";

function setUp(): { libc: FakeLibc; platform: ReturnType<typeof linuxPlatform> } {
  const libc = new FakeLibc();
  return { libc, platform: linuxPlatform({ libc, tcdrain: () => 0, abi: ABI }) };
}

test("LINUX_CAPABILITIES says what only the driver can know", () => {
  deepEqual(LINUX_CAPABILITIES, {
    platform: "linux",
    backend: "linux",
    customBaudRate: "supported",
    markSpaceParity: "supported",
    onePointFiveStopBits: "unsupported",
    xonXoff: "supported",
    rtsCts: "supported",
    dtrDsr: "unsupported",
    modemLines: "unknown",
    modemLineEvents: "unknown",
    breakSignal: "unknown",
    exclusiveAccess: "supported",
    lowLatency: "unknown",
    rs485: "unknown",
    inputWaiting: "supported",
    outputWaiting: "supported",
    lineErrorCounters: "unknown",
    portDiscovery: LINUX_CAPABILITIES.portDiscovery,
  });
});

test("linuxPlatform().probe() finds a pty to have nothing", () => {
  const { libc, platform } = setUp();
  libc.modemBits = undefined;

  deepEqual(platform.probe(3), {
    modemLines: "unsupported",
    modemLineEvents: "unsupported",
    lineErrorCounters: "unsupported",
    lowLatency: "unsupported",
    rs485: "unsupported",
  });
});

test("linuxPlatform().probe() promises nothing about what can only be read", () => {
  const { libc, platform } = setUp();
  libc.counters = [];
  libc.serialFlags = 0;
  libc.rs485 = new Uint8Array(32);

  deepEqual(platform.probe(3), {
    modemLines: "supported",
    modemLineEvents: "supported",
    lineErrorCounters: "supported",
    lowLatency: "unknown",
    rs485: "unknown",
  });
});

test("linuxPlatform().probe() only reads", () => {
  const { libc, platform } = setUp();

  platform.probe(3);

  deepEqual(libc.calls, ["TIOCMGET", "TIOCGICOUNT", "TIOCGSERIAL", "TIOCGRS485"]);
});

/** Device number as the kernel encodes it (new_encode_dev), and whether it is a pty's device. */
const DEVICES: readonly (readonly [number | undefined, boolean])[] = [
  [(136 << 8) | 0, true],
  [(136 << 8) | 5, true],
  [(143 << 8) | 255, true],
  [(136 << 8) | 0x100000 | 1, true], // minor 257
  [(188 << 8) | 0, false], // ttyUSB0
  [(4 << 8) | 64, false], // ttyS0
  [(135 << 8) | 0, false],
  [(144 << 8) | 0, false],
  [undefined, false],
];
for (const [device, expected] of DEVICES) {
  test(`linuxPlatform().isPseudoTerminal() is ${expected} for device ${device}`, () => {
    const { libc, platform } = setUp();
    libc.device = device;

    equal(platform.isPseudoTerminal(3, "/dev/x"), expected);
  });
}

test("linuxPlatform().discard() flushes the queue that is named", () => {
  const { libc, platform } = setUp();

  platform.discard(3, "input");
  platform.discard(3, "output");

  deepEqual(libc.calls, ["TCFLSH 0", "TCFLSH 1"]);
});

test("linuxPlatform().readRs485() is null where the driver has none", () => {
  const { libc, platform } = setUp();

  equal(platform.readRs485(3), null);
  libc.rs485 = words(32, { 0: 1, 8: 4 });
  equal(platform.readRs485(3)?.enabled, true);
  equal(platform.readRs485(3)?.delayAfterSendMs, 4);
});

test("linuxPlatform().isTransmitterEmpty() returns the bit, or that it is unknown", () => {
  const { libc, platform } = setUp();

  equal(platform.isTransmitterEmpty(3), undefined);
  libc.lineStatus = () => 0;
  equal(platform.isTransmitterEmpty(3), false);
  libc.lineStatus = () => 1; // TIOCSER_TEMT
  equal(platform.isTransmitterEmpty(3), true);
  libc.fail("TIOCSERGETLSR", "EIO");
  equal(platform.isTransmitterEmpty(3), -5);
});

for (const [driver, isLate] of [
  ["ftdi_sio", true],
  ["cp210x", false],
] as const) {
  test(`linuxPlatform().countsLinesLate() of a port on ${driver} is ${isLate}`, (t) => {
    const root = temporaryFolder(t);
    mkdirSync(join(root, "class/tty/ttyUSB0/device"), { recursive: true });
    symlinkSync(`../../../${driver}`, join(root, "class/tty/ttyUSB0/device/driver"));
    writeFileSync(join(root, "ttyUSB0"), "");
    const parts = { libc: new FakeLibc(), tcdrain: () => 0, abi: ABI, sysfs: root };

    equal(linuxPlatform(parts).countsLinesLate?.(join(root, "ttyUSB0")), isLate);
    equal(linuxPlatform(parts).countsLinesLate?.(join(root, "gone")), false);
  });
}
