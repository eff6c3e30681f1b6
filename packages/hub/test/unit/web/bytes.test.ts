// Bytes as text in the page, and back.

import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type * as BytesModule from "../../../web/traffic/bytes.ts";
import { loadWebModule } from "../../helpers/web-module.ts";

const { toHex, toText, fromHex, toBase64, fromBase64 } =
  await loadWebModule<typeof BytesModule>("traffic/bytes.ts");

test("toText() spells everything but printable ASCII", () => {
  const bytes = Buffer.from('A<b>\\\t\r\n\0\x1b[2J\x7f\x9b"', "latin1");

  equal(toText(bytes), 'A<b>\\\\\\t\\r\\n\\x00\\x1b[2J\\x7f\\x9b"');
});

test("toText() and toHex() end after as many bytes as they are given", () => {
  equal(toText(Buffer.from("abcd"), 2), "ab");
  equal(toHex(Buffer.from("abcd"), 2), "61 62");
});

for (const text of ["02 6F ff", "0x02,0x6f,0xff", "026fff", "02:6f;ff"]) {
  test(`fromHex() reads ${text}`, () => {
    deepEqual([...(fromHex(text) ?? [])], [0x02, 0x6f, 0xff]);
  });
}

for (const text of ["0", "xx", "02 6"]) {
  test(`fromHex() refuses ${text}`, () => {
    equal(fromHex(text), undefined);
  });
}

test("bytes survive base64 and hex", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      deepEqual([...fromBase64(toBase64(bytes))], [...bytes]);
      deepEqual([...(fromHex(toHex(bytes)) ?? [])], [...bytes]);
    }),
  );
});

test("toBase64() takes a megabyte", () => {
  equal(toBase64(new Uint8Array(1_000_000)).length, 1_333_336);
});
