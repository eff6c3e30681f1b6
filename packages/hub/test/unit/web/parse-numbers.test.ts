// Numbers in lines, for the plot.

import { deepEqual, ok } from "node:assert/strict";
import { test } from "node:test";
import type * as Parser from "../../../web/plot/parse-numbers.ts";
import { loadWebModule } from "../../helpers/web-module.ts";

const { parseNumbers } = await loadWebModule<typeof Parser>("plot/parse-numbers.ts");

for (const [line, expected] of [
  ["1.5,2", { 1: 1.5, 2: 2 }],
  ["-1;+2.5e3;.5", { 1: -1, 2: 2500, 3: 0.5 }],
  ["10 20\t30", {}],
  ["10 20 30", { 1: 10, 2: 20, 3: 30 }],
  ["1\t2", { 1: 1, 2: 2 }],
  ["21.5", { 1: 21.5 }],
  ["21.5 °C", { 1: 21.5 }],
  ["temp:20 hum:41", { temp: 20, hum: 41 }],
  ["temp:20,hum:41", { temp: 20, hum: 41 }],
  ["temp:20C, hum:41%", { temp: 20, hum: 41 }],
  ["temp = 20.5; set point=-3", { temp: 20.5, "set point": -3 }],
  ["12:30:05 temp=20", { temp: 20 }],
  ['{"volts":12,"amps":"0.5","name":"x","on":true}', { volts: 12, amps: 0.5 }],
  ['{"a":{"b":[1,2]}}', { "a.b.1": 1, "a.b.2": 2 }],
  ["[3,4]", { 1: 3, 2: 4 }],
  ["{broken", {}],
  ["hello world", {}],
  ["1,two,3", {}],
  ["", {}],
] as const) {
  test(`parseNumbers() reads ${JSON.stringify(line)}`, () => {
    deepEqual(Object.fromEntries(parseNumbers(line)), expected);
  });
}

test("parseNumbers() takes 16 values at most", () => {
  ok(parseNumbers("1,".repeat(100).slice(0, -1)).length === 16);
});

test("parseNumbers() keeps a name of the prototype as a name", () => {
  deepEqual(parseNumbers('{"__proto__":1,"constructor":2}'), [
    ["__proto__", 1],
    ["constructor", 2],
  ]);
});

for (const [name, line] of [
  ["letters", "a".repeat(1_000_000)],
  ["letters and blanks", "a ".repeat(500_000)],
  ["a letter and blanks", `a${" ".repeat(1_000_000)}`],
  ["digits", "1".repeat(1_000_000)],
  ["brackets", "[".repeat(1_000_000)],
  ["nested lists", `${"[".repeat(2000)}1${"]".repeat(2000)}`],
  ["colons", "a:".repeat(500_000)],
] as const) {
  test(`parseNumbers() ends for many ${name}`, () => {
    ok(parseNumbers(line).length <= 16);
  });
}
