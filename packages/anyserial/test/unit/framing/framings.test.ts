// Each framing by examples: messages, invalid bytes, and sent bytes.

import { deepEqual, equal, throws } from "node:assert/strict";
import { test } from "node:test";
import type { FramingError } from "anyserial";
import {
  cobs,
  crc16modbus,
  custom,
  delimited,
  fixedLength,
  idleGap,
  lengthPrefixed,
  lines,
  matching,
  slip,
  startEnd,
} from "anyserial/framing";
import { codeOf, decodeAll, latin1, shown } from "../../helpers/framing.ts";

const INVALID = { name: "ConfigurationError", code: "ERR_INVALID_ARG_VALUE" };

test("lines() ends a line at CR, LF or both, and keeps empty lines", () => {
  deepEqual(decodeAll(lines(), [latin1("a\nb\r\nc\rd\n\n\r\n")]), ["a", "b", "c", "d", "", ""]);
});

test("lines() ends a line at its CR without waiting for a LF", () => {
  const messages: string[] = [];
  const decoder = lines().decoder({ onMessage: (line) => messages.push(line), onError: () => {} });

  decoder.push(latin1("OK\r"));

  deepEqual(messages, ["OK"]);
});

test("lines() with one ending leaves the other character in the text", () => {
  deepEqual(decodeAll(lines({ ending: "lf" }), [latin1("a\rb\n")]), ["a\rb"]);
  deepEqual(decodeAll(lines({ ending: "cr" }), [latin1("a\nb\r")]), ["a\nb"]);
  deepEqual(decodeAll(lines({ ending: "crlf" }), [latin1("a\nb\rc\r\n")]), ["a\nb\rc"]);
});

test("lines() sends the ending that it is asked for", () => {
  equal(shown(lines().encode("a")), "a\n");
  equal(shown(lines({ ending: "crlf" }).encode("a")), "a\r\n");
  equal(shown(lines({ ending: "any", sendEnding: "cr" }).encode("a")), "a\r");
});

test("lines() refuses to send text that would be two lines", () => {
  throws(() => lines().encode("a\nb"), INVALID);
  throws(() => lines({ ending: "crlf" }).encode("a\r"), INVALID);
  equal(shown(lines({ ending: "lf" }).encode("a\rb")), "a\rb\n");
});

test("lines() decodes UTF-8 or latin1, and replaces or refuses invalid bytes", () => {
  deepEqual(decodeAll(lines(), [new TextEncoder().encode("25 °C\n")]), ["25 °C"]);
  deepEqual(decodeAll(lines({ encoding: "latin1" }), [latin1("25 \xb0C\n")]), ["25 °C"]);
  deepEqual(decodeAll(lines(), [latin1("25 \xb0C\n")]), ["25 \ufffdC"]);
  deepEqual(decodeAll(lines({ fatal: true }), [latin1("25 \xb0C\nok\n")]), [
    { error: "ERR_SERIAL_FRAME" },
    "ok",
  ]);
  deepEqual(decodeAll(lines({ fatal: true }), [new TextEncoder().encode("\ufffd\n")]), ["\ufffd"]);
});

test("lines() refuses to send characters that latin1 does not have", () => {
  throws(() => lines({ encoding: "latin1" }).encode("1 Ω"), INVALID);
});

test("delimited() takes the delimiter off, or keeps it", () => {
  deepEqual(decodeAll(delimited("\r\n>"), [latin1("a\r\n>\r\n\r\n>")]), ["a", "\r\n"]);
  deepEqual(decodeAll(delimited(0, { keep: true }), [latin1("a\0\0")]), ["a\0", "\0"]);
});

test("delimited() sends the delimiter once, whether it is kept or not", () => {
  equal(shown(delimited(">").encode(latin1("a"))), "a>");
  equal(shown(delimited(">", { keep: true }).encode(latin1("a>"))), "a>");
  throws(
    () => delimited("ab").encode(latin1("xa")).length === 0 || delimited("aa").encode(latin1("xa")),
    INVALID,
  );
});

test("fixedLength() counts bytes", () => {
  deepEqual(decodeAll(fixedLength(3), [latin1("abcdefg")]), [
    "abc",
    "def",
    { error: "ERR_SERIAL_INCOMPLETE" },
  ]);
  throws(() => fixedLength(3).encode(latin1("ab")), INVALID);
});

test("lengthPrefixed() reads a field of 1, 2 or 4 bytes in either byte order", () => {
  deepEqual(decodeAll(lengthPrefixed(), [latin1("\0\x02ab\0\0\0\x01c")]), ["ab", "", "c"]);
  const little = lengthPrefixed({ size: 4, byteOrder: "little" });
  deepEqual(decodeAll(little, [latin1("\x01\0\0\0a")]), ["a"]);
  equal(shown(little.encode(latin1("ab"))), "\x02\0\0\0ab");
});

test("lengthPrefixed() counts the payload, the rest or all", () => {
  const size = 1;
  const checksum = "sum8";
  equal(shown(lengthPrefixed({ size }).encode(latin1("ab"))), "\x02ab");
  equal(shown(lengthPrefixed({ size, counts: "rest", checksum }).encode(latin1("a"))), "\x02ac");
  equal(shown(lengthPrefixed({ size, counts: "all" }).encode(latin1("ab"))), "\x03ab");
  equal(shown(lengthPrefixed({ size, plus: -1 }).encode(latin1("ab"))), "\x03ab");
});

test("lengthPrefixed() leaves out bytes in front of its start", () => {
  const framing = lengthPrefixed({ start: 0xaa, size: 1 });

  deepEqual(decodeAll(framing, [latin1("xy\xaa\x01azz\xaa\x02bc")]), ["a", "bc"]);
});

test("lengthPrefixed() goes on at the next start when a length is too large", () => {
  const framing = lengthPrefixed({ start: 0xaa, size: 1, maxLength: 10 });

  deepEqual(decodeAll(framing, [latin1("\xaa\xf0\xaa\x01a")]), [
    { error: "ERR_SERIAL_FRAME_TOO_LONG" },
    "a",
  ]);
});

test("lengthPrefixed() gives the whole message where its header says more than a length", () => {
  const framing = lengthPrefixed({ offset: 2, size: 1, trailer: 1 });

  deepEqual(decodeAll(framing, [latin1("AB\x02ab!")]), ["AB\x02ab!"]);
  equal(shown(framing.encode(latin1("AB\x02ab!"))), "AB\x02ab!");
  throws(() => framing.encode(latin1("AB\x03ab!")), INVALID);
});

test("slip() escapes, and leaves out empty messages", () => {
  const payload = latin1("a\xc0b\xdbc");

  equal(shown(slip().encode(payload)), "a\xdb\xdcb\xdb\xddc\xc0");
  deepEqual(decodeAll(slip(), [latin1("\xc0\xc0a\xdb\xdcb\xc0\xc0\xc0c\xc0\xc0")]), [
    "a\xc0b",
    "c",
  ]);
});

test("slip() reports an escape that stands for nothing, and goes on", () => {
  deepEqual(decodeAll(slip(), [latin1("a\xdbb\xc0c\xc0")]), [{ error: "ERR_SERIAL_FRAME" }, "c"]);
});

test("slip() takes other bytes, a start and a leading end", () => {
  const options = { start: 0xab, escapedStart: 0xac, end: 0xbc, escapedEnd: 0xbd };

  equal(shown(slip(options).encode(latin1("\xab\xbc"))), "\xab\xdb\xac\xdb\xbd\xbc");
  deepEqual(decodeAll(slip(options), [latin1("noise\xaba\xbc")]), ["a"]);
  equal(shown(slip({ leadingEnd: true }).encode(latin1("a"))), "\xc0a\xc0");
});

test("cobs() is as in the paper", () => {
  const cases: readonly [payload: string, packed: string][] = [
    ["", "\x01\0"],
    ["\0", "\x01\x01\0"],
    ["\0\0", "\x01\x01\x01\0"],
    ["\x11\x22\0\x33", "\x03\x11\x22\x02\x33\0"],
    ["\x11\0\0\0", "\x02\x11\x01\x01\x01\0"],
  ];
  for (const [payload, packed] of cases) {
    equal(shown(cobs().encode(latin1(payload))), packed);
    deepEqual(decodeAll(cobs(), [latin1(packed)]), [payload]);
  }
  const full = Uint8Array.from({ length: 254 }, (_, index) => index + 1);
  equal(shown(cobs().encode(full)), `\xff${shown(full)}\0`);
});

test("cobs() reports a block that is cut off, and goes on", () => {
  deepEqual(decodeAll(cobs(), [latin1("\x05ab\0\x02c\0")]), [{ error: "ERR_SERIAL_FRAME" }, "c"]);
});

test("startEnd() leaves out bytes outside of the marks", () => {
  deepEqual(decodeAll(startEnd(2, 3), [latin1("x\x02a\x03yz\x02\x03")]), ["a", ""]);
  deepEqual(decodeAll(startEnd("<<", ">>"), [latin1("<x<<a>b>><<c>>")]), ["a>b", "c"]);
});

test("startEnd() reports a message that was cut off by the next one", () => {
  deepEqual(decodeAll(startEnd(2, 3), [latin1("\x02ab\x02c\x03")]), [
    { error: "ERR_SERIAL_FRAME" },
    "c",
  ]);
});

test("startEnd() escapes marks, or refuses to send them", () => {
  const framing = startEnd(2, 3, { escape: 0x10 });

  equal(shown(framing.encode(latin1("a\x03\x10"))), "\x02a\x10\x03\x10\x10\x03");
  deepEqual(decodeAll(framing, [latin1("\x02a\x10\x03\x10\x10\x03")]), ["a\x03\x10"]);
  throws(() => startEnd(2, 3).encode(latin1("a\x03")), INVALID);
  throws(() => startEnd("<", "ab").encode(latin1("xa<")), INVALID);
});

test("startEnd() has the checksum behind the end, over payload and end", () => {
  const framing = startEnd(2, 3, { checksum: "xor8" });

  equal(shown(framing.encode(latin1("ab"))), "\x02ab\x03\0");
  deepEqual(decodeAll(framing, [latin1("\x02ab\x03\0\x02ab\x03\x01")]), [
    "ab",
    { error: "ERR_SERIAL_CHECKSUM" },
  ]);
  deepEqual(decodeAll(startEnd(2, 3, { after: 2 }), [latin1("\x02ab\x03xy")]), ["abxy"]);
});

test("idleGap() joins bytes that come without silence", () => {
  deepEqual(decodeAll(idleGap({ ms: 1000 }), [latin1("ab"), latin1("c")]), ["abc"]);
});

test("matching() ends a message as soon as the expression matches", () => {
  deepEqual(decodeAll(matching(/\r?\n/), [latin1("a\r\nb\n\n")]), ["a", "b", ""]);
  deepEqual(decodeAll(matching(/;+/), [latin1("a;;b;")]), ["a", "", "b"]);
  deepEqual(decodeAll(matching(/(?=>)/), [latin1(">a>bc>")]), [
    ">a",
    ">bc",
    { error: "ERR_SERIAL_INCOMPLETE" },
  ]);
});

test("matching() sends text that the expression matches behind a message", () => {
  equal(shown(matching(/\r?\n/).encode("a")), "a\n");
  equal(shown(matching(/[;,]/, { ending: ";" }).encode("a")), "a;");
  throws(() => matching(/[;,]/).encode("a"), INVALID);
  throws(() => matching(/[;,]/, { ending: ";" }).encode("a,b"), INVALID);
  throws(() => matching(/[;,]/, { ending: "x" }), INVALID);
});

test("custom() goes on at the next byte when the function finds an error", () => {
  const framing = custom(([type]) => (type === 1 ? 3 : new Error(`not ${type}`)));
  const errors: FramingError[] = [];
  const messages: string[] = [];
  const decoder = framing.decoder({
    onMessage: (message) => messages.push(shown(message)),
    onError: (error) => errors.push(error),
  });

  decoder.push(latin1("xyz\x01ab\x01cd"));

  deepEqual(messages, ["\x01ab", "\x01cd"]);
  equal(errors.length, 1);
  equal(errors[0]?.code, "ERR_SERIAL_FRAME");
  equal(String(errors[0]?.cause), "Error: not 120");
});

test("custom() passes to the function how many bytes it has seen before", () => {
  const seen: number[][] = [];
  const framing = custom((bytes, searched) => {
    seen.push([bytes.length, searched]);
    return bytes.length < 3 ? 0 : 3;
  });

  decodeAll(framing, [latin1("a"), latin1("b"), latin1("cd")]);

  deepEqual(seen, [
    [1, 0],
    [2, 1],
    [4, 2],
    [1, 0],
  ]);
});

test("custom() reports an answer that is no length", () => {
  deepEqual(
    decodeAll(
      custom(() => 1.5),
      [latin1("a")],
    ),
    [{ error: "ERR_SERIAL_FRAME" }],
  );
});

test("a checksum that is wrong or missing is an error with the bytes", () => {
  const framing = idleGap({ ms: 1, checksum: "crc16modbus" });
  const good = framing.encode(Uint8Array.of(1, 3, 0, 0, 0, 2));

  deepEqual([...good.slice(-2)], [0xc4, 0x0b]);
  deepEqual([...framing.decode(good)], [1, 3, 0, 0, 0, 2]);
  equal(
    codeOf(() => framing.decode(good.map((byte, at) => (at === 2 ? 9 : byte)))),
    "ERR_SERIAL_CHECKSUM",
  );
  equal(
    codeOf(() => framing.decode(Uint8Array.of(1))),
    "ERR_SERIAL_CHECKSUM",
  );
  const own = fixedLength(3, { checksum: crc16modbus });
  equal(own.encode(Uint8Array.of(7)).length, 3);
});

test("a message that is too long is an error with its first bytes, and the next one comes", () => {
  const errors: FramingError[] = [];
  const messages: string[] = [];
  const decoder = lines({ maxLength: 4 }).decoder({
    onMessage: (line) => messages.push(line),
    onError: (error) => errors.push(error),
  });

  decoder.push(latin1("abcdefghijkl\nabc\nabcd\n"));

  deepEqual(messages, ["abc"]);
  deepEqual(
    errors.map(({ code, bytes }) => [code, shown(bytes)]),
    [
      ["ERR_SERIAL_FRAME_TOO_LONG", "abcd"],
      ["ERR_SERIAL_FRAME_TOO_LONG", "abcd"],
    ],
  );
  throws(() => lines({ maxLength: 4 }).encode("abcd"), INVALID);
});

test("a framing is frozen, and is no class to construct", () => {
  const framing = lines();

  equal(Object.isFrozen(framing), true);
  throws(() => new (framing.constructor as new (codec?: unknown) => object)(), INVALID);
});

test("decoder() reports what a callback throws when the chunk is done", () => {
  const messages: string[] = [];
  const decoder = lines().decoder({
    onMessage: (line) => {
      messages.push(line);
      if (line === "a") throw new Error("of the caller");
    },
    onError: () => undefined,
  });

  throws(() => decoder.push(latin1("a\nb\n")), /of the caller/);

  decoder.push(latin1("c\n"));
  deepEqual(messages, ["a", "b", "c"]);
});
