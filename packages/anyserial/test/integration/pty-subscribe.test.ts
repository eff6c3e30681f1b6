// VirtualPort.subscribe(): calls in place of promises.

import { deepEqual, equal, ok, rejects, throws } from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as nextTask } from "node:timers/promises";
import { until } from "@anyserial/test-support/until";
import { openSerialPort } from "anyserial";
import { createVirtualPort, type VirtualPort } from "anyserial/pty";
import { leakFree } from "../helpers/leak-free.ts";

function collect(device: VirtualPort): { text: string; told: string[] } {
  const heard = { text: "", told: [] as string[] };
  const listening = device.subscribe({
    onData: (bytes) => {
      heard.text += Buffer.from(bytes).toString("latin1");
    },
    onChange: ({ kind }) => heard.told.push(`${kind} after ${heard.text.length}`),
  });
  ok(listening !== undefined);
  return heard;
}

test(
  "VirtualPort subscribe() receives the application's bytes from before and after, in order",
  leakFree(async () => {
    await using device = await createVirtualPort();
    await using port = await openSerialPort(device.path);
    await port.send(Buffer.from("before "));

    const heard = collect(device);
    await port.send(Buffer.from("after"));

    await until("all bytes are received", () => heard.text === "before after");
  }),
);

test(
  "VirtualPort subscribe() receives more than fits into its buffer",
  leakFree(async () => {
    await using device = await createVirtualPort();
    await using port = await openSerialPort(device.path);
    const heard = collect(device);
    const text = "0123456789".repeat(100_000);

    await port.send(Buffer.from(text));

    await until("all bytes are received", () => heard.text.length === text.length);
    equal(heard.text, text);
  }),
);

test(
  "VirtualPort subscribe() reports a close after all bytes written before it",
  leakFree(async () => {
    await using device = await createVirtualPort();
    const heard = collect(device);
    for (let round = 1; round <= 20; round++) {
      const port = await openSerialPort(device.path);
      await port.send(Buffer.alloc(5000, "x"));
      await port.close();
      await until("the close is reported", () =>
        heard.told.includes(`close after ${round * 5000}`),
      );
    }
    equal(heard.told.filter((text) => text.startsWith("open")).length, 20);
  }),
);

test(
  "VirtualPort subscribe() leaves bytes in the kernel while it is paused",
  leakFree(async () => {
    await using device = await createVirtualPort();
    await using port = await openSerialPort(device.path);
    let text = "";
    const listening = device.subscribe({
      onData: (bytes) => {
        text += Buffer.from(bytes).toString();
        listening.pause();
      },
    });
    await port.send(Buffer.from("one"));
    await until("one byte is received", () => text === "one");
    let sent = 0;
    for (let count = port.trySend(Buffer.alloc(4096)); count > 0; await nextTask()) {
      sent += count;
      count = port.trySend(Buffer.alloc(4096));
    }

    equal(text, "one");
    listening.resume();
    await until("some bytes are received", () => text.length > 3);
    equal(text.length < 3 + sent, true);
  }),
);

test(
  "VirtualPort subscribe() reports room once for each notifyWritable()",
  leakFree(async () => {
    await using device = await createVirtualPort();
    await using port = await openSerialPort(device.path);
    let told = 0;
    const listening = device.subscribe({ onData: () => undefined, onWritable: () => told++ });
    let sent = 0;
    for (let count = 1; count > 0; await nextTask()) {
      count = device.trySend(Buffer.alloc(4096));
      sent += count;
    }

    listening.notifyWritable();
    for (let received = 0; received < sent; ) received += (await port.receive()).length;
    await until("room is reported", () => told === 1);
    await port.send(Buffer.from("more events"));
    await device.send(Buffer.from("x"));
    await port.receive();

    equal(told, 1);
    listening.notifyWritable();
    await until("it is told at once when there is room", () => told === 2);
  }),
);

test(
  "VirtualPort subscribe() reports room for which the kernel has no event, with many bytes unread",
  leakFree(async () => {
    await using device = await createVirtualPort();
    await using port = await openSerialPort(device.path);
    let told = 0;
    const listening = device.subscribe({ onData: () => undefined, onWritable: () => told++ });
    for (let count = 1; count > 0; await nextTask()) count = device.trySend(Buffer.alloc(4096));

    listening.notifyWritable();
    for (let left = 3000; left > 0; ) left -= (await port.receive({ maxBytes: 1000 })).length;

    await until("room is reported", () => told > 0);
    equal(told, 1);
    ok(device.trySend(Buffer.alloc(1)) > 0);
  }),
);

test(
  "VirtualPort subscribe() excludes receive(), until it is stopped",
  leakFree(async () => {
    await using device = await createVirtualPort();
    await using port = await openSerialPort(device.path);
    const listening = device.subscribe({ onData: () => undefined });

    await rejects(device.receive(), {
      name: "SerialConcurrencyError",
      code: "ERR_SERIAL_CONCURRENT",
    });
    throws(() => device.subscribe({ onData: () => undefined }), { name: "SerialConcurrencyError" });
    listening.stop();
    await port.send(Buffer.from("again"));

    equal(Buffer.from(await device.receive()).toString(), "again");
  }),
);

test(
  "VirtualPort subscribe() ends with the port, and fails on a closed one",
  leakFree(async () => {
    const device = await createVirtualPort();
    const heard = collect(device);

    await device.close();

    deepEqual(heard.told, []);
    throws(() => device.subscribe({ onData: () => undefined }), { name: "SerialClosedError" });
  }),
);
