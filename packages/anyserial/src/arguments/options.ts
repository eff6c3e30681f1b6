// The one check of options objects, used by every public function. A property without effect is
// refused, with a hint that suggests another spelling, this library's name for it, or another
// argument.

import { ConfigurationError } from "../errors/errors.ts";
import { nearest } from "../errors/nearest.ts";
import { invalid, isRecord, shown } from "./validate.ts";

/** As many names are listed as an example. */
const MOST_LISTED = 4;

/** The options of one call. */
export interface OptionSpec {
  /** Names that have an effect. */
  readonly known: readonly string[];
  /** Name of the parameter; `options` unless given. */
  readonly parameter?: string;
  /** Option that these are fields of, with a dot behind: `flowControl.`. */
  readonly group?: string;
  /** Hints for other names, in lower case and without `_` and `-`. */
  readonly elsewhere?: Readonly<Record<string, string>>;
  /** Options that a number, a text or a function in place of the object stands for. */
  readonly bare?: Readonly<Partial<Record<"number" | "string" | "function", string>>>;
}

/**
 * Checks the shape of an object of options, and its names; the values are the caller's to check.
 *
 * @param options The caller's options.
 * @param spec The options of the call.
 * @throws {@link ConfigurationError} `ERR_INVALID_ARG_VALUE` — it is no such object, or has a name that
 *   the call does not know.
 */
export function checkOptions(options: unknown, spec: OptionSpec): void {
  if (!isOptions(options, spec.known)) throw notOptions(options, spec);
  for (const name of Object.keys(options)) {
    if (!spec.known.includes(name)) throw unknownOption(name, options[name], spec);
  }
}

/**
 * Builds the error for an option that does not exist.
 *
 * @param name Option as the caller wrote it.
 * @param value The caller's value.
 * @param spec Options that exist.
 * @returns The error, to be thrown by the caller; its hint says what was meant, where that is known.
 */
function unknownOption(name: string, value: unknown, spec: OptionSpec): ConfigurationError {
  const { group = "", known } = spec;
  const message = `Unknown option "${group}${name}" (${shown(value)}): known are ${known.join(", ")}`;
  const hint = unknownHint(plain(name), spec);
  return new ConfigurationError(message, { code: "ERR_INVALID_ARG_VALUE", hint });
}

function unknownHint(word: string, { group = "", known, elsewhere = {} }: OptionSpec): string {
  const same = known.find((option) => plain(option) === word);
  if (same !== undefined) return `write ${group}${same}`;
  const hint = Object.hasOwn(elsewhere, word) ? elsewhere[word] : undefined;
  if (hint !== undefined) return hint;
  const near = nearest(word, known);
  return near === undefined ? "leave it out" : `write ${group}${near}, if that is meant`;
}

function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[_-]/g, "");
}

/** Returns whether an object has no class, whichever realm it comes from. */
export function isPlain(object: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(object);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** An object of any other class that happens to have no field of its own is no set of options. */
function isOptions(
  options: unknown,
  known: readonly string[],
): options is Readonly<Record<string, unknown>> {
  if (!isRecord(options) || ArrayBuffer.isView(options)) return false;
  if (isPlain(options)) return true;
  return Object.keys(options).length > 0 || known.some((name) => name in options);
}

function notOptions(options: unknown, spec: OptionSpec): ConfigurationError {
  const { parameter = "options", known } = spec;
  return invalid(parameter, options, {
    expected: `an object such as { ${listed(known, ", …")} }`,
    hint: bareHint(options, spec),
  });
}

function bareHint(options: unknown, { known, bare = {}, elsewhere = {} }: OptionSpec): string {
  if (isSignal(options)) {
    return known.includes("signal")
      ? "pass it in an object: { signal }"
      : (elsewhere["signal"] ?? "leave it out: this call takes no signal");
  }
  const kind = typeof options;
  const option = kind === "number" || kind === "string" || kind === "function" ? bare[kind] : "";
  if (option !== undefined && option !== "") return `write { ${option}: … }`;
  if (kind === "function")
    return "leave it out: there are no callbacks, use the result of the call";
  return `pass an object such as { ${listed(known, ", …")} }`;
}

/** The first names, if there are many. */
function listed(names: readonly string[], more: string): string {
  return names.length <= MOST_LISTED ? names.join(", ") : names.slice(0, 2).join(", ") + more;
}

/** Returns whether a value can be used as an AbortSignal, whichever package it comes from. */
export function isSignal(value: unknown): value is AbortSignal {
  return (
    typeof value === "object" &&
    value !== null &&
    "aborted" in value &&
    typeof value.aborted === "boolean" &&
    "addEventListener" in value
  );
}
