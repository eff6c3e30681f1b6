// Waiting bytes of a blocking port: marks, memory, and times at their extremes.

import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { test } from "node:test";
import { until } from "@anyserial/test-support/until";
import { createVirtualPort, type VirtualPort } from "anyserial/pty";
import { openSerialPortSync, type SyncSerialPort } from "anyserial/sync";
import { leakFree } from "../helpers/leak-free.ts";

const ESCAPED = [0xff, 0xff, 0x42, 0xff, 0x00, 0x43, 0xff];

function receiveAll(port: SyncSerialPort, count: number): number[] {
  return [...port.receiveExactly(count, { timeoutMs: 10_000 })];
}

/** Sent bytes are with the port, escapes counted, when it can be switched. */
async function arrived(device: VirtualPort, count: number): Promise<void> {
  await until("the bytes have arrived", () => (device.unreadBytes() ?? 0) >= count);
}

for (const [from, to] of [
  ["count", "mark"],
  ["mark", "count"],
] as const) {
  test(
    `SyncSerialPort.configure() from lineErrors ${from} to ${to} leaves the bytes that wait as they are`,
    leakFree(async () => {
      await using device = await createVirtualPort();
      using port = openSerialPortSync(device.path, { lineErrors: from });
      device.trySend(Uint8Array.from(ESCAPED));
      await arrived(device, ESCAPED.length);

      port.configure({ lineErrors: to });
      equal(port.inputWaiting(), ESCAPED.length);
      device.trySend(Uint8Array.from(ESCAPED));

      deepEqual(receiveAll(port, 2 * ESCAPED.length), [...ESCAPED, ...ESCAPED]);
    }),
  );
}

test(
  "SyncSerialPort.inputWaiting() with marks counts the bytes that a receive would get",
  leakFree(async () => {
    await using device = await createVirtualPort();
    using port = openSerialPortSync(device.path, { lineErrors: "mark" });
    device.trySend(Uint8Array.of(0xff, 0xff, 0xff));
    await arrived(device, 3);

    equal(port.inputWaiting(), 3);
    deepEqual(receiveAll(port, port.inputWaiting()), [0xff, 0xff, 0xff]);
    equal(port.inputWaiting(), 0);
  }),
);

test(
  "SyncSerialPort.discardInput() discards bytes that were read to be counted",
  leakFree(async () => {
    await using device = await createVirtualPort();
    using port = openSerialPortSync(device.path, { lineErrors: "mark" });
    device.trySend(Buffer.from("old"));
    await arrived(device, 3);
    equal(port.inputWaiting(), 3);

    port.discardInput();
    device.trySend(Buffer.from("new"));

    equal(Buffer.from(receiveAll(port, 3)).toString(), "new");
  }),
);

for (const timeoutMs of [0, Number.MIN_VALUE, 2 ** 31, 2 ** 53, 1e300, Number.POSITIVE_INFINITY]) {
  test(
    `SyncSerialPort takes a time limit of ${timeoutMs} ms`,
    leakFree(async () => {
      await using device = await createVirtualPort();
      using port = openSerialPortSync(device.path);
      device.trySend(Buffer.from("abc"));
      await arrived(device, 3);
      const limit = { timeoutMs };

      equal(port.receive({ ...limit, maxBytes: 1 }).buffer.byteLength, 1);
      equal(port.receiveInto(new Uint8Array(1), limit), 1);
      equal(port.receiveExactly(1, limit).length, 1);
      port.send(Buffer.from("x"), limit);
      port.drain(limit);
      port.drainExact(limit);
    }),
  );
}

test(
  "SyncSerialPort.send() that runs out of time says how far it came, each time anew",
  leakFree(async () => {
    await using device = await createVirtualPort();
    using port = openSerialPortSync(device.path);
    const data = new Uint8Array(200_000);
    const errors = [0, 1].map(() => {
      try {
        port.send(data, { timeoutMs: 50 });
        throw new Error("it fits");
      } catch (error) {
        return error as DOMException & { bytesWritten: number };
      }
    });

    for (const { name } of errors) equal(name, "TimeoutError");
    ok((errors[0]?.bytesWritten ?? 0) > 0);
    equal(errors[1]?.bytesWritten, 0);
  }),
);

test(
  "SyncSerialPort.send() to a device that is gone says how far it came",
  leakFree(async () => {
    const device = await createVirtualPort();
    using port = openSerialPortSync(device.path);
    await device.close();

    throws(() => port.send(Buffer.from("x")), { name: "SerialDisconnectedError", bytesWritten: 0 });
    equal(port.isOpen, false);
  }),
);
