import { deepEqual, equal, throws } from "node:assert/strict";
import { test } from "node:test";
import { createSerialConfig } from "anyserial";
import { FakeComm } from "../../helpers/fake-comm.ts";
import { fakeBackend } from "../../helpers/windows-port.ts";

function openBlocking() {
  const system = new FakeComm();
  const ports = system.addPair();
  const settle = (_: string, error: Error): void => {
    throw error;
  };
  const request = { path: "COM1", config: createSerialConfig(), settle };
  return { system, ports, port: fakeBackend(system).openBlocking(request) };
}

test("readBlocking() blocks for the first byte, and takes what comes with it", () => {
  const { system, ports, port } = openBlocking();
  const into = new Uint8Array(10);
  system.whileBlocked = () => system.receive(ports.a, [1, 2, 3]);

  equal(port.readBlocking(into, 1000), 3);
  deepEqual([...into.subarray(0, 3)], [1, 2, 3]);
  port.closeBlocking();
  deepEqual([system.openHandles.size, system.blocks], [0, 0]);
});

test("readBlocking() is 0 when the time is over, and loses no later byte", () => {
  const { system, ports, port } = openBlocking();
  const into = new Uint8Array(10);
  equal(port.readBlocking(into, 5), 0);
  equal(port.readBlocking(into, 0), 0);
  system.receive(ports.a, [7]);

  equal(port.readBlocking(into, 0), 1);
  equal(into[0], 7);
  port.closeBlocking();
});

test("readBlocking() that the driver ends by itself is a disconnect, not the end of the time", () => {
  const { system, ports, port } = openBlocking();
  system.whileBlocked = () => system.unplug(ports.a);

  throws(() => port.readBlocking(new Uint8Array(1), 1000), {
    name: "SerialDisconnectedError",
    winerror: 995,
  });
  port.closeBlocking();
});

test("writeBlocking() tells how much went out when the time is over", () => {
  const { system, ports, port } = openBlocking();
  const data = new Uint8Array(10_000);
  system.whileBlocked = () => system.receive(ports.b, []); // lets the driver send what fits
  equal(port.writeBlocking(data, 5), 4096);
  equal(port.writeBlocking(data, 5), 0);

  port.closeBlocking();
  deepEqual([system.openHandles.size, system.blocks], [0, 0]);
});

test("drainBlocking() waits for the output, and with exact for FlushFileBuffers", () => {
  const { system, port } = openBlocking();
  equal(port.drainBlocking(true, 100), true);
  equal(system.calls.filter((call) => call === "FlushFileBuffers").length, 1);

  port.closeBlocking();
});

test("a device that is gone is told with its code", () => {
  const { system, ports, port } = openBlocking();
  system.unplug(ports.a);

  throws(() => port.readBlocking(new Uint8Array(1), 10), {
    name: "SerialDisconnectedError",
    winerror: 22,
    operation: "receive",
  });
  port.closeBlocking();
  deepEqual([system.openHandles.size, system.blocks], [0, 0]);
});
