// Finding a delimiter.

import { equal } from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { DelimiterMatch } from "../../../dist/text/delimiter-match.js";

test("DelimiterMatch counts the bytes up to the end of the delimiter", () => {
  equal(new DelimiterMatch(Buffer.from("\r\n")).push(Buffer.from("OK\r\nmore")), 4);
});

test("DelimiterMatch finds a delimiter that is split, counting only the last chunk", () => {
  const match = new DelimiterMatch(Buffer.from("abcab"));

  equal(match.push(Buffer.from("xxabc")), undefined);
  equal(match.push(Buffer.from("a")), undefined);
  equal(match.push(Buffer.from("bz")), 1);
});

test("DelimiterMatch ends where indexOf on the whole would, however it is cut", () => {
  const bytes = fc.array(fc.constantFrom("a", "b"), { maxLength: 30 });
  fc.assert(
    fc.property(
      bytes,
      fc.array(fc.nat(5)),
      fc.constantFrom("a", "ab", "aab", "abab"),
      (text, cuts, mark) => {
        const whole = text.join("");
        const match = new DelimiterMatch(Buffer.from(mark));
        let at = 0;
        let end: number | undefined;
        for (const size of [...cuts, whole.length]) {
          const found = match.push(Buffer.from(whole.slice(at, at + size)));
          if (found !== undefined) {
            end = at + found;
            break;
          }
          at += size;
        }
        const expected = whole.indexOf(mark);
        return end === (expected === -1 ? undefined : expected + mark.length);
      },
    ),
  );
});
