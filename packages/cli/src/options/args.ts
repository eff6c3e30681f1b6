// The command line of a command: one table of options gives the parser and, in usage.ts, the help.

import { parseArgs } from "node:util";
import { nearest } from "anyserial/arguments";
import { oneLine } from "../text/printable.ts";
import { formatDuration, parseDuration } from "./duration.ts";
import { UsageError } from "./usage-error.ts";

interface OptionText {
  /** Effect of the option: a sentence without a full stop. */
  readonly help: string;
  /** One-letter form. */
  readonly short?: string;
  /** Heading under which the help lists it; `Options` by default. */
  readonly group?: string;
}

/** An option that takes no value. */
interface FlagOption extends OptionText {
  readonly kind: "flag";
}
/** An option with any text; `value` names it in the help. */
interface TextOption extends OptionText {
  readonly kind: "text";
  readonly value: string;
}
/** An option with any text that may be given several times; its value is all of them. */
interface TextsOption extends OptionText {
  readonly kind: "texts";
  readonly value: string;
}
/** An option with a whole number. */
interface IntegerOption extends OptionText {
  readonly kind: "integer";
  readonly value: string;
  readonly minimum: number;
}
/** An option with a duration; its value is in milliseconds. */
interface DurationOption extends OptionText {
  readonly kind: "duration";
  readonly value: string;
}
/** An option with a fixed set of values. */
interface ChoiceOption extends OptionText {
  readonly kind: "choice";
  readonly choices: readonly string[];
}

/** An option of a command. */
export type OptionSpec =
  | FlagOption
  | TextOption
  | TextsOption
  | IntegerOption
  | DurationOption
  | ChoiceOption;
/** The options of a command by their long names. */
export type OptionTable = Readonly<Record<string, OptionSpec>>;

type ValueOf<O extends OptionSpec> = O extends FlagOption
  ? boolean
  : O extends IntegerOption | DurationOption
    ? number
    : O extends ChoiceOption
      ? O["choices"][number]
      : O extends TextsOption
        ? readonly string[]
        : string;

/** Options that were given; a duration is in milliseconds. */
export type OptionValues<T extends OptionTable> = { -readonly [K in keyof T]?: ValueOf<T[K]> };

/** Arguments that are no options. */
interface PositionalSpec {
  /** How the usage line shows them, as in `PATH [DATA…]`. */
  readonly text: string;
  /** Fewest. */
  readonly minimum: number;
  /** Most. */
  readonly maximum: number;
  /** The first one ends the options: everything after it is left as it is. */
  readonly endsOptions?: boolean;
}

/** Specification of a command. */
export interface CommandSpec<T extends OptionTable = OptionTable> {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** Paragraphs under the usage line. */
  readonly description: readonly string[];
  readonly positionals: PositionalSpec;
  readonly options: T;
  /** Command lines with their effect. */
  readonly examples: readonly (readonly [command: string, effect: string])[];
  /** More text at the end of the help: a heading and its lines. */
  readonly sections?: readonly { readonly title: string; readonly lines: readonly string[] }[];
  /** Exit codes that differ from the common table, by code. */
  readonly exitNotes?: readonly string[];
}

/** A parsed command line. */
export interface ParsedArgs<T extends OptionTable> {
  readonly values: OptionValues<T>;
  readonly positionals: readonly string[];
}

/** Options that every command has. */
export const COMMON_OPTIONS = {
  json: { kind: "flag", help: "Print JSON for programs: results, status and errors" },
  help: { kind: "flag", short: "h", help: "Print this help" },
} as const;

/**
 * Parses the arguments of a command.
 *
 * @param spec The command.
 * @param args Arguments after the command's name.
 * @returns Options by name, the last one given winning, and the rest in order.
 * @throws {@link UsageError} `ERR_USAGE` — an option is unknown, lacks its value or has a wrong one,
 *   or the number of other arguments is wrong; the latter is waived when help is asked for.
 */
export function parseCommandLine<T extends OptionTable>(
  spec: CommandSpec<T>,
  args: readonly string[],
): ParsedArgs<T> {
  const values: Record<string, unknown> = {};
  const tokens = tokenize(spec, args);
  const end = endOfOptions(spec, tokens) ?? args.length;
  const positionals: string[] = [];
  for (const token of tokens.filter(({ index }) => index < end)) {
    if (token.kind === "positional") positionals.push(token.value);
    if (token.kind === "option") values[token.name] = readOption(spec, token, values[token.name]);
  }
  positionals.push(...args.slice(end));
  const { minimum, maximum } = spec.positionals;
  if (values["help"] !== true) {
    if (positionals.length < minimum) throw wrong(spec, `needs ${spec.positionals.text}`);
    if (positionals.length > maximum) {
      throw wrong(spec, `unexpected argument "${positionals[maximum] ?? ""}"`);
    }
  }
  return { values: values as OptionValues<T>, positionals }; // readOption follows the table
}

/** Place of the first argument that is not for the command; nothing if all of them are. */
function endOfOptions(spec: CommandSpec, tokens: readonly Token[]): number | undefined {
  if (spec.positionals.endsOptions !== true) return undefined;
  return tokens.find(({ kind }) => kind === "positional")?.index;
}

function tokenize(spec: CommandSpec, args: readonly string[]): readonly Token[] {
  const options = Object.entries(spec.options).map(([name, option]) => [
    name,
    {
      type: option.kind === "flag" ? ("boolean" as const) : ("string" as const),
      ...(option.short === undefined ? {} : { short: option.short }),
    },
  ]);
  return parseArgs({
    args: [...args],
    options: Object.fromEntries(options),
    strict: false,
    allowPositionals: true,
    tokens: true,
  }).tokens;
}

/** The tokens of `parseArgs`, as far as they are needed. */
type Token =
  | OptionToken
  | { readonly kind: "positional"; readonly index: number; readonly value: string }
  | { readonly kind: "option-terminator"; readonly index: number };

interface OptionToken {
  readonly kind: "option";
  readonly index: number;
  readonly name: string;
  readonly rawName: string;
  readonly value: string | undefined;
  readonly inlineValue: boolean | undefined;
}

/** @param before Value of the same option before. */
function readOption(spec: CommandSpec, token: OptionToken, before: unknown): unknown {
  const { name, rawName, value, inlineValue } = token;
  const option = Object.hasOwn(spec.options, name) ? spec.options[name] : undefined;
  if (option === undefined) throw unknownOption(spec, rawName, name);
  if (option.kind === "flag") {
    if (value !== undefined) throw wrong(spec, `option "${rawName}" takes no value`);
    return true;
  }
  const looksLikeOption = inlineValue !== true && /^-./.test(value ?? "");
  if (value === undefined || looksLikeOption) {
    throw wrong(spec, `option "${rawName}" needs a value`, `write ${rawName}=${valueName(option)}`);
  }
  if (option.kind === "texts") return [...((before ?? []) as readonly string[]), value];
  const parsed = readValue(option, value);
  if (parsed !== undefined) return parsed;
  throw wrong(spec, `option "${rawName}" cannot be "${value}"`, valueHint(option, value));
}

function valueHint(option: OptionSpec, value: string): string {
  const lacksUnit = option.kind === "duration" && /^[\d.]+$/.test(value);
  return lacksUnit ? `add a unit: ${value}s or ${value}ms` : `give ${allowedText(option)}`;
}

function readValue(option: OptionSpec, value: string): unknown {
  switch (option.kind) {
    case "integer": {
      const number = /^\d+$/.test(value) ? Number(value) : Number.NaN;
      return number >= option.minimum && Number.isSafeInteger(number) ? number : undefined;
    }
    case "duration":
      return parseDuration(value);
    case "choice":
      return option.choices.includes(value) ? value : undefined;
    default:
      return value;
  }
}

/**
 * Names the value of an option.
 *
 * @param option An option.
 * @returns `N`, `none|odd|even`; nothing for a flag.
 */
export function valueName(option: OptionSpec): string {
  if (option.kind === "flag") return "";
  return option.kind === "choice" ? option.choices.join("|") : option.value;
}

function allowedText(option: OptionSpec): string {
  if (option.kind === "choice") return `one of ${option.choices.join(", ")}`;
  if (option.kind === "integer") return `a whole number from ${option.minimum}`;
  return `a duration such as 500ms, ${formatDuration(2000).replace(" ", "")} or 1m`;
}

function unknownOption(spec: CommandSpec, rawName: string, name: string): UsageError {
  const near = nearest(name, Object.keys(spec.options));
  const hint = near === undefined ? undefined : `did you mean --${near}?`;
  return wrong(spec, `unknown option "${rawName}"`, hint);
}

function wrong(spec: CommandSpec, what: string, hint?: string): UsageError {
  return new UsageError(
    oneLine(`${spec.name}: ${what}`),
    hint ?? `see "anyserial ${spec.name} --help"`,
  );
}
