// Framings as WHATWG and Node streams.

import { deepEqual, equal, rejects } from "node:assert/strict";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { ReadableStream } from "node:stream/web";
import { test } from "node:test";
import type { FramingError } from "anyserial";
import { type FrameStream, type Framing, fixedLength, idleGap, lines } from "anyserial/framing";
import { latin1, shown } from "../../helpers/framing.ts";

/** A stream of chunks. */
function streamOf(...chunks: readonly string[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(latin1(chunk));
      controller.close();
    },
  });
}

async function collect<T>(source: AsyncIterable<T>): Promise<T[]> {
  const values: T[] = [];
  for await (const value of source) values.push(value);
  return values;
}

test("decodeStream() gives messages, empty ones too", async () => {
  const stream = streamOf("a\nb", "c\n\nd\n").pipeThrough(lines().decodeStream());

  deepEqual(await collect(stream), ["a", "bc", "", "d"]);
});

test("decodeStream() fails with the first error, after the messages in front of it", async () => {
  const stream = streamOf("a\nb\ntoo long\nc\n").pipeThrough(
    lines({ maxLength: 4 }).decodeStream(),
  );
  const reader = stream.getReader();

  equal((await reader.read()).value, "a");
  equal((await reader.read()).value, "b");
  await rejects(reader.read(), { name: "FramingError", code: "ERR_SERIAL_FRAME_TOO_LONG" });
});

test("decodeStream() with onError goes on, and reports what is incomplete at the end", async () => {
  const codes: string[] = [];
  const stream = streamOf("a\ntoo long\nb\nc").pipeThrough(
    lines({ maxLength: 4 }).decodeStream({ onError: ({ code }) => codes.push(code) }),
  );

  deepEqual(await collect(stream), ["a", "b"]);
  deepEqual(codes, ["ERR_SERIAL_FRAME_TOO_LONG", "ERR_SERIAL_INCOMPLETE"]);
});

test("decodeStream() without onError fails at the end when a message is incomplete", async () => {
  const stream = streamOf("a\nb").pipeThrough(lines().decodeStream());
  const reader = stream.getReader();

  equal((await reader.read()).value, "a");
  await rejects(reader.read(), { code: "ERR_SERIAL_INCOMPLETE" });
});

test("decodeStream() takes no chunk before the messages of the one before are taken", async () => {
  let pulled = 0;
  const source = new ReadableStream<Uint8Array>(
    {
      pull: (controller) => {
        pulled++;
        controller.enqueue(latin1("a\nb\n"));
      },
    },
    { highWaterMark: 0 },
  );
  const reader = source.pipeThrough(lines().decodeStream()).getReader();

  await reader.read();
  const before = pulled;
  await reader.read();
  await reader.cancel();

  equal(before <= 2, true, `${before} chunks were taken for one message`);
});

test("decodeStream() hands a cancel on to its source", async () => {
  const canceled = new Promise((resolve) => {
    const source = new ReadableStream<Uint8Array>({ cancel: resolve });
    void source.pipeThrough(lines().decodeStream()).cancel("enough");
  });

  equal(await canceled, "enough");
});

test("decodeStream() hands an error of its source on", async () => {
  const source = new ReadableStream<Uint8Array>({
    start: (controller) => controller.error(new Error("gone")),
  });

  await rejects(collect(source.pipeThrough(lines().decodeStream())), /gone/);
});

test("decodeStream() ends a message of idleGap() by silence while the stream goes on", async () => {
  const stream = idleGap({ ms: 1 }).decodeStream() as FrameStream<Uint8Array, Uint8Array>;
  const writer = stream.writable.getWriter();
  const reader = stream.readable.getReader();

  await writer.write(latin1("ab"));

  equal(shown((await reader.read()).value as Uint8Array), "ab");
  await writer.close();
  equal((await reader.read()).done, true);
});

test("encodeStream() gives the bytes to send", async () => {
  const source = new ReadableStream<string>({
    start: (controller) => {
      controller.enqueue("a");
      controller.enqueue("b");
      controller.close();
    },
  });

  const stream = source.pipeThrough(lines().encodeStream());

  deepEqual((await collect(stream)).map(shown), ["a\n", "b\n"]);
});

test("decodeTransform() and encodeTransform() are Node streams", async () => {
  const received: string[] = [];
  await pipeline(
    Readable.from(["a", "bc"]),
    lines().encodeTransform(),
    lines().decodeTransform(),
    async (source: AsyncIterable<string>) => {
      for await (const line of source) received.push(line);
    },
  );

  deepEqual(received, ["a", "bc"]);
});

test("decodeTransform() fails with the first error, or reports it and goes on", async () => {
  const run = (
    framing: Framing<string>,
    onError?: (error: FramingError) => void,
  ): Promise<string[]> =>
    collect(Readable.from([latin1("a\ntoo long\nb\n")]).pipe(framing.decodeTransform({ onError })));
  const errors: FramingError[] = [];

  await rejects(run(lines({ maxLength: 4 })), { code: "ERR_SERIAL_FRAME_TOO_LONG" });
  deepEqual(await run(lines({ maxLength: 4 }), (error) => errors.push(error)), ["a", "b"]);
  equal(errors.length, 1);
});

test("encodeTransform() fails with a message that cannot be sent", async () => {
  const stream = lines().encodeTransform();
  const failed = new Promise((resolve) => stream.once("error", resolve));

  stream.write("a\nb");

  equal(((await failed) as { code?: string }).code, "ERR_INVALID_ARG_VALUE");
});

test("a decoder reads a Buffer anew each time it is pushed", () => {
  const messages: string[] = [];
  const decoder = lines().decoder({
    onMessage: (line) => messages.push(line),
    onError: () => undefined,
  });
  const chunk = Buffer.from("aa\n");

  decoder.push(chunk);
  chunk.write("bb\n");
  decoder.push(chunk);

  deepEqual(messages, ["aa", "bb"]);
});

test("a message decoded from a Buffer that is reused keeps its bytes", () => {
  const messages: Uint8Array[] = [];
  const decoder = fixedLength(2).decoder({
    onMessage: (message) => messages.push(message),
    onError: () => undefined,
  });
  const chunk = Buffer.from("abcde");

  decoder.push(chunk);
  chunk.fill(0);
  decoder.push(Buffer.from("f"));
  decoder.push(Buffer.from("gh"));

  deepEqual(messages.map(shown), ["ab", "cd", "ef", "gh"]);
  equal(
    messages.some((message) => Buffer.isBuffer(message)),
    false,
  );
});
