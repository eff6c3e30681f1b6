// The blocking API over a Mac, and a look at a port without changing it.

import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { test } from "node:test";
import type { SerialConfigInput } from "anyserial";
import type { BlockingPort } from "../../../dist/backend/backend.js";
import { createSerialConfig } from "../../../dist/config/config.js";
import { drainBlocking } from "../../../dist/io/blocking.js";
import { clockMs } from "../../../dist/process/timers.js";
import { CALLOUT, Mac } from "../../helpers/mac-port.ts";

function open(mac: Mac, config: SerialConfigInput = {}): BlockingPort {
  return mac.backend.openBlocking({
    path: CALLOUT,
    config: createSerialConfig(config),
    onRefusal: "stop",
  });
}

for (const cpu of ["x64", "arm64"]) {
  test(`openBlocking() reads, writes and drains without a kqueue (${cpu})`, () => {
    const mac = new Mac(cpu);
    const port = open(mac, { baudRate: 250_000, exclusive: true });
    const into = new Uint8Array(8);
    mac.kernel.arrive(1, 2, 3);

    equal(port.tryRead(into), 3);
    equal(port.tryWrite(Uint8Array.of(4, 5)), 2);
    equal(drainBlocking(port, true, clockMs() + 100), true);
    equal(port.tryRead(into), 0);
    port.closeBlocking();

    deepEqual(mac.kernel.written, [4, 5]);
    deepEqual(mac.kernel.customRates, [250_000]);
    equal(mac.calls("kqueue").length, 0);
    equal(mac.kernel.openFds.size, 0);
    equal(mac.kernel.isExclusive, false);
  });
}

test("openBlocking() reports that the device is gone: ENXIO", () => {
  const mac = new Mac();
  const port = open(mac);
  mac.kernel.fail("read", "ENXIO");

  throws(() => port.tryRead(new Uint8Array(1)), {
    name: "SerialDisconnectedError",
    code: "ENXIO",
  });
  port.closeBlocking();
});

test("inspect() changes nothing, and returns the driver's answers", () => {
  const mac = new Mac();
  mac.kernel.driver.modemBits = 0x20;
  const before = [...mac.kernel.termios];

  const seen = mac.backend.inspect(CALLOUT);

  deepEqual([...mac.kernel.termios], before);
  equal(mac.calls("ioctl 7 TIOCSETA").length, 0);
  equal(mac.kernel.openFds.size, 0);
  deepEqual(seen.modemLines, { cts: true, dsr: false, ri: false, dcd: false });
  deepEqual([seen.exclusive, seen.lowLatency, seen.lineErrors], [undefined, undefined, undefined]);
  equal(seen.settings.baudRate, 9600);
  ok(seen.terminal.canonical && seen.terminal.echo); // as the kernel leaves a port
});

test("inspect() reads a custom rate that another program has set", () => {
  const mac = new Mac();
  for (const name of ["c_ispeed", "c_ospeed"]) {
    mac.kernel.facts.write(mac.kernel.termios, "termios", name, 31_250);
  }

  equal(mac.backend.inspect(CALLOUT).settings.baudRate, 31_250);
});

/** Device sides of ptys, and ports. */
const PATHS: readonly (readonly [string, boolean])[] = [
  ["/dev/ttys000", true],
  ["/dev/ttys123", true],
  ["/dev/ttyp0", true],
  ["/dev/ttywf", true],
  ["/dev/tty.usbserial-1", false],
  ["/dev/cu.usbserial-1", false],
  ["/dev/tty", false],
];
for (const [path, isPty] of PATHS) {
  test(`inspect() takes ${path} for ${isPty ? "a pty" : "a port"}`, () => {
    const mac = new Mac();
    mac.kernel.nodes.add(path);

    equal(mac.backend.inspect(path).isPseudoTerminal, isPty);
  });
}
