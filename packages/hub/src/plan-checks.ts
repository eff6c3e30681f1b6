// What a field may be: for configurations that no schema has seen. Pure.

import { inspect } from "node:util";
import { parseAddress } from "./members/address.ts";

type Report = (field: string, got: string, expected: string) => Error;

interface Rule {
  readonly expected: string;
  readonly holds: (value: unknown) => boolean;
}

const oneOf = (...values: readonly unknown[]): Rule => ({
  expected: `one of ${values.join(", ")}`,
  holds: (value) => values.includes(value),
});

const integer = (least: number, most: number): Rule => ({
  expected: `an integer from ${least} to ${most}`,
  holds: (value) => Number.isInteger(value) && isWithin(value, least, most),
});

const number = (least: number, most: number): Rule => ({
  expected: `a number from ${least} to ${most}`,
  holds: (value) => typeof value === "number" && isWithin(value, least, most),
});

const text: Rule = {
  expected: "a text that is not empty",
  holds: (value) => typeof value === "string" && value !== "" && !value.includes("\0"),
};

const RULES: Readonly<Record<string, Rule>> = {
  topology: oneOf("bus", "pair", "star", "tap"),
  rateMismatch: oneOf("pass", "warn", "garble"),
  role: oneOf("member", "controller", "tap"),
  overflow: oneOf("drop-newest", "drop-oldest", "disconnect", "backpressure"),
  whenAbsent: oneOf("discard", "keep"),
  queue: integer(1, 1024 ** 3),
  stallAfterMs: integer(1, 3_600_000),
  pace: oneOf(true, false),
  latencyMs: number(0, 3_600_000),
  jitterMs: number(0, 3_600_000),
  bitErrorRate: number(0, 1),
  dropRate: number(0, 1),
  seed: integer(0, 0xffff_ffff),
  port: text,
  serial: text,
  device: text,
  stdio: oneOf(true),
  tcp: { expected: '{ connect: "host:port" } or { listen: "host:port" }', holds: isTcp },
  process: { expected: "a program and its arguments", holds: isCommand },
  framing: { expected: "a framing with valid parameters", holds: isFraming },
  members: {
    expected: "members by name",
    holds: (value) => isRecord(value) && Object.values(value).every(isRecord),
  },
};

const FRAMING_RULES: Readonly<Record<string, Rule>> = {
  kind: oneOf("raw", "line", "idle-gap", "slip", "cobs", "length-prefix"),
  delimiter: integer(0, 255),
  gapMs: number(0, 60_000),
  lengthBytes: oneOf(1, 2, 4),
  byteOrder: oneOf("big", "little"),
  maxMessage: integer(1, 65_535),
};

/**
 * Checks the fields of a network or a member.
 *
 * @param path Where it is in the configuration.
 * @param fields What was given.
 * @param report Builds the error to throw.
 */
export function checkFields(path: string, fields: object, report: Report): void {
  for (const [name, value] of Object.entries(fields)) {
    const rule = RULES[name];
    if (value === undefined || rule === undefined || rule.holds(value)) continue;
    throw report(`${path}.${name}`, inspect(value, { depth: 1 }), rule.expected);
  }
}

function isWithin(value: unknown, least: number, most: number): boolean {
  return (value as number) >= least && (value as number) <= most;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isTcp(value: unknown): boolean {
  if (!isRecord(value) || Object.keys(value).length !== 1) return false;
  const address = value["connect"] ?? value["listen"];
  return typeof address === "string" && parseAddress(address) !== undefined;
}

function isCommand(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0 && value.every(text.holds);
}

function isFraming(value: unknown): boolean {
  const fields = typeof value === "string" ? { kind: value } : value;
  if (!isRecord(fields) || fields["kind"] === undefined) return false;
  return Object.entries(fields).every(
    ([name, field]) => field === undefined || FRAMING_RULES[name]?.holds(field) === true,
  );
}
