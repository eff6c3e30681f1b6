// An inspection of a COM port over a kernel32 that answers and counts: the result, and the calls
// that are never made.

import assert from "node:assert/strict";
import { test } from "node:test";
import { windowsAbi } from "../../../../dist/windows/abi.js";
import { inspectComm } from "../../../../dist/windows/discovery/inspect.js";
import type { Kernel32 } from "../../../../dist/windows/kernel32-calls.js";
import type { WindowsSystem } from "../../../../dist/windows/open-comm.js";

/** `<winbase.h>`: 9600 8E1, CTS flow control. */
const DCB_BYTES = { baudRate: 9600, flags: 0x1007, byteSize: 8, parity: 2 } as const;

interface Port {
  readonly opened?: number;
  readonly state?: number;
  readonly modem?: number;
  readonly holds?: number;
}

/** Calls that change a port are not there: calling one fails the test. */
function systemOf(port: Port): { readonly system: WindowsSystem; readonly calls: string[] } {
  const calls: string[] = [];
  const kernel32: Partial<Kernel32> = {
    createFile: (path) => {
      calls.push(`open ${path}`);
      return port.opened ?? 7;
    },
    closeHandle: (handle) => calls.push(`close ${handle}`),
    getCommState: (_handle, dcb) => {
      const view = new DataView(dcb.buffer, dcb.byteOffset);
      assert.equal(view.getUint32(0, true), 28);
      view.setUint32(4, DCB_BYTES.baudRate, true);
      view.setUint32(8, DCB_BYTES.flags, true);
      dcb[18] = DCB_BYTES.byteSize;
      dcb[19] = DCB_BYTES.parity;
      return port.state ?? 0;
    },
    clearCommError: (_handle, _errors, status) => {
      const view = new DataView(status.buffer, status.byteOffset);
      view.setUint32(0, port.holds ?? 0, true);
      view.setUint32(4, 12, true);
      view.setUint32(8, 34, true);
      return 0;
    },
    getCommModemStatus: (_handle, status) => {
      new DataView(status.buffer, status.byteOffset).setUint32(0, 0x30, true);
      return port.modem ?? 0;
    },
  };
  const abi = windowsAbi("x64");
  assert.ok(abi !== undefined);
  return { system: { kernel32: kernel32 as Kernel32, abi }, calls }; // nothing else is called
}

test("inspectComm() returns settings, queues and lines, and closes the port", () => {
  const { system, calls } = systemOf({});

  const look = inspectComm(system, "COM12");

  assert.deepEqual(calls, ["open \\\\.\\COM12", "close 7"]);
  assert.equal(look.settings.baudRate, 9600);
  assert.equal(look.settings.parity, "even");
  assert.deepEqual([look.inputWaiting, look.outputWaiting, look.isWritable], [12, 34, true]);
  assert.deepEqual(look.modemLines, { cts: true, dsr: true, ri: false, dcd: false });
  assert.equal(look.capabilities.modemLines, "supported");
  assert.deepEqual([look.controlLines, look.lineErrors, look.lowLatency], Array(3).fill(undefined));
});

for (const [what, holds] of [
  ["CTS", 1],
  ["DSR", 2],
  ["carrier", 4],
  ["XON", 8],
] as const) {
  test(`inspectComm() sees output that waits for ${what}`, () => {
    assert.equal(inspectComm(systemOf({ holds }).system, "COM3").isWritable, false);
  });
}

test("inspectComm() goes on where a driver has no modem lines", () => {
  const look = inspectComm(systemOf({ modem: -1 }).system, "COM3");

  assert.equal(look.modemLines, undefined);
  assert.equal(look.capabilities.modemLines, "unsupported");
});

for (const [winerror, name] of [
  [2, "PortNotFoundError"],
  [5, "PortBusyError"],
  [32, "PortBusyError"],
] as const) {
  test(`inspectComm() fails with ${name} for ${winerror}`, () => {
    const { system, calls } = systemOf({ opened: -winerror });

    assert.throws(() => inspectComm(system, "COM3"), { name, winerror });
    assert.deepEqual(calls, ["open \\\\.\\COM3"]);
  });
}

test("inspectComm() closes a handle that is no serial port", () => {
  const { system, calls } = systemOf({ state: -1 });

  assert.throws(() => inspectComm(system, "COM3"), { winerror: 1 });
  assert.deepEqual(calls.at(-1), "close 7");
});
