import { deepEqual, equal, rejects } from "node:assert/strict";
import { test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { nextTask } from "@anyserial/test-support/tasks";
import { until } from "@anyserial/test-support/until";
import { BufferedReader, type ByteSource, SerialClosedError, type WaitOptions } from "anyserial";
import fc from "fast-check";

/** Gives chunks one after the other, then fails. */
function sourceOf(chunks: readonly (readonly number[])[]): ByteSource & { calls: number } {
  const left = [...chunks];
  return {
    path: "/dev/fake",
    calls: 0,
    async receive({ signal }: WaitOptions = {}): Promise<Uint8Array> {
      this.calls++;
      signal?.throwIfAborted();
      const chunk = left.shift();
      if (chunk === undefined) throw new SerialClosedError("over", { code: "ERR_SERIAL_CLOSED" });
      return Uint8Array.from(chunk);
    },
  };
}

const text = (value: string): number[] => [...new TextEncoder().encode(value)];
const toText = (value: Uint8Array): string => new TextDecoder().decode(value);
const OVER = { code: "ERR_SERIAL_CLOSED" };

test("BufferedReader.receiveExactly() joins chunks and keeps the bytes of the next", async () => {
  const reader = new BufferedReader(sourceOf([[1], [2, 3, 4]]));

  deepEqual([...(await reader.receiveExactly(2))], [1, 2]);
  equal(reader.bufferedBytes, 2);
  deepEqual([...(await reader.receiveExactly(2))], [3, 4]);
});

test("BufferedReader.receiveExactly() of 0 bytes waits for nothing", async () => {
  const source = sourceOf([]);

  equal((await new BufferedReader(source).receiveExactly(0)).length, 0);
  equal(source.calls, 0);
});

for (const count of [-1, 1.5, Number.NaN, "3", undefined]) {
  test(`BufferedReader.receiveExactly() refuses ${String(count)}`, async () => {
    await rejects(new BufferedReader(sourceOf([])).receiveExactly(count as never), {
      name: "ConfigurationError",
    });
  });
}

test("BufferedReader.receiveExactly() keeps its bytes when the source fails", async () => {
  const reader = new BufferedReader(sourceOf([[1, 2]]));

  await rejects(reader.receiveExactly(3), OVER);

  deepEqual([...reader.takeBuffered()], [1, 2]);
});

test("BufferedReader.receiveExactly() keeps its bytes when it is aborted", async () => {
  const reader = new BufferedReader(sourceOf([[1, 2], [3]]));
  await reader.receiveExactly(1);
  const reason = new Error("enough");

  await rejects(
    reader.receiveExactly(2, { signal: AbortSignal.abort(reason) }),
    (error) => error === reason,
  );

  deepEqual([...(await reader.receiveExactly(2))], [2, 3]);
});

test("BufferedReader.receiveUntil() gives the message with its delimiter", async () => {
  const reader = new BufferedReader(sourceOf([text("ab"), text("c\nde\n")]));

  equal(toText(await reader.receiveUntil("\n")), "abc\n");
  equal(toText(await reader.receiveUntil("\n")), "de\n");
  equal(reader.bufferedBytes, 0);
});

test("BufferedReader.receiveUntil() finds a delimiter that chunks cut", async () => {
  const reader = new BufferedReader(sourceOf([text("a\r"), text("\r"), text("\nb")]));

  equal(toText(await reader.receiveUntil("\r\n")), "a\r\r\n");
  equal(reader.bufferedBytes, 1);
});

test("BufferedReader.receiveUntil() takes bytes, and text as UTF-8", async () => {
  const reader = new BufferedReader(sourceOf([[1, 0, 2, 0xc3, 0xbc]]));

  deepEqual([...(await reader.receiveUntil(Uint8Array.of(0)))], [1, 0]);
  deepEqual([...(await reader.receiveUntil("ü"))], [2, 0xc3, 0xbc]);
});

test("BufferedReader.receiveUntil() gives up after maxBytes, and keeps the bytes", async () => {
  const reader = new BufferedReader(sourceOf([text("abcdef\n")]));

  await rejects(reader.receiveUntil("\n", { maxBytes: 6 }), {
    name: "SerialError",
    code: "ERR_SERIAL_DELIMITER",
    path: "/dev/fake",
    operation: "receiveUntil",
    message: 'Cannot read from port "/dev/fake": no delimiter within 6 bytes',
  });

  equal(toText(await reader.receiveUntil("\n", { maxBytes: 7 })), "abcdef\n");
});

test("BufferedReader.receiveUntil() does not wait for more than maxBytes", async () => {
  const source = sourceOf([text("abc"), text("\n")]);

  await rejects(new BufferedReader(source).receiveUntil("\n", { maxBytes: 3 }), {
    code: "ERR_SERIAL_DELIMITER",
  });
  equal(source.calls, 1);
});

test("BufferedReader.receiveUntil() keeps its bytes when the source fails", async () => {
  const reader = new BufferedReader(sourceOf([text("ab")]));

  await rejects(reader.receiveUntil("\n"), OVER);

  equal(toText(reader.takeBuffered()), "ab");
});

for (const [delimiter, options] of [
  ["", {}],
  [new Uint8Array(0), {}],
  [7, {}],
  ["\n", { maxBytes: 0 }],
  ["\n", { maxBytes: 1.5 }],
] as const) {
  test(`BufferedReader.receiveUntil() refuses ${JSON.stringify([delimiter, options])}`, async () => {
    const reader = new BufferedReader(sourceOf([text("\n")]));

    await rejects(reader.receiveUntil(delimiter as never, options), { name: "ConfigurationError" });
  });
}

test("BufferedReader gives results that later ones do not change", async () => {
  const reader = new BufferedReader(sourceOf([[1, 2, 3, 4], new Array(600).fill(9)]));
  const first = await reader.receiveExactly(2);
  await reader.receiveExactly(500);

  deepEqual([...first], [1, 2]);
});

test("BufferedReader.takeBuffered() takes the buffered bytes, without waiting", async () => {
  const reader = new BufferedReader(sourceOf([[1, 2, 3]]));
  equal(reader.takeBuffered().length, 0);
  await reader.receiveExactly(1);

  deepEqual([...reader.takeBuffered()], [2, 3]);
  equal(reader.bufferedBytes, 0);
});

/** Cuts a stream into chunks of the given sizes, over and over. */
function cut(stream: readonly number[], sizes: readonly number[]): number[][] {
  const chunks: number[][] = [];
  for (let at = 0, turn = 0; at < stream.length; turn++) {
    const size = sizes[turn % sizes.length] ?? 1;
    chunks.push(stream.slice(at, at + size));
    at += size;
  }
  return chunks;
}

const sizes = fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 8 });

test("BufferedReader.receiveUntil() finds its delimiter although others take bytes while it waits", async () => {
  let give: (chunk: Uint8Array) => void = () => undefined;
  const receive = (): Promise<Uint8Array> =>
    new Promise((resolve) => {
      give = resolve;
    });
  const reader = new BufferedReader({ path: "/dev/fake", receive });
  const message = reader.receiveUntil("\n");
  give(Uint8Array.from(text("abcdef")));
  await nextTask();

  equal(toText(await reader.receiveExactly(5)), "abcde");
  give(Uint8Array.from(text("g\nh")));

  equal(toText(await message), "fg\n");
  equal(toText(reader.takeBuffered()), "h");
});

for (const chunk of [new Uint8Array(0), undefined, null, "text", [1], 7]) {
  test(`BufferedReader refuses a source that gives ${JSON.stringify(chunk) ?? "undefined"} for bytes`, async () => {
    const receive = async (): Promise<Uint8Array> => chunk as Uint8Array;
    const reader = new BufferedReader({ path: "/dev/fake", receive });

    await rejects(reader.receiveExactly(1), { code: "ERR_INVALID_ARG_VALUE" });
    await rejects(reader.receiveUntil("x"), { code: "ERR_INVALID_ARG_VALUE" });
    equal(reader.bufferedBytes, 0);
  });
}

test("BufferedReader lets large memory go when nothing is left in it", async () => {
  const chunk = new Array(100_000).fill(1) as number[];
  const reader = new BufferedReader(sourceOf([chunk, [2, 3]]));
  const before = process.memoryUsage().arrayBuffers;
  await reader.receiveExactly(100_000);
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;

  await until("the memory is let go", () => {
    collect();
    return process.memoryUsage().arrayBuffers - before < 100_000;
  });
  deepEqual([...(await reader.receiveExactly(2))], [2, 3]);
});

test("BufferedReader.receiveUntil() finds the same messages however they are chunked", async () => {
  const message = fc.array(fc.constantFrom(13, 10, 65, 66), { maxLength: 30 });
  await fc.assert(
    fc.asyncProperty(fc.array(message, { maxLength: 12 }), sizes, async (messages, chunkSizes) => {
      const stream = messages.flatMap((one) => [...one, 13, 10]);
      const expected = toText(Uint8Array.from(stream)).split("\r\n").slice(0, -1);
      const reader = new BufferedReader(sourceOf(cut(stream, chunkSizes)));
      const found: string[] = [];
      while (found.length < expected.length) {
        found.push(toText(await reader.receiveUntil("\r\n")).slice(0, -2));
      }

      deepEqual(found, expected);
      equal(reader.bufferedBytes, 0);
    }),
  );
});

test("BufferedReader.receiveExactly() gives the stream back however it is chunked and asked for", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 0, max: 255 }), { maxLength: 3000 }),
      sizes,
      sizes,
      async (...[stream, chunkSizes, askSizes]) => {
        const reader = new BufferedReader(sourceOf(cut(stream, chunkSizes)));
        const found: number[] = [];
        for (let turn = 0; found.length < stream.length; turn++) {
          const wanted = askSizes[turn % askSizes.length] ?? 1;
          found.push(
            ...(await reader.receiveExactly(Math.min(wanted, stream.length - found.length))),
          );
        }

        deepEqual(found, stream);
      },
    ),
    { numRuns: 50 },
  );
});
