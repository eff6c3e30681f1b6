import { deepEqual, equal, throws } from "node:assert/strict";
import { test } from "node:test";
import { createSerialConfig } from "../../../dist/config/config.js";
import { drainBlocking } from "../../../dist/io/blocking.js";
import { clockMs } from "../../../dist/process/timers.js";
import { readBlocking, writeBlocking } from "../../helpers/channel.ts";
import { FakeComm } from "../../helpers/fake-comm.ts";
import { fakeBackend } from "../../helpers/windows-port.ts";

function openBlocking() {
  const system = new FakeComm();
  const ports = system.addPair();
  const request = { path: "COM1", config: createSerialConfig(), onRefusal: "stop" as const };
  return { system, ports, port: fakeBackend(system).openBlocking(request) };
}

test("WindowsPort read blocking waits for the first byte, and takes further bytes with it", () => {
  const { system, ports, port } = openBlocking();
  const into = new Uint8Array(10);
  system.whileBlocked = () => system.receive(ports.a, [1, 2, 3]);

  equal(readBlocking(port, into, 1000), 3);
  deepEqual([...into.subarray(0, 3)], [1, 2, 3]);
  port.closeBlocking();
  deepEqual([system.openHandles.size, system.blocks], [0, 0]);
});

test("WindowsPort read blocking is 0 when the time is over, and loses no later byte", () => {
  const { system, ports, port } = openBlocking();
  const into = new Uint8Array(10);
  equal(readBlocking(port, into, 5), 0);
  equal(readBlocking(port, into, 0), 0);
  system.receive(ports.a, [7]);

  equal(readBlocking(port, into, 0), 1);
  equal(into[0], 7);
  port.closeBlocking();
});

test("WindowsPort read blocking that the driver ends by itself is a disconnect, not the end of the time", () => {
  const { system, ports, port } = openBlocking();
  system.whileBlocked = () => system.unplug(ports.a);

  throws(() => readBlocking(port, new Uint8Array(1), 1000), {
    name: "SerialDisconnectedError",
    winerror: 995,
  });
  port.closeBlocking();
});

test("WindowsPort written blocking takes no more while a write is under way", () => {
  const { system, ports, port } = openBlocking();
  const data = new Uint8Array(10_000);
  equal(port.tryWrite(data), 10_000);
  equal(writeBlocking(port, data, 5), 0);
  system.whileBlocked = () => {
    ports.b.input.length = 0; // the other side reads
    system.receive(ports.b, []);
  };
  equal(writeBlocking(port, data, 1000), 10_000);

  port.closeBlocking();
  deepEqual([system.openHandles.size, system.blocks], [0, 0]);
});

test("WindowsPort drained blocking waits for the output, and with exact for FlushFileBuffers", () => {
  const { system, port } = openBlocking();
  equal(drainBlocking(port, true, clockMs() + 100), true);
  equal(system.calls.filter((call) => call === "FlushFileBuffers").length, 1);

  port.closeBlocking();
});

test("a device that is gone is reported with its code", () => {
  const { system, ports, port } = openBlocking();
  system.unplug(ports.a);

  throws(() => readBlocking(port, new Uint8Array(1), 10), {
    name: "SerialDisconnectedError",
    winerror: 22,
    operation: "receive",
  });
  port.closeBlocking();
  deepEqual([system.openHandles.size, system.blocks], [0, 0]);
});
