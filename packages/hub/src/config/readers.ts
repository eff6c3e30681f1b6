// Readers of fields. Each takes a node and returns the value for the hub, or reports a problem at
// the node and returns nothing. The documentation shows each reader's description of the allowed
// values.

import { nearest } from "anyserial/arguments";
import type { FramingMark } from "../model/types.ts";
import type { ConfigNode } from "./config-node.ts";
import { copyJson } from "./json.ts";
import { showValue } from "./problem.ts";
import { readDuration, readHostPort, readMode, readSize } from "./values.ts";

export interface Reader<T> {
  /** The allowed values, as errors and the documentation describe them. */
  readonly allowed: string;
  /** @returns The value; `undefined` after a report. */
  read(node: ConfigNode): T | undefined;
}

/** A field of an object. */
export interface Field<T = unknown> {
  readonly reader: Reader<T>;
  /** As it would be written in a file; `undefined` where there is none, or the field is required. */
  readonly default?: T | string | undefined;
  /** Replaces the default in the documentation, where it is no value. */
  readonly defaultHelp?: string | undefined;
  /** One sentence. */
  readonly help: string;
}

/** The fields of an object by name. */
export type Fields = Readonly<Record<string, Field>>;

/** Exactly the fields of a type: a field that is missing in one of the two does not compile. */
export type FieldsOf<T> = { readonly [K in keyof T]-?: Field<NonNullable<T[K]>> };

/**
 * Makes a reader from a pure function.
 *
 * @param allowed The allowed values.
 * @param parse Returns `undefined` for other values.
 * @returns The reader.
 */
export function value<T>(allowed: string, parse: (value: unknown) => T | undefined): Reader<T> {
  const read = (node: ConfigNode): T | undefined => {
    const parsed = parse(node.value);
    if (parsed === undefined) node.refuse(allowed);
    return parsed;
  };
  return { allowed, read };
}

/** Reads one of the words of a type: the table does not compile with one left out. */
export function word<T extends string>(words: Readonly<Record<T, true>>): Reader<T> {
  return choice(...(Object.keys(words) as T[])); // its keys are those of the type
}

/** Reads one of some words or numbers. */
export function choice<T extends string | number>(...choices: readonly T[]): Reader<T> {
  const allowed = listWords(choices.map(String));
  const read = (node: ConfigNode): T | undefined => {
    const found = choices.find((one) => one === node.value);
    if (found === undefined) node.refuse(allowed, choices.map(String));
    return found;
  };
  return { allowed, read };
}

/** Reads `true` or `false`. */
export function flag(): Reader<boolean> {
  return value("true or false", (given) => (typeof given === "boolean" ? given : undefined));
}

/** Reads a whole number within bounds, both included. */
export function integer(minimum: number, maximum: number): Reader<number> {
  const allowed = `a whole number from ${minimum} to ${maximum}`;
  return value(allowed, (given) =>
    Number.isInteger(given) ? within(given, minimum, maximum) : undefined,
  );
}

/** Reads 1 byte up to a maximum: text, a code, or a list of codes. */
export function mark(most: number): Reader<FramingMark> {
  const allowed = `1 to ${most} bytes: text, a code from 0 to 255, or a list of codes`;
  const code = (given: unknown): boolean =>
    Number.isInteger(given) && within(given, 0, 255) !== undefined;
  const read = (node: ConfigNode): FramingMark | undefined => {
    const codes = node.items()?.map((item) => item.value);
    const given = codes ?? node.value;
    const length = typeof given === "string" ? Buffer.byteLength(given) : codes?.length;
    const isGood =
      codes === undefined ? typeof given === "string" || code(given) : codes.every(code);
    if (isGood && within(length ?? 1, 1, most) !== undefined) return given as FramingMark;
    node.refuse(allowed);
    return undefined;
  };
  return { allowed, read };
}

/** Reads a number from 0 to 1. */
export function probability(): Reader<number> {
  return value("a number from 0 to 1", (given) => within(given, 0, 1));
}

/** Reads a size within bounds in bytes, both included. */
export function size(minimum: number, maximum: number): Reader<number> {
  const bounds = `from ${formatSize(minimum)} to ${formatSize(maximum)}`;
  const allowed = `a size ${bounds}, as a number of bytes or as in 128KiB`;
  return value(allowed, (given) => within(readSize(given), minimum, maximum));
}

/** Reads a duration within bounds in milliseconds, both included. */
export function duration(minimumMs: number, maximumMs: number): Reader<number> {
  const allowed = `milliseconds from ${minimumMs} to ${maximumMs}, or as in 500ms or 2s`;
  return value(allowed, (given) => within(readDuration(given), minimumMs, maximumMs));
}

/** Reads a duration of whole milliseconds within bounds, both included. */
export function wholeDuration(minimumMs: number, maximumMs: number): Reader<number> {
  const allowed = `whole milliseconds from ${minimumMs} to ${maximumMs}, or as in 500ms or 2s`;
  return value(allowed, (given) => {
    const durationMs = within(readDuration(given), minimumMs, maximumMs);
    return Number.isInteger(durationMs) ? durationMs : undefined;
  });
}

/** Reads permission bits. */
export function mode(): Reader<number> {
  return value('permission bits such as "0660"', readMode);
}

/** Reads text that is not empty and has no NUL. */
export function text(allowed: string): Reader<string> {
  return value(allowed, (given) =>
    typeof given === "string" && given !== "" && !given.includes("\0") ? given : undefined,
  );
}

/** Reads `host:port`. */
export function address(portMin = 0): Reader<string> {
  return value("an address such as 127.0.0.1:7070 or [::1]:7070", (given) => {
    const { port } = readHostPort(given) ?? { port: -1 };
    return port >= portMin ? String(given) : undefined;
  });
}

/** Reads a list of texts with a minimum number of items. */
export function texts(allowed: string, minimum: number): Reader<readonly string[]> {
  const read = (node: ConfigNode): readonly string[] | undefined => {
    const items = node.items();
    if (items === undefined || items.length < minimum) {
      node.refuse(allowed);
      return undefined;
    }
    const all = items.map(readText);
    return all.every((item) => item !== undefined) ? all : undefined;
  };
  return { allowed, read };
}

/** Reads an item of a list of texts; YAML takes `true`, `12` and `~` for something else. */
function readText(node: ConfigNode): string | undefined {
  const given = node.value;
  if (typeof given === "string") {
    if (given !== "" && !given.includes("\0")) return given;
    node.refuse("text that is not empty and has no NUL");
    return undefined;
  }
  const isQuotable = typeof given === "boolean" || typeof given === "number" || given === null;
  const hint = isQuotable ? `put quotes around it: "${String(given)}"` : undefined;
  node.report("is no text", hint, showValue(given));
  return undefined;
}

/** Reads a map of plain JSON. */
export function anything(): Reader<Readonly<Record<string, unknown>>> {
  const allowed = "a map";
  const read = (node: ConfigNode): Readonly<Record<string, unknown>> | undefined => {
    if (!node.isMap) {
      node.refuse(allowed);
      return undefined;
    }
    const copy = copyJson(node.value);
    if (copy === undefined) node.report("is no plain JSON: give texts, numbers, lists and maps");
    return copy as Readonly<Record<string, unknown>> | undefined; // it is a map
  };
  return { allowed, read };
}

/**
 * Reads the fields of an object; unknown ones are refused.
 *
 * @param node The object.
 * @param fields The allowed fields.
 * @returns The valid fields; `undefined` when the node is no map.
 */
export function readFields(node: ConfigNode, fields: Fields): Record<string, unknown> | undefined {
  if (!node.isMap) {
    node.refuse(`a map with ${listWords(Object.keys(fields))}`);
    return undefined;
  }
  const result: Record<string, unknown> = {};
  for (const entry of node.entries()) {
    const field = Object.hasOwn(fields, entry.key) ? fields[entry.key] : undefined;
    if (field === undefined) refuseKey(entry.keyNode, entry.key, Object.keys(fields));
    else {
      const read = field.reader.read(entry.node);
      if (read !== undefined) result[entry.key] = read;
    }
  }
  return result;
}

/** Makes a reader of an object. */
export function object<T>(fields: Fields, required: readonly string[] = []): Reader<T> {
  const read = (node: ConfigNode): T | undefined => {
    const result = readFields(node, fields);
    const keys = node.entries().map(({ key }) => key);
    for (const name of required) {
      if (result !== undefined && !keys.includes(name)) node.missing(name).report("is missing");
    }
    return result as T | undefined; // the fields are those of T
  };
  return { allowed: `a map with ${listWords(Object.keys(fields))}`, read };
}

function refuseKey(node: ConfigNode, key: string, known: readonly string[]): void {
  const near = nearest(key, known);
  const hint = near === undefined ? `known here: ${listWords(known)}` : `did you mean ${near}?`;
  node.report("is unknown", hint);
}

/** -0 becomes 0: Node.js ends the process where it gets one for a number of the system. */
function within(given: unknown, minimum: number, maximum: number): number | undefined {
  return typeof given === "number" && given >= minimum && given <= maximum ? given + 0 : undefined;
}

/** Joins words as in `bus, pair or star`. */
export function listWords(words: readonly string[]): string {
  const last = words.at(-1) ?? "";
  return words.length < 2 ? last : `${words.slice(0, -1).join(", ")} or ${last}`;
}

function formatSize(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB"];
  let amount = bytes;
  while (amount > 0 && amount % 1024 === 0 && units.length > 1) {
    amount /= 1024;
    units.shift();
  }
  return `${amount} ${units[0] ?? "B"}`;
}
