// VirtualPort.listen(): calls in place of promises.

import { deepEqual, equal, ok, rejects, throws } from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as nextTask } from "node:timers/promises";
import { openSerialPort } from "anyserial";
import { createVirtualPort, type VirtualPort } from "anyserial/pty";
import { leakFree } from "../helpers/leak-free.ts";
import { until } from "../helpers/until.ts";

function collect(device: VirtualPort): { text: string; told: string[] } {
  const heard = { text: "", told: [] as string[] };
  const listening = device.listen({
    onData: (bytes) => {
      heard.text += Buffer.from(bytes).toString("latin1");
    },
    onChange: ({ kind }) => heard.told.push(`${kind} after ${heard.text.length}`),
  });
  ok(listening !== undefined);
  return heard;
}

test(
  "VirtualPort listen() hears what the application wrote before and after, in order",
  leakFree(async () => {
    await using device = await createVirtualPort();
    await using port = await openSerialPort(device.path);
    await port.send(Buffer.from("before "));

    const heard = collect(device);
    await port.send(Buffer.from("after"));

    await until("all is heard", () => heard.text === "before after");
  }),
);

test(
  "VirtualPort listen() hears more than fits into its buffer",
  leakFree(async () => {
    await using device = await createVirtualPort();
    await using port = await openSerialPort(device.path);
    const heard = collect(device);
    const text = "0123456789".repeat(100_000);

    await port.send(Buffer.from(text));

    await until("all is heard", () => heard.text.length === text.length);
    equal(heard.text, text);
  }),
);

test(
  "VirtualPort listen() tells a close after all that was written before it",
  leakFree(async () => {
    await using device = await createVirtualPort();
    const heard = collect(device);
    for (let round = 1; round <= 20; round++) {
      const port = await openSerialPort(device.path);
      await port.send(Buffer.alloc(5000, "x"));
      await port.close();
      await until("the close is told", () => heard.told.includes(`close after ${round * 5000}`));
    }
    equal(heard.told.filter((text) => text.startsWith("open")).length, 20);
  }),
);

test(
  "VirtualPort listen() leaves bytes in the kernel while it is paused",
  leakFree(async () => {
    await using device = await createVirtualPort();
    await using port = await openSerialPort(device.path);
    let text = "";
    const listening = device.listen({
      onData: (bytes) => {
        text += Buffer.from(bytes).toString();
        listening.pause();
      },
    });
    await port.send(Buffer.from("one"));
    await until("one is heard", () => text === "one");
    let sent = 0;
    for (let count = port.trySend(Buffer.alloc(4096)); count > 0; await nextTask()) {
      sent += count;
      count = port.trySend(Buffer.alloc(4096));
    }

    equal(text, "one");
    listening.resume();
    await until("some is heard", () => text.length > 3);
    equal(text.length < 3 + sent, true);
  }),
);

test(
  "VirtualPort listen() tells once for each tellWritable() that there is room",
  leakFree(async () => {
    await using device = await createVirtualPort();
    await using port = await openSerialPort(device.path);
    let told = 0;
    const listening = device.listen({ onData: () => undefined, onWritable: () => told++ });
    let sent = 0;
    for (let count = 1; count > 0; await nextTask()) {
      count = device.trySend(Buffer.alloc(4096));
      sent += count;
    }

    listening.tellWritable();
    for (let received = 0; received < sent; ) received += (await port.receive()).length;
    await until("it is told", () => told === 1);
    await port.send(Buffer.from("more events"));
    await device.send(Buffer.from("x"));
    await port.receive();

    equal(told, 1);
    listening.tellWritable();
    await until("it is told at once when there is room", () => told === 2);
  }),
);

test(
  "VirtualPort listen() tells of room that the kernel has no event for: much is left unread",
  leakFree(async () => {
    await using device = await createVirtualPort();
    await using port = await openSerialPort(device.path);
    let told = 0;
    const listening = device.listen({ onData: () => undefined, onWritable: () => told++ });
    for (let count = 1; count > 0; await nextTask()) count = device.trySend(Buffer.alloc(4096));

    listening.tellWritable();
    for (let left = 3000; left > 0; ) left -= (await port.receive({ maxBytes: 1000 })).length;

    await until("it is told", () => told > 0);
    equal(told, 1);
    ok(device.trySend(Buffer.alloc(1)) > 0);
  }),
);

test(
  "VirtualPort listen() excludes receive(), until it is stopped",
  leakFree(async () => {
    await using device = await createVirtualPort();
    await using port = await openSerialPort(device.path);
    const listening = device.listen({ onData: () => undefined });

    await rejects(device.receive(), { name: "SerialBusyError", code: "ERR_SERIAL_BUSY" });
    throws(() => device.listen({ onData: () => undefined }), { name: "SerialBusyError" });
    listening.stop();
    await port.send(Buffer.from("again"));

    equal(Buffer.from(await device.receive()).toString(), "again");
  }),
);

test(
  "VirtualPort listen() ends with the port, and fails on a closed one",
  leakFree(async () => {
    const device = await createVirtualPort();
    const heard = collect(device);

    await device.close();

    deepEqual(heard.told, []);
    throws(() => device.listen({ onData: () => undefined }), { name: "SerialClosedError" });
  }),
);
