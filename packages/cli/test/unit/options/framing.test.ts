// Framings as they are written on a command line.

import { deepEqual, equal, match, throws } from "node:assert/strict";
import { test } from "node:test";
import { lines } from "anyserial/framing";
import { framingOf, parseFraming } from "../../../dist/options/framing.js";
import type { UsageError } from "../../../dist/options/usage-error.js";

/** Each framing: how it is written, a message, and the bytes on the line. */
const CASES: readonly (readonly [given: string, message: string, line: string])[] = [
  ["lines", "a", "a\n"],
  ["line", "a", "a\n"],
  ["lines:crlf", "a", "a\r\n"],
  ["lines,ending=crlf", "a", "a\r\n"],
  ["lines:any,send-ending=cr", "a", "a\r"],
  ["lines:lf,encoding=latin1", "\xe9", "\xe9\n"],
  ["delimited:\\r\\n>", "a", "a\r\n>"],
  ["delimited:=", "a", "a="],
  ["fixed-length:3", "abc", "abc"],
  ["fixedLength:length=3", "abc", "abc"],
  ["length-prefixed", "abc", "\x00\x03abc"],
  ["length-prefix:1", "abc", "\x03abc"],
  ["length-prefixed:size=2,byte-order=little,start=\\xaa", "abc", "\xaa\x03\x00abc"],
  ["length-prefixed:1,counts=all", "abc", "\x04abc"],
  ["slip", "\xc0", "\xdb\xdc\xc0"],
  ["slip,leading-end=yes", "a", "\xc0a\xc0"],
  ["cobs", "a\0b", "\x02a\x02b\0"],
  ["start-end:\\x02,\\x03", "a", "\x02a\x03"],
  ["start-end:\\x02,\\x03,checksum=xor8", "a", "\x02a\x03b"],
  ["idle-gap", "a", "a"],
  ["idle-gap:5ms", "a", "a"],
  ["idle-gap:ms=5", "a", "a"],
  [
    "idle-gap:characters=3.5,checksum=crc16modbus",
    "\x01\x03\0\0\0\x02",
    "\x01\x03\0\0\0\x02\xc4\x0b",
  ],
];

for (const [given, message, line] of CASES) {
  test(`parseFraming() reads ${given}`, () => {
    const { framing, isText } = parseFraming(given);
    const payload = isText ? message : Buffer.from(message, "latin1");

    equal(shown(framing.encode(payload as never)), line);
    equal(shown(framing.decode(Buffer.from(line, "latin1"))), message);
  });
}

test("parseFraming() reads an expression as it is, commas and equals signs included", () => {
  const { framing } = parseFraming("matching:[,=;]");

  deepEqual([framing.kind, framing.decode(Buffer.from("a="))], ["matching", "a"]);
});

test("parseFraming() reads the greatest length", () => {
  equal(parseFraming("lines:max-length=100").framing.maxLength, 100);
  equal(parseFraming("idle-gap:0.5s,maxLength=256").framing.maxLength, 256);
});

/** Each mistake, and the answer to it. */
const MISTAKES: readonly (readonly [given: string, message: RegExp, hint: RegExp])[] = [
  ["", /there is no framing ""/, /lines, delimited/],
  ["json", /there is no framing "json"/, /lines, delimited/],
  ["raw", /there is no framing "raw"/, /lines, delimited/],
  ["toString", /there is no framing/, /lines, delimited/],
  ["lines:size=2", /no option "size=2"/, /ending, send-ending/],
  ["slip:5", /no option "5"/, /leading-end/],
  ["lines:vertical", /ending/, /./],
  ["fixed-length", /length/, /./],
  ["fixed-length:many", /length cannot be "many"/, /give one|./],
  ["delimited", /delimiter/, /./],
  ["delimited:\\q", /delimiter cannot be/, /backslash/],
  ["idle-gap:soon", /ms cannot be/, /5ms/],
  ["idle-gap:5", /ms cannot be "5"/, /5ms/],
  ["slip,checksum=crc8", /checksum/, /crc16modbus/],
  ["matching:(", /regular expression/i, /./],
  ["delimited:;,keep=1", /keep cannot be/, /yes or no/],
  ["delimited:;,keep", /option "keep" has no value/, /keep=yes/],
  ["slip,checksum", /option "checksum" has no value/, /checksum=VALUE/],
];

for (const [given, message, hint] of MISTAKES) {
  test(`parseFraming() refuses "${given}"`, () => {
    throws(
      () => parseFraming(given),
      (error: UsageError) => {
        equal(error.code, "ERR_USAGE");
        match(error.message, message);
        match(`${error.message} ${error.hint}`, hint);
        return true;
      },
    );
  });
}

test("framingOf() refuses --no-time without --framing", () => {
  throws(() => framingOf({ "no-time": true }), { code: "ERR_USAGE" });
  equal(framingOf({}), undefined);
  equal(framingOf({ framing: "lines", "no-time": true })?.framing.kind, lines().kind);
});

function shown(message: string | Uint8Array): string {
  return typeof message === "string" ? message : Buffer.from(message).toString("latin1");
}
