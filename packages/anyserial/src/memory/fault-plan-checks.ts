// Valid options of a FaultPlan: names and ranges. Pure.

import { checkOptions, type OptionSpec } from "../arguments/options.ts";
import { invalid, isIntegerIn, isOneOf } from "../arguments/validate.ts";
import type {
  FaultBurst,
  FaultOperation,
  FaultPlanOptions,
  ShortTransfers,
} from "./fault-plan-options.ts";

const PLAN: OptionSpec = {
  known: [
    "disconnectAfterBytes",
    "disconnectOnCall",
    "eagain",
    "eintr",
    "shortReads",
    "shortWrites",
    "latencyMs",
    "bytesPerSecond",
    "seed",
  ],
};
const BURST: OptionSpec = {
  known: ["times", "everyCalls", "probability", "on"],
  bare: { number: "times" },
};
const SHORT: OptionSpec = { known: ["maxBytes", "probability"], bare: { number: "maxBytes" } };
const OPERATIONS: readonly FaultOperation[] = ["read", "write"];

/**
 * Checks a plan.
 *
 * @throws {@link ConfigurationError} `ERR_INVALID_ARG_VALUE` — a name is unknown, or a value out of range.
 */
export function checkPlan(options: FaultPlanOptions): void {
  checkOptions(options, PLAN);
  const { eagain, eintr, shortReads, shortWrites } = options;
  integer("disconnectAfterBytes", options.disconnectAfterBytes, { minimum: 0 });
  integer("disconnectOnCall", options.disconnectOnCall);
  integer("seed", options.seed, { minimum: 0, maximum: 0xffff_ffff });
  if (eagain !== undefined) checkBurst("eagain", eagain);
  if (eintr !== undefined) checkBurst("eintr", eintr);
  if (shortReads !== undefined) checkShort("shortReads", shortReads);
  if (shortWrites !== undefined) checkShort("shortWrites", shortWrites);
  upTo("latencyMs", options.latencyMs, 0x7fff_ffff);
  upTo("bytesPerSecond", options.bytesPerSecond, Number.POSITIVE_INFINITY);
  if (options.bytesPerSecond === 0) throw invalid("bytesPerSecond", 0, "more than 0");
}

/** Checks what a backend asks of a plan. */
export function checkCall(operation: FaultOperation, length: number): void {
  checkOperation("operation", operation);
  required("length", length);
}

/** Checks a count of bytes moved. */
export function checkCount(bytes: number): void {
  if (isIntegerIn(bytes, 0, Number.MAX_SAFE_INTEGER)) return;
  throw invalid("bytes", bytes, "an integer of 0 or more");
}

function checkBurst(name: string, burst: FaultBurst): void {
  checkOptions(burst, { ...BURST, parameter: name, group: `${name}.` });
  required(`${name}.times`, burst.times);
  integer(`${name}.everyCalls`, burst.everyCalls);
  upTo(`${name}.probability`, burst.probability, 1);
  if (burst.on !== undefined) checkOperation(`${name}.on`, burst.on);
}

function checkShort(name: string, short: ShortTransfers): void {
  checkOptions(short, { ...SHORT, parameter: name, group: `${name}.` });
  required(`${name}.maxBytes`, short.maxBytes);
  upTo(`${name}.probability`, short.probability, 1);
}

function checkOperation(name: string, operation: FaultOperation): void {
  if (!isOneOf(operation, OPERATIONS)) throw invalid(name, operation, "one of read, write");
}

function required(name: string, value: unknown): void {
  if (value === undefined) throw invalid(name, value, "an integer of 1 or more");
  integer(name, value);
}

function integer(
  name: string,
  value: unknown,
  { minimum = 1, maximum = Number.MAX_SAFE_INTEGER }: { minimum?: number; maximum?: number } = {},
): void {
  if (value === undefined || isIntegerIn(value, minimum, maximum)) return;
  throw invalid(name, value, `an integer from ${minimum} to ${maximum}`);
}

function upTo(name: string, value: unknown, maximum: number): void {
  if (value === undefined) return;
  if (typeof value === "number" && value >= 0 && value <= maximum) return;
  throw invalid(name, value, `a number from 0 to ${maximum}`);
}
