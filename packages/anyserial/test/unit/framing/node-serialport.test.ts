// node-serialport's parsers as a measure: for each of them there is a framing here, and the same stream
// gives the same messages. A Node stream cannot carry an empty chunk: those messages are left out.

import { deepEqual, ok } from "node:assert/strict";
import type { Transform } from "node:stream";
import { test } from "node:test";
import { nextTask } from "@anyserial/test-support/tasks";
import {
  custom,
  delimited,
  type Framing,
  fixedLength,
  idleGap,
  lengthPrefixed,
  lines,
  matching,
  slip,
} from "anyserial/framing";
import fc from "fast-check";
import {
  ByteLengthParser,
  CCTalkParser,
  DelimiterParser,
  InterByteTimeoutParser,
  PacketLengthParser,
  ReadlineParser,
  ReadyParser,
  RegexParser,
  SlipDecoder,
  SlipEncoder,
  SpacePacketParser,
} from "serialport";
import { cuts, cutUp, latin1, shown } from "../../helpers/framing.ts";

/** Messages of a parser for chunks, without those at the end of the stream. */
async function parsed(parser: Transform, chunks: readonly Uint8Array[]): Promise<string[]> {
  const messages: string[] = [];
  parser.on("data", (data: unknown) =>
    messages.push(
      data instanceof Uint8Array || typeof data === "string" ? shown(data) : JSON.stringify(data),
    ),
  );
  for (const chunk of chunks) {
    await new Promise<void>((resolve) => {
      parser.write(Buffer.from(chunk), () => resolve());
    });
  }
  await nextTask(); // a stream gives its first data in a later tick
  return messages;
}

function framed<M extends string | Uint8Array>(
  framing: Framing<M>,
  chunks: readonly Uint8Array[],
): string[] {
  const messages: string[] = [];
  const decoder = framing.decoder({
    onMessage: (message) => messages.push(shown(message)),
    onError: () => undefined,
  });
  for (const chunk of chunks) decoder.push(chunk);
  decoder.stop();
  return messages.filter((message) => message !== "");
}

interface Comparison {
  readonly parser: () => Transform;
  readonly framing: () => Framing<string> | Framing<Uint8Array>;
  readonly bytes: readonly number[];
}

const ASCII = [0x0a, 0x0d, 0x41, 0x42, 0x43, 0x3b];
const packet = lengthPrefixed({ start: 0xaa, size: 1, keep: true, maxLength: 257 });

const COMPARISONS: Readonly<Record<string, Comparison>> = {
  ByteLengthParser: {
    parser: () => new ByteLengthParser({ length: 5 }),
    framing: () => fixedLength(5),
    bytes: ASCII,
  },
  CCTalkParser: {
    parser: () => new CCTalkParser(0),
    framing: () => lengthPrefixed({ offset: 1, size: 1, plus: 2, trailer: 1 }),
    bytes: [0, 1, 2, 3, 4],
  },
  DelimiterParser: {
    parser: () => new DelimiterParser({ delimiter: "AB" }),
    framing: () => delimited("AB"),
    bytes: ASCII,
  },
  "DelimiterParser, included": {
    parser: () => new DelimiterParser({ delimiter: [0x0a], includeDelimiter: true }),
    framing: () => delimited(0x0a, { keep: true }),
    bytes: ASCII,
  },
  PacketLengthParser: {
    parser: () => new PacketLengthParser(),
    framing: () => packet,
    bytes: [0, 1, 2, 3, 0xaa],
  },
  ReadlineParser: {
    parser: () => new ReadlineParser(),
    framing: () => lines({ ending: "lf" }),
    bytes: ASCII,
  },
  "ReadlineParser, CR LF": {
    parser: () => new ReadlineParser({ delimiter: "\r\n" }),
    framing: () => lines({ ending: "crlf" }),
    bytes: ASCII,
  },
  RegexParser: {
    parser: () => new RegexParser({ regex: /;|AB/ }),
    framing: () => matching(/;|AB/),
    bytes: ASCII,
  },
  SlipDecoder: {
    parser: () => new SlipDecoder(),
    framing: () => slip(),
    bytes: [0xc0, 0x41, 0x42],
  },
  "SlipDecoder, start": {
    parser: () => new SlipDecoder({ START: 0xab, ESC_START: 0xac, END: 0xbc, ESC_END: 0xbd }),
    framing: () => slip({ start: 0xab, escapedStart: 0xac, end: 0xbc, escapedEnd: 0xbd }),
    bytes: [0xab, 0xbc, 0x41, 0x42],
  },
};

for (const [name, { parser, framing, bytes }] of Object.entries(COMPARISONS)) {
  test(`${name} and the framing for it find the same messages`, async () => {
    let found = 0;
    const stream = fc.array(fc.constantFrom(...bytes), { maxLength: 200, size: "max" });
    await fc.assert(
      fc.asyncProperty(stream, cuts, async (values, lengths) => {
        const chunks = cutUp(Uint8Array.from(values), lengths);
        const expected = await parsed(parser(), chunks);
        found += expected.length;
        deepEqual(framed(framing() as Framing<string | Uint8Array>, chunks), expected);
      }),
      { numRuns: 100 },
    );
    ok(found > 100, `${found} messages`);
  });
}

test("SlipEncoder and slip() send the same bytes, and SlipDecoder and slip() receive them", async () => {
  const byte = fc.constantFrom(0xc0, 0xdb, 0xdc, 0xdd, 0x41);
  await fc.assert(
    fc.asyncProperty(fc.array(byte, { minLength: 1, maxLength: 50 }), async (values) => {
      const payload = Uint8Array.from(values);
      const plain = await parsed(new SlipEncoder(), [payload]);
      const leading = await parsed(new SlipEncoder({ bluetoothQuirk: true }), [payload]);

      deepEqual([shown(slip().encode(payload))], plain);
      deepEqual([shown(slip({ leadingEnd: true }).encode(payload))], leading);
      deepEqual(await parsed(new SlipDecoder(), [slip().encode(payload)]), [shown(payload)]);
    }),
  );
});

test("SpacePacketParser and lengthPrefixed() find the same packets", async () => {
  const framing = lengthPrefixed({ offset: 4, size: 2, plus: 1 });
  const packetOf = (data: string): Uint8Array =>
    latin1(`\x08\x01\xc0\0${String.fromCharCode(0, data.length - 1)}${data}`);
  const bytes = Buffer.concat([packetOf("first"), packetOf("2")]);

  const theirs = await parsed(new SpacePacketParser(), [bytes.subarray(0, 9), bytes.subarray(9)]);
  const ours = framed(framing, [bytes]);

  deepEqual(
    ours.map((message) => message.slice(6)),
    theirs.map((text) => (JSON.parse(text) as { data: string }).data),
  );
});

test("ReadyParser and a framing behind a first message give the same bytes", async () => {
  const bytes = latin1("boot\nREADYab\ncd\n");

  const theirs = await parsed(new ReadyParser({ delimiter: "READY" }), [bytes]);
  const [, ...ours] = framed(delimited("READY", { keep: true }), [
    latin1(""),
    bytes,
    latin1("READY"),
  ]);

  deepEqual(
    ours.map((message) => message.replace(/READY$/, "")),
    theirs,
  );
});

test("InterByteTimeoutParser and idleGap() join bytes that come without silence", async () => {
  const chunks = [latin1("ab"), latin1("c")];
  const parser = new InterByteTimeoutParser({ interval: 20 });
  const theirs = new Promise((resolve) => {
    parser.once("data", (data: Uint8Array) => resolve(shown(data)));
  });
  const ours = new Promise((resolve) => {
    const decoder = idleGap({ ms: 20 }).decoder({
      onMessage: (message) => resolve(shown(message)),
      onError: () => undefined,
    });
    for (const chunk of chunks) decoder.push(chunk);
  });
  for (const chunk of chunks) parser.write(Buffer.from(chunk));

  deepEqual(await Promise.all([ours, theirs]), ["abc", "abc"]);
});

test("CCTalkParser's messages are checked by custom() as well", () => {
  const framing = custom((bytes) => (bytes.length < 2 ? 0 : 5 + (bytes[1] as number)), {
    checksum: "lrc",
  });
  const sent = framing.encode(Uint8Array.of(2, 0, 1, 254));

  deepEqual(framed(framing, [sent]), ["\x02\0\x01\xfe"]);
});
