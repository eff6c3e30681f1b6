// Times in front of lines.

import { equal } from "node:assert/strict";
import { test } from "node:test";
import { LineStamper } from "#internal/line-stamper.js";

const FIRST = new Date(2026, 0, 2, 3, 4, 5, 6);
const SECOND = new Date(2026, 0, 2, 23, 59, 59, 999);

test("LineStamper stamps every line that begins, with the time of its first byte", () => {
  const stamper = new LineStamper();

  const parts = [
    stamper.push(Buffer.from("one\ntw"), FIRST),
    stamper.push(Buffer.from("o\n"), SECOND),
    stamper.push(Buffer.from("\n"), SECOND),
  ];

  equal(
    Buffer.concat(parts).toString(),
    "[03:04:05.006] one\n[03:04:05.006] two\n[23:59:59.999] \n",
  );
});
