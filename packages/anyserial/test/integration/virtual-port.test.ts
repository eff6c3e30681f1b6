// The device side of an emulated port: the promises of its own waiting calls.

import { deepEqual, equal, ok, rejects, throws } from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as nextTask } from "node:timers/promises";
import { inspect } from "node:util";
import { until } from "@anyserial/test-support/until";
import { openSerialPort } from "anyserial";
import { createVirtualPort, type VirtualPort } from "anyserial/pty";
import { leakFree } from "../helpers/leak-free.ts";

const MORE_THAN_FITS = 1024 * 1024;

interface Waiting {
  readonly name: string;
  readonly start: (device: VirtualPort, signal?: AbortSignal) => Promise<unknown>;
  /** The abort reason in the error that it rejects with. */
  readonly reasonOf: (error: Error) => unknown;
  /** Its result, or the code of its error, when the port is closed. */
  readonly whenClosed: unknown;
}

const waits: readonly Waiting[] = [
  {
    name: "receive()",
    start: (device, signal) => device.receive({ signal }),
    reasonOf: (error) => error,
    whenClosed: "ERR_SERIAL_CLOSED",
  },
  {
    name: "send()",
    start: (device, signal) => device.send(new Uint8Array(MORE_THAN_FITS), { signal }),
    reasonOf: (error) => error.cause,
    whenClosed: "ERR_SERIAL_CLOSED",
  },
  {
    name: "changes()",
    start: (device, signal) => device.changes({ signal }).next(),
    reasonOf: (error) => error,
    whenClosed: { value: undefined, done: true },
  },
];

for (const { name, start, reasonOf, whenClosed } of waits) {
  for (const hasApplication of [false, true]) {
    const when = hasApplication ? "with an application" : "without an application";

    test(
      `VirtualPort ${name} ${when} rejects with the reason when it is aborted`,
      leakFree(async () => {
        await using device = await createVirtualPort();
        const port = hasApplication ? await openSerialPort(device.path) : undefined;
        const reason = new Error("enough");

        const isReason = (error: Error): boolean => reasonOf(error) === reason;
        await rejects(start(device, AbortSignal.abort(reason)), isReason);
        const controller = new AbortController();
        const failed = rejects(start(device, controller.signal), isReason);
        await nextTask();
        controller.abort(reason);
        await failed;

        await port?.close();
      }),
    );

    test(
      `VirtualPort ${name} ${when} ends when the port is closed`,
      leakFree(async () => {
        await using device = await createVirtualPort();
        const port = hasApplication ? await openSerialPort(device.path) : undefined;
        const waiting = start(device).catch((error: NodeJS.ErrnoException) => error.code);
        await nextTask();
        await device.close();

        deepEqual(await waiting, whenClosed);
        await port?.close();
      }),
    );
  }
}

test(
  "VirtualPort receive() waits for an application that comes, goes and comes again",
  leakFree(async () => {
    await using device = await createVirtualPort();
    for (const message of ["first", "second"]) {
      const received = device.receive();
      await nextTask();
      await using port = await openSerialPort(device.path);
      await port.send(Buffer.from(message));
      equal(Buffer.from(await received).toString(), message);
    }
  }),
);

test(
  "VirtualPort send() aborted while the application does not read reports exactly the bytes sent",
  leakFree(async () => {
    await using device = await createVirtualPort();
    await using port = await openSerialPort(device.path);
    const data = Uint8Array.from({ length: MORE_THAN_FITS }, (_, at) => at * 7);
    const controller = new AbortController();
    const failed: Promise<unknown> = device
      .send(data, { signal: controller.signal })
      .catch((error) => error);
    await until("its buffer is full", () => !device.isWritable());
    controller.abort();
    const error = (await failed) as Error & { bytesWritten: number };

    equal(error.name, "AbortError");
    ok(error.bytesWritten > 0);
    const received = await port.reader.receiveExactly(error.bytesWritten);
    deepEqual(received, data.subarray(0, error.bytesWritten));
  }),
);

test(
  "VirtualPort refuses a second receive() and a second send(), and the first ones go on",
  leakFree(async () => {
    await using device = await createVirtualPort();
    await using port = await openSerialPort(device.path);
    const received = device.receive();
    const sent = device.send(new Uint8Array(MORE_THAN_FITS));

    await rejects(device.receive(), { code: "ERR_SERIAL_CONCURRENT" });
    await rejects(device.send(new Uint8Array(1)), { code: "ERR_SERIAL_CONCURRENT" });
    throws(() => device.trySend(new Uint8Array(1)), { code: "ERR_SERIAL_CONCURRENT" });

    await port.send(Buffer.from("x"));
    equal((await received).length, 1);
    equal((await port.reader.receiveExactly(MORE_THAN_FITS)).length, MORE_THAN_FITS);
    await sent;
  }),
);

test(
  "VirtualPort send() takes views only, and nothing of an empty one",
  leakFree(async () => {
    await using device = await createVirtualPort();
    await using port = await openSerialPort(device.path);

    for (const wrong of ["text", 7, null, undefined, [1, 2], { length: 1 }]) {
      await rejects(device.send(wrong as never), { code: "ERR_INVALID_ARG_VALUE" });
      throws(() => device.trySend(wrong as never), { code: "ERR_INVALID_ARG_VALUE" });
    }
    await device.send(new Uint8Array(0));
    equal(device.trySend(new Uint8Array(0)), 0);
    await device.send(new Uint16Array([0x6261]));

    equal(Buffer.from(await port.receive()).toString(), "ab");
  }),
);

test(
  "VirtualPort trySend() takes as many bytes as fit, isWritable() is false when it would take none",
  leakFree(async () => {
    await using device = await createVirtualPort();
    await using port = await openSerialPort(device.path);

    equal(device.isWritable(), true);
    let sent = 0;
    // The kernel makes room while it moves bytes on to the reader's queue, until that is full too.
    await until("it is full", () => {
      const isWritable = device.isWritable();
      const count = device.trySend(new Uint8Array(65_536));
      sent += count;
      return !isWritable && count === 0 && device.unreadBytes() === 4095;
    });
    const received = await port.reader.receiveExactly(sent);
    await until("there is room again", () => device.isWritable());

    equal(received.length, sent);
  }),
);

test(
  "VirtualPort is iterated chunk by chunk until it is closed",
  leakFree(async () => {
    await using device = await createVirtualPort();
    await using port = await openSerialPort(device.path);
    const received: string[] = [];
    const reading = (async () => {
      for await (const chunk of device) received.push(Buffer.from(chunk).toString());
    })();
    await port.send(Buffer.from("one"));
    await until("the bytes are there", () => received.join("") === "one");
    await device.close();
    await reading;
  }),
);

test(
  "an open port shows its path, its settings and its state",
  leakFree(async () => {
    await using device = await createVirtualPort();
    await using port = await openSerialPort(device.path, { baudRate: 9600, parity: "even" });
    equal(inspect(port), `SerialPort "${device.path}" 9600 8E1, open`);
    equal(inspect(device), `VirtualPort "${device.path}", open`);
    await port.close();
    await device.close();
    equal(inspect(port), `SerialPort "${device.path}" 9600 8E1, closed`);
    equal(inspect(device), `VirtualPort "${device.path}", closed`);
  }),
);

test(
  "VirtualPort.preset() sets what an application finds, until it sets something else",
  leakFree(async () => {
    await using device = await createVirtualPort();
    device.preset({ baudRate: 19_200, stopBits: 2, flowControl: { xonXoff: true } });
    const { baudRate, stopBits, flowControl } = device.settings();
    equal(baudRate, 19_200);
    equal(stopBits, 2);
    equal(flowControl.xonXoff, true);

    await using port = await openSerialPort(device.path, { baudRate: 300 });

    equal(device.settings().baudRate, 300);
    equal(port.config.baudRate, 300);
    throws(() => device.preset({ parity: "even" } as never), { code: "ERR_INVALID_ARG_VALUE" });
  }),
);
