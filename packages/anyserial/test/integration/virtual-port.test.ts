// The device side of an emulated port: what it promises for its own waiting calls.

import { deepEqual, equal, ok, rejects, throws } from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as nextTask } from "node:timers/promises";
import { inspect } from "node:util";
import { openSerialPort } from "anyserial";
import { createVirtualPort, type VirtualPort } from "anyserial/pty";
import { leakFree } from "../helpers/leak-free.ts";
import { until } from "../helpers/until.ts";

const MORE_THAN_FITS = 1024 * 1024;

interface Waiting {
  readonly name: string;
  readonly start: (device: VirtualPort, signal?: AbortSignal) => Promise<unknown>;
}

const waits: readonly Waiting[] = [
  { name: "receive()", start: (device, signal) => device.receive({ signal }) },
  {
    name: "send()",
    start: (device, signal) => device.send(new Uint8Array(MORE_THAN_FITS), { signal }),
  },
  { name: "changes()", start: (device, signal) => device.changes({ signal }).next() },
];

for (const { name, start } of waits) {
  for (const hasApplication of [false, true]) {
    const when = hasApplication ? "with an application" : "without an application";

    test(
      `VirtualPort ${name} ${when} rejects with the reason when it is aborted`,
      leakFree(async () => {
        await using device = await createVirtualPort();
        const port = hasApplication ? await openSerialPort(device.path) : undefined;
        const reason = new Error("enough");

        await rejects(start(device, AbortSignal.abort(reason)), (error) => error === reason);
        const controller = new AbortController();
        const failed = rejects(start(device, controller.signal), (error) => error === reason);
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
        const waiting = start(device).then(
          (result) => (result as IteratorResult<unknown>).done,
          (error: NodeJS.ErrnoException) => error.code,
        );
        await nextTask();
        await device.close();

        equal(await waiting, name === "changes()" ? true : "ERR_SERIAL_CLOSED");
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
  "VirtualPort send() aborted while the application does not read tells exactly how far it came",
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
    const received = await port.buffered().receiveExactly(error.bytesWritten);
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

    await rejects(device.receive(), { code: "ERR_SERIAL_BUSY" });
    await rejects(device.send(new Uint8Array(1)), { code: "ERR_SERIAL_BUSY" });
    throws(() => device.trySend(new Uint8Array(1)), { code: "ERR_SERIAL_BUSY" });

    await port.send(Buffer.from("x"));
    equal((await received).length, 1);
    equal((await port.buffered().receiveExactly(MORE_THAN_FITS)).length, MORE_THAN_FITS);
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
  "VirtualPort trySend() takes what fits, isWritable() tells when it would take nothing",
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
    const received = await port.buffered().receiveExactly(sent);
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
