// The values of a plot.

import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import type * as SeriesModule from "../../../web/plot/series.ts";
import { loadWebModule } from "../../helpers/web-module.ts";

const { Series } = await loadWebModule<typeof SeriesModule>("plot/series.ts");

function message(text: string, time = 1000) {
  const bytes = new Uint8Array(Buffer.from(text));
  const from = { network: "net", member: "a", direction: "in" } as const;
  return { kind: "message", seq: 1, time, length: bytes.length, bytes, ...from } as const;
}

test("Series puts lines together that came in pieces", () => {
  const series = new Series();

  equal(series.add(message("t:1")), false);
  equal(series.add(message("2\r\nt:3\n", 2000)), true);

  deepEqual([series.names, series.times, series.columns], [["t"], [2, 2], [[12, 3]]]);
});

test("Series leaves a hole where a line lacks a name", () => {
  const series = new Series();

  series.add(message("a:1\nb:2\n"));

  deepEqual(series.columns, [
    [1, null],
    [null, 2],
  ]);
});

test("Series keeps the last 20,000 lines at most", () => {
  const series = new Series();

  for (let at = 0; at < 250; at++) series.add(message("1\n".repeat(100), at));

  equal(series.times.length <= 20_000 && series.times.length > 17_000, true);
  equal(series.columns[0]?.length, series.times.length);
  equal(series.times.at(-1), 0.249);
});

test("Series draws 16 names at most", () => {
  const series = new Series();

  for (let at = 0; at < 40; at++) series.add(message(`n${at}:1\n`));

  equal(series.names.length, 16);
});

test("Series.clear() begins anew", () => {
  const series = new Series();
  series.add(message("a:1\nb:"));

  series.clear();
  series.add(message("2\n"));

  deepEqual([series.names, series.columns], [["1"], [[2]]]);
});

test("Series.toCsv() has a row for each line", () => {
  const series = new Series();
  series.add(message("a:1\na:2,b:3\n", 0));

  equal(
    series.toCsv((text) => `"${text}"`),
    'time,"a","b"\r\n1970-01-01T00:00:00.000Z,1,\r\n1970-01-01T00:00:00.000Z,2,3\r\n',
  );
});
