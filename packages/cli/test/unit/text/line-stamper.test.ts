// Times in front of lines.

import { equal } from "node:assert/strict";
import { test } from "node:test";
import { formatMoment, LineStamper } from "../../../dist/text/line-stamper.js";

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

test("formatMoment() writes local time that says where it is local", (t) => {
  const { TZ: before } = process.env;
  t.after(() => {
    process.env["TZ"] = before;
    if (before === undefined) delete process.env["TZ"];
  });
  const zones = [
    ["UTC", "2026-07-20T15:04:05.678+00:00"],
    ["Europe/Berlin", "2026-07-20T17:04:05.678+02:00"],
    ["Asia/Kolkata", "2026-07-20T20:34:05.678+05:30"],
    ["America/St_Johns", "2026-07-20T12:34:05.678-02:30"],
  ] as const;

  for (const [zone, text] of zones) {
    process.env["TZ"] = zone;
    equal(formatMoment(new Date(Date.UTC(2026, 6, 20, 15, 4, 5, 678))), text);
  }
});
