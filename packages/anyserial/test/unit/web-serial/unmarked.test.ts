// readable over a driver that cannot mark errors in the stream, as on Windows: it has bytes only.

import { deepEqual, equal, notEqual, rejects } from "node:assert/strict";
import { test } from "node:test";
import { until } from "@anyserial/test-support/until";
import { SerialDisconnectedError, SerialError } from "anyserial";
import { bytes, openRecorded, there } from "../../helpers/recording-serial.ts";

const UNMARKED = { lineErrors: "count" } as const;

test("SerialPort.readable gives the bytes of a driver without marks, in chunks of bufferSize", async () => {
  const { port, system } = await openRecorded(4, UNMARKED);
  const reader = there(port.readable).getReader();
  system.give("abcdefg");

  deepEqual((await reader.read()).value, bytes("abcd"));
  deepEqual((await reader.read()).value, bytes("efg"));
  system.give("h");
  deepEqual((await reader.read()).value, bytes("h"));
});

test("SerialPort.readable without marks ends its read when it is canceled, and another one goes on", async () => {
  const { port, system } = await openRecorded(255, UNMARKED);
  const stream = there(port.readable);
  const reader = stream.getReader();
  const read = reader.read();
  await until("it reads", () => system.isReading);

  await reader.cancel();

  equal((await read).done, true);
  equal(system.isReading, false);
  notEqual(port.readable, stream);
  const next = there(port.readable).getReader().read();
  system.give("next");
  deepEqual((await next).value, bytes("next"));
});

test("SerialPort.readable without marks fails as one with marks does", async () => {
  for (const [error, name] of [
    [new SerialDisconnectedError("unplugged", { code: "EIO" }), "NetworkError"],
    [new SerialError("Cannot read: EIO", { code: "EIO" }), "UnknownError"],
  ] as const) {
    const { port, system } = await openRecorded(255, UNMARKED);
    const read = there(port.readable).getReader().read();
    await until("it reads", () => system.isReading);
    system.failRead(error);

    await rejects(read, { name });

    equal(port.readable === null, name === "NetworkError");
    await port.close();
  }
});
