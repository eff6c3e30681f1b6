import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { test } from "node:test";
import { FakeComm } from "../../helpers/fake-comm.ts";
import { fakeBackend, openFake } from "../../helpers/windows-port.ts";

/** Calls that an open makes, each of which may fail. */
const CALLS = [
  "CreateFileW",
  "GetCommState",
  "GetCommTimeouts",
  "SetCommTimeouts",
  "SetCommState",
  "PurgeComm",
  "ClearCommError",
  "CreateEventW",
  "HeapAlloc",
];

function systemWithPort() {
  const system = new FakeComm();
  const { a } = system.addPair();
  const before = { dcb: new Uint8Array(a.dcb.buffer.slice(0)), timeouts: a.timeouts.slice() };
  return { system, port: a, before };
}

for (const call of CALLS) {
  test(`open() leaves no trace when ${call} fails, and a later open works`, async () => {
    const { system, port, before } = systemWithPort();
    system.fail(call, 1450); // ERROR_NO_SYSTEM_RESOURCES
    await rejects(openFake(system, "COM1", { baudRate: 9600 }), { path: "COM1" });

    equal(system.openHandles.size, 0);
    equal(system.blocks, 0);
    equal(system.completions.joined, 0);
    if (call !== "SetCommState") deepEqual(new Uint8Array(port.dcb.buffer), before.dcb);
    if (call !== "SetCommTimeouts") deepEqual(port.timeouts, before.timeouts);
    system.fail(call, 0);
    await (await openFake(system, "COM1")).close();
  });
}

for (let passes = 1; passes < 3; passes++) {
  test(`open() leaves no memory when only ${passes} of 3 operations get some`, async () => {
    const { system } = systemWithPort();
    const { allocate } = system;
    let left = passes;
    system.allocate = (size) => (left-- > 0 ? allocate.call(system, size) : 0n);
    await rejects(openFake(system, "COM1"), { winerror: 8 });

    deepEqual([system.openHandles.size, system.blocks, system.completions.joined], [0, 0, 0]);
  });
}

test("open() refuses a port that is open: Windows shares none", async () => {
  const { system } = systemWithPort();
  const first = await openFake(system, "COM1");
  await rejects(openFake(system, "\\\\.\\COM1"), {
    name: "PortBusyError",
    code: "EBUSY",
    winerror: 5,
    path: "\\\\.\\COM1",
  });
  await first.close();

  await (await openFake(system, "com1", { exclusive: true })).close();
});

test("open() of a missing port fails with PortNotFoundError", async () => {
  const { system } = systemWithPort();

  await rejects(openFake(system, "COM77"), { name: "PortNotFoundError", winerror: 2 });
});

test("open() refuses a rate that the driver refuses, and one that it changes", async () => {
  const { system, port, before } = systemWithPort();
  port.rates.set(12_345, "refused");
  port.rates.set(12_346, 38_400);
  await rejects(openFake(system, "COM1", { baudRate: 12_345 }), {
    name: "UnsupportedConfigurationError",
    winerror: 87,
    syscall: "SetCommState",
  });
  await rejects(openFake(system, "COM1", { baudRate: 12_346 }), {
    name: "UnsupportedConfigurationError",
    code: "ERR_SERIAL_SETTING_CHANGED",
  });

  deepEqual(new Uint8Array(port.dcb.buffer), before.dcb);
});

test("open() takes the timeouts away, and close() puts them back", async () => {
  const { system, port, before } = systemWithPort();
  const opened = await openFake(system, "COM1");
  deepEqual(port.timeouts, new Uint8Array(20));
  await opened.close();

  deepEqual(port.timeouts, before.timeouts);
});

test("open() leaves the reserved bits of the DCB as the driver has them", async () => {
  const { system, port } = systemWithPort();
  const opened = await openFake(system, "COM1", { parity: "odd", flowControl: { rtsCts: true } });

  equal(port.flags >>> 15, 0xabcd_8000 >>> 15);
  equal(port.dcb.getUint16(12, true), 0x1234);
  equal(port.dcb.getUint16(26, true), 0x1234);
  await opened.close();
});

test("open() forgets bytes received before, and their errors", async () => {
  const { system, port } = systemWithPort();
  system.receive(port, [1, 2, 3], 0x8);
  const opened = await openFake(system, "COM1");

  equal(await opened.inputWaiting(), 0);
  equal((await opened.lineErrors()).framing, 0);
  await opened.close();
});

test("open() that is not to discard keeps what was received before", async () => {
  const { system, port } = systemWithPort();
  system.receive(port, [1, 2, 3]);
  const opened = await openFake(system, "COM1", { discardInputOnOpen: false });

  equal(await opened.inputWaiting(), 3);
  await opened.close();
});

for (const [what, before, isLost] of [
  ["the settings that it asks for", {}, false],
  ["another rate", { baudRate: 1200 }, true],
  ["another parity", { parity: "odd" }, true],
] as const) {
  test(`open() after ${what} ${isLost ? "discards" : "keeps"} bytes that arrive while it configures`, async () => {
    const { system, port } = systemWithPort();
    await (await openFake(system, "COM1", before)).close();
    const { setCommState } = system;
    system.setCommState = (handle: number, dcb: Uint8Array): number => {
      system.receive(port, [1, 2, 3]);
      return setCommState.call(system, handle, dcb);
    };
    const opened = await openFake(system, "COM1");

    equal(await opened.inputWaiting(), isLost ? 0 : 3);
    await opened.close();
  });
}

test("open() refuses settings that Windows has no call for, or leaves them out by policy", async () => {
  const { system } = systemWithPort();
  for (const config of [
    { hangupOnClose: false },
    { lineErrors: "mark" },
    { lowLatency: true },
    { rs485: { enabled: true } },
  ] as const) {
    await rejects(openFake(system, "COM1", config), {
      name: "UnsupportedFeatureError",
      code: "ERR_SERIAL_UNSUPPORTED",
    });
    equal(system.openHandles.size, 0);
    await (await openFake(system, "COM1", { ...config, unsupportedPolicy: "ignore" })).close();
  }
});

test("lowLatency is refused with the place of FTDI's latency timer", async () => {
  const { system } = systemWithPort();
  const error = await openFake(system, "COM1", { lowLatency: true }).catch((e) => e);

  ok(error.hint.includes("Port Settings"), error.hint);
  ok(error.hint.includes("Latency Timer"), error.hint);
});

test("createPty is missing: Windows lets no program make a COM port", () => {
  equal("createPty" in fakeBackend(new FakeComm()), false);
});
