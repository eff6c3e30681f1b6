// Readers of fields: each takes a place, answers the value that the hub works with, or complains at the
// place and answers nothing. A reader carries the words that the documentation shows.

import { nearest } from "../nearest.ts";
import type { Place } from "./place.ts";
import { readDuration, readHostPort, readMode, readSize } from "./values.ts";

/** Reads one field. */
export interface Reader<T> {
  /** What is allowed, as errors and the documentation word it. */
  readonly allowed: string;
  /** @returns The value; `undefined` after a complaint. */
  read(place: Place): T | undefined;
}

/** A field of an object. */
export interface Field {
  readonly reader: Reader<unknown>;
  /** As the documentation shows it; `undefined` where there is none, or the field is required. */
  readonly default?: string | undefined;
  /** One sentence. */
  readonly help: string;
}

/** The fields of an object by name. */
export type Fields = Readonly<Record<string, Field>>;

/**
 * Makes a reader from a pure function.
 *
 * @param allowed What is allowed.
 * @param parse Answers `undefined` for what is not.
 * @returns The reader.
 */
export function value<T>(allowed: string, parse: (value: unknown) => T | undefined): Reader<T> {
  const read = (place: Place): T | undefined => {
    const parsed = parse(place.value);
    if (parsed === undefined) place.refuse(allowed);
    return parsed;
  };
  return { allowed, read };
}

/** Reads one of a few words or numbers. */
export function choice<T extends string | number>(...choices: readonly T[]): Reader<T> {
  const allowed = listWords(choices.map(String));
  const read = (place: Place): T | undefined => {
    const found = choices.find((one) => one === place.value);
    if (found === undefined) place.refuse(allowed, choices.map(String));
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

/** Reads the name or number of a user or a group. */
export function account(): Reader<string | number> {
  return value("a name or a number", (given) => {
    if (typeof given === "string" && /^[^\0:\s]+$/.test(given)) return given;
    return Number.isInteger(given) ? within(given, 0, 0xffff_fffe) : undefined;
  });
}

/** Reads `host:port`. */
export function address(): Reader<string> {
  return value("an address such as 127.0.0.1:7070 or [::1]:7070", (given) =>
    readHostPort(given) === undefined ? undefined : String(given),
  );
}

/** Reads a list of texts with at least so many items. */
export function texts(allowed: string, minimum: number): Reader<readonly string[]> {
  return value(allowed, (given) => {
    if (!Array.isArray(given) || given.length < minimum) return undefined;
    const isText = (item: unknown): boolean =>
      typeof item === "string" && item !== "" && !item.includes("\0");
    return given.every(isText) ? (given as readonly string[]) : undefined; // every item was checked
  });
}

/** Reads a map of anything. */
export function anything(): Reader<Readonly<Record<string, unknown>>> {
  const allowed = "a map";
  const read = (place: Place): Readonly<Record<string, unknown>> | undefined => {
    if (!place.isMap) place.refuse(allowed);
    return place.isMap ? (place.value as Readonly<Record<string, unknown>>) : undefined; // a map
  };
  return { allowed, read };
}

/**
 * Reads the fields of an object; unknown ones are refused.
 *
 * @param place The object.
 * @param fields What it may have.
 * @returns What could be read; `undefined` when the place is no map.
 */
export function readFields(place: Place, fields: Fields): Record<string, unknown> | undefined {
  if (!place.isMap) {
    place.refuse(`a map with ${listWords(Object.keys(fields))}`);
    return undefined;
  }
  const result: Record<string, unknown> = {};
  for (const entry of place.entries()) {
    const field = Object.hasOwn(fields, entry.key) ? fields[entry.key] : undefined;
    if (field === undefined) refuseKey(entry.keyPlace, entry.key, Object.keys(fields));
    else {
      const read = field.reader.read(entry.place);
      if (read !== undefined) result[entry.key] = read;
    }
  }
  return result;
}

/** Makes a reader of an object. */
export function object<T>(fields: Fields, required: readonly string[] = []): Reader<T> {
  const read = (place: Place): T | undefined => {
    const result = readFields(place, fields);
    const keys = place.entries().map(({ key }) => key);
    for (const name of required) {
      if (result !== undefined && !keys.includes(name)) place.missing(name).report("is missing");
    }
    return result as T | undefined; // the fields are those of T
  };
  return { allowed: `a map with ${listWords(Object.keys(fields))}`, read };
}

function refuseKey(place: Place, key: string, known: readonly string[]): void {
  const near = nearest(key, known);
  const hint = near === undefined ? `known here: ${listWords(known)}` : `did you mean ${near}?`;
  place.report("is unknown", hint);
}

function within(given: unknown, minimum: number, maximum: number): number | undefined {
  return typeof given === "number" && given >= minimum && given <= maximum ? given : undefined;
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
