// The command line: values, and the errors of wrong ones.

import { deepEqual, equal, throws } from "node:assert/strict";
import { test } from "node:test";
import { type CommandSpec, parseCommandLine } from "../../../dist/options/args.js";

const OPTIONS = {
  fast: { kind: "flag", short: "f", help: "Goes fast" },
  name: { kind: "text", value: "NAME", help: "Names it" },
  baud: { kind: "integer", value: "N", minimum: 1, help: "Rate" },
  wait: { kind: "duration", value: "TIME", help: "Waits" },
  parity: { kind: "choice", choices: ["none", "odd"], help: "Parity" },
  help: { kind: "flag", short: "h", help: "Helps" },
} as const;

const SPEC: CommandSpec<typeof OPTIONS> = {
  name: "try",
  summary: "",
  description: [],
  positionals: { text: "PATH", minimum: 1, maximum: 1 },
  options: OPTIONS,
  examples: [],
};

test("parseCommandLine() converts every kind of option, wherever it stands", () => {
  const args = ["--name=x y", "-f", "path", "--baud", "9600", "--wait", "2s", "--parity", "odd"];

  const { values, positionals } = parseCommandLine(SPEC, args);

  deepEqual({ ...values }, { name: "x y", fast: true, baud: 9600, wait: 2000, parity: "odd" });
  deepEqual(positionals, ["path"]);
});

test("parseCommandLine() takes the last of an option that is given twice", () => {
  equal(parseCommandLine(SPEC, ["p", "--baud", "1", "--baud", "2"]).values.baud, 2);
});

test("parseCommandLine() takes the arguments after -- unchanged", () => {
  deepEqual(parseCommandLine(SPEC, ["--", "--fast"]).positionals, ["--fast"]);
});

test("parseCommandLine() takes a value that begins with a dash only after =", () => {
  equal(parseCommandLine(SPEC, ["p", "--name=-x"]).values.name, "-x");
});

test("parseCommandLine() collects the values of an option that may be given several times", () => {
  const options = { port: { kind: "texts", value: "PORT", help: "" } } as const;

  const { values } = parseCommandLine({ ...SPEC, options }, ["--port", "a", "p", "--port=b"]);

  deepEqual(values.port, ["a", "b"]);
});

test("parseCommandLine() leaves everything behind the first argument where that ends the options", () => {
  const positionals = { text: "SCRIPT", minimum: 1, maximum: 9, endsOptions: true };
  const args = ["--name", "x", "script", "--fast", "--", "--zzz"];

  const parsed = parseCommandLine({ ...SPEC, positionals }, args);

  deepEqual(parsed.positionals, ["script", "--fast", "--", "--zzz"]);
  deepEqual({ ...parsed.values }, { name: "x" });
});

const WRONG = [
  [["p", "--fats"], 'try: unknown option "--fats"', "did you mean --fast?"],
  [["p", "--zzzz"], 'try: unknown option "--zzzz"', 'see "anyserial try --help"'],
  [["p", "-z"], 'try: unknown option "-z"', 'see "anyserial try --help"'],
  [["p", "--fast=1"], 'try: option "--fast" takes no value', 'see "anyserial try --help"'],
  [["p", "--baud"], 'try: option "--baud" needs a value', "write --baud=N"],
  [["p", "--baud", "--fast"], 'try: option "--baud" needs a value', "write --baud=N"],
  [["p", "--baud", "0"], 'try: option "--baud" cannot be "0"', "give a whole number from 1"],
  [["p", "--baud", "1.5"], 'try: option "--baud" cannot be "1.5"', "give a whole number from 1"],
  [["p", "--wait", "2"], 'try: option "--wait" cannot be "2"', "add a unit: 2s or 2ms"],
  [["p", "--parity", "x"], 'try: option "--parity" cannot be "x"', "give one of none, odd"],
  [
    ["p", "--wait", "soon"],
    'try: option "--wait" cannot be "soon"',
    "give a duration such as 500ms, 2s or 1m",
  ],
  [[], "try: needs PATH", 'see "anyserial try --help"'],
  [["p", "q\x1b"], 'try: unexpected argument "q\\x1b"', 'see "anyserial try --help"'],
] as const;

for (const [args, message, hint] of WRONG) {
  test(`parseCommandLine() says what is wrong with ${JSON.stringify(args)}`, () => {
    throws(() => parseCommandLine(SPEC, args), { name: "UsageError", message, hint });
  });
}

test("parseCommandLine() needs no path when help is asked for", () => {
  equal(parseCommandLine(SPEC, ["-h"]).values.help, true);
});
