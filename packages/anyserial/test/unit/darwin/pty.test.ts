// Emulated ports on a Mac: how they are made, and what an application that comes and goes is to them.

import "@anyserial/test-support/fakeable-timers"; // first
import { deepEqual, equal, throws } from "node:assert/strict";
import { test } from "node:test";
import { type DarwinAbi, darwinAbi } from "../../../dist/darwin/abi.js";
import { darwinPlatform } from "../../../dist/darwin/platform.js";
import { openDarwinPty } from "../../../dist/darwin/pty.js";
import type { PtyController } from "../../../dist/posix/pty-controller.js";
import { readInto, writeSome } from "../../helpers/channel.ts";
import { FakeReadiness } from "../../helpers/fake-readiness.ts";
import { DEVICE, MacPtyKernel } from "../../helpers/mac-pty.ts";

interface SetUp {
  readonly kernel: MacPtyKernel;
  readonly readiness: FakeReadiness;
  readonly open: () => PtyController;
}

function setUp(cpu: string = "arm64"): SetUp {
  const kernel = new MacPtyKernel(cpu);
  const abi = darwinAbi(cpu) as DarwinAbi; // both are in the table
  const platform = darwinPlatform({ libc: kernel, tcdrain: () => 0, abi });
  const readiness = new FakeReadiness();
  const access = { chown: () => 0, chmod: () => 0 };
  const system = { platform, abi, readiness, access };
  return { kernel, readiness, open: () => openDarwinPty(system, undefined) };
}

for (const cpu of ["x64", "arm64"]) {
  test(`openDarwinPty() grants, unlocks and names the device by requests (${cpu})`, () => {
    const { kernel, open } = setUp(cpu);

    const port = open();

    equal(port.devicePath, DEVICE);
    deepEqual(kernel.trace.slice(0, 4), [
      'open "/dev/ptmx" O_RDWR|O_NONBLOCK|O_NOCTTY|O_CLOEXEC (0x1020006) = 7',
      "ioctl 7 TIOCPTYGRANT (0x20007454) = 0",
      "ioctl 7 TIOCPTYUNLK (0x20007452) = 0",
      "ioctl 7 TIOCPTYGNAME (0x40807453, 128 bytes) = 0",
    ]);
    deepEqual([...kernel.openFds], [7]); // the device was open for a moment only
    port.abandon();
    equal(kernel.openFds.size, 0);
  });
}

for (const call of ["open", "TIOCPTYGRANT", "TIOCPTYUNLK"]) {
  test(`openDarwinPty() leaves nothing behind when ${call} fails`, () => {
    const { kernel, open } = setUp();
    kernel.fail(call, "EIO");

    throws(open, { code: "EIO", path: "/dev/ptmx" });

    equal(kernel.openFds.size, 0);
  });
}

test("openDarwinPty() leaves nothing behind when its device cannot be opened", () => {
  const { kernel, readiness, open } = setUp();
  kernel.nodes.delete(DEVICE);

  throws(open, { code: "ENOENT", syscall: "open" });

  equal(kernel.openFds.size, 0);
  equal(
    readiness.watches.every(({ isClosed }) => isClosed),
    true,
  );
});

test("isApplicationOpen() is exact: poll(2) reports a hang-up while the device is closed", () => {
  const { kernel, open } = setUp();
  const port = open();

  const before = port.isApplicationOpen();
  const device = kernel.openDevice();
  const meanwhile = port.isApplicationOpen();
  kernel.close(device);

  deepEqual([before, meanwhile, port.isApplicationOpen()], [false, true, false]);
  port.abandon();
});

test("a write without an application is no failure: it is not taken", () => {
  const { kernel, open } = setUp();
  const port = open();

  equal(port.tryWrite(Buffer.from("a")), 0);
  kernel.openDevice();
  equal(port.tryWrite(Buffer.from("b")), 1);

  deepEqual(kernel.toApplication, [0x62]);
  port.abandon();
});

test("a write waits for the application, and goes out when it comes", async (t) => {
  t.mock.timers.enable({ apis: ["setInterval"] });
  const { kernel, open } = setUp();
  const port = open();

  const writing = writeSome(port, Buffer.from("a"));
  await new Promise(setImmediate);
  kernel.openDevice();
  t.mock.timers.tick(50);

  equal(await writing, 1);
  deepEqual(kernel.toApplication, [0x61]);
  port.abandon();
});

test("a read waits for the application, also after an end of file", async (t) => {
  t.mock.timers.enable({ apis: ["setInterval"] });
  const { kernel, open } = setUp();
  const port = open();
  const into = new Uint8Array(8);

  const reading = readInto(port, into);
  await new Promise(setImmediate);
  kernel.openDevice();
  kernel.input.push(1, 2);
  t.mock.timers.tick(50);

  equal(await reading, 2);
  port.abandon();
});

test("onPresence is called when the application comes, and when it goes", (t) => {
  t.mock.timers.enable({ apis: ["setInterval"] });
  const { kernel, open } = setUp();
  const port = open();
  const seen: boolean[] = [];
  port.onPresence = () => seen.push(port.isApplicationOpen());

  t.mock.timers.tick(100);
  const device = kernel.openDevice();
  t.mock.timers.tick(100);
  kernel.close(device);
  t.mock.timers.tick(100);
  port.abandon();
  t.mock.timers.tick(100);

  deepEqual(seen, [true, false]);
});

test("terminalMode() reports that the kernel reset the terminal when it was opened", () => {
  const { kernel, open } = setUp();
  const port = open();
  const before = port.terminalMode();

  kernel.openDevice();

  deepEqual(before, { raw: true, echo: false });
  deepEqual(port.terminalMode(), { raw: false, echo: true });
  port.abandon();
});
