// `--framing`: a framing of the library, written on a command line. Pure.

import {
  cobs,
  delimited,
  type Framing,
  fixedLength,
  idleGap,
  lengthPrefixed,
  lines,
  matching,
  slip,
  startEnd,
} from "anyserial/framing";
import { parseEscapes } from "../text/escapes.ts";
import { parseDuration } from "./duration.ts";
import { UsageError } from "./usage-error.ts";

/** Option of the commands that send or receive messages. */
export const FRAMING_OPTION = {
  kind: "text",
  value: "FRAMING",
} as const;

/** Option of the commands that print messages. */
export const NO_TIME_OPTION = {
  kind: "flag",
  help: "With --framing, print no times",
} as const;

/** Lines of the help. */
export const FRAMING_HELP: readonly string[] = [
  "lines              text up to a line end: lines:crlf, lines:any,send-ending=cr",
  "delimited:BYTES    bytes up to a delimiter: delimited:\\r\\n>",
  "fixed-length:N     N bytes",
  "length-prefixed    a length, then the payload: length-prefixed:size=1,start=\\xaa",
  "slip, cobs         RFC 1055, and consistent overhead byte stuffing",
  "start-end:A,B      bytes between two marks: start-end:\\x02,\\x03,checksum=xor8",
  "idle-gap:TIME      bytes between silences: idle-gap:5ms; 3.5 characters by default",
  "matching:REGEX     text up to a match of a regular expression",
  "Options follow with commas, such as slip,checksum=crc16modbus,max-length=256: see",
  "node_modules/anyserial/docs/framing.md",
];

/** A framing, and the type of its messages. */
export type CommandFraming =
  | { readonly isText: true; readonly framing: Framing<string> }
  | { readonly isText: false; readonly framing: Framing };

type Values = Readonly<Record<string, unknown>>;
type Reader = (text: string, isNamed: boolean) => unknown;

interface Kind {
  /** Names of the values that may stand without one, in order. */
  readonly bare: readonly string[];
  readonly options: Readonly<Record<string, Reader>>;
  make(values: Values): CommandFraming;
}

const CHECKED = { checksum: text, maxLength: number };
const TEXT = { encoding: text, fatal: flag, maxLength: number };

/** Takes the values that a function needs apart from its options. */
function split(values: Values, ...names: readonly string[]): [unknown[], Values] {
  const rest = Object.entries(values).filter(([name]) => !names.includes(name));
  return [names.map((name) => values[name]), Object.fromEntries(rest)];
}

/** The values are the user's: the library checks them. */
type Loose = (...values: never[]) => Framing;

function binary(make: unknown, ...names: readonly string[]): Kind["make"] {
  return (values) => {
    const [first, options] = split(values, ...names);
    return { isText: false, framing: (make as Loose)(...([...first, options] as never[])) };
  };
}

const KINDS: Readonly<Record<string, Kind>> = {
  lines: {
    bare: ["ending"],
    options: { ending: text, sendEnding: text, ...TEXT },
    make: (values) => ({ isText: true, framing: lines(values) }),
  },
  delimited: {
    bare: ["delimiter"],
    options: { delimiter: bytes, keep: flag, ...CHECKED },
    make: binary(delimited, "delimiter"),
  },
  fixedlength: {
    bare: ["length"],
    options: { length: number, checksum: text },
    make: binary(fixedLength, "length"),
  },
  lengthprefixed: {
    bare: ["size"],
    options: {
      start: bytes,
      offset: number,
      size: number,
      byteOrder: text,
      counts: text,
      plus: number,
      trailer: number,
      keep: flag,
      covers: text,
      ...CHECKED,
    },
    make: binary(lengthPrefixed),
  },
  slip: { bare: [], options: { leadingEnd: flag, ...CHECKED }, make: binary(slip) },
  cobs: { bare: [], options: CHECKED, make: binary(cobs) },
  startend: {
    bare: ["start", "end"],
    options: { start: bytes, end: bytes, escape: number, after: number, covers: text, ...CHECKED },
    make: binary(startEnd, "start", "end"),
  },
  idlegap: {
    bare: ["ms"],
    options: { ms: milliseconds, characters: number, ...CHECKED },
    make: binary(idleGap),
  },
  matching: {
    bare: ["expression"],
    options: { expression, ...TEXT, ending: text },
    make: (values) => {
      const [[pattern], options] = split(values, "expression");
      return { isText: true, framing: matching(pattern as RegExp, options) };
    },
  },
};

const NAMES =
  "lines, delimited, fixed-length, length-prefixed, slip, cobs, start-end, idle-gap, matching";
/** Names that the configuration of the hub has. */
const ALIASES: Readonly<Record<string, string>> = {
  line: "lines",
  lengthprefix: "lengthprefixed",
};

/**
 * Reads the options.
 *
 * @param values Options that were given.
 * @returns The framing, if one was given.
 * @throws {@link UsageError} `ERR_USAGE` — it is wrong, or missing beside an option that needs it.
 */
export function framingOf(values: {
  readonly framing?: string | undefined;
  readonly "no-time"?: boolean | undefined;
}): CommandFraming | undefined {
  if (values.framing !== undefined) return parseFraming(values.framing);
  if (values["no-time"] !== true) return undefined;
  throw new UsageError("--no-time needs --framing", "without it no time is printed");
}

/**
 * Reads a framing.
 *
 * @param given `NAME`, `NAME:VALUE,OPTION=VALUE,…` or `NAME,OPTION=VALUE,…`.
 * @returns The framing.
 * @throws {@link UsageError} `ERR_USAGE` — there is no such framing, or it has no such option or value.
 */
export function parseFraming(given: string): CommandFraming {
  const [, name = "", rest] = /^([^:,]*)(?:[:,](.*))?$/s.exec(given) ?? [];
  const key = plain(name);
  const kind = KINDS[ALIASES[key] ?? key];
  if (kind === undefined)
    throw wrong(given, `there is no framing "${name}"`, `give one of ${NAMES}`);
  try {
    return kind.make(valuesOf(kind, rest, given));
  } catch (error) {
    if (error instanceof UsageError || !(error instanceof Error)) throw error;
    const { hint } = error as { hint?: string };
    throw wrong(given, error.message, hint);
  }
}

function valuesOf(kind: Kind, rest: string | undefined, given: string): Values {
  const values: Record<string, unknown> = {};
  const left = [...kind.bare];
  const isExpression = kind.bare[0] === "expression";
  const parts = rest === undefined || rest === "" ? [] : isExpression ? [rest] : rest.split(",");
  for (const part of parts) {
    const equals = isExpression ? -1 : part.indexOf("=", 1);
    const name = equals === -1 ? left.shift() : named(kind, part.slice(0, equals));
    const read = name === undefined ? undefined : kind.options[name];
    if (name === undefined || read === undefined) throw notAnOption(kind, part, given);
    values[name] = read(part.slice(equals + 1), equals !== -1);
    if (values[name] === undefined) {
      const value = part.slice(equals + 1);
      throw wrong(given, `${kebab(name)} cannot be "${value}"`, HINTS.get(read));
    }
  }
  return values;
}

function notAnOption(kind: Kind, part: string, given: string): UsageError {
  const option = named(kind, part);
  if (option === undefined) {
    const options = Object.keys(kind.options).map(kebab).join(", ");
    return wrong(given, `it has no option "${part}"`, `its options are ${options}`);
  }
  const value = kind.options[option] === flag ? "yes" : "VALUE";
  return wrong(given, `option "${part}" has no value`, `write ${kebab(option)}=${value}`);
}

function named(kind: Kind, name: string): string | undefined {
  return Object.keys(kind.options).find((option) => plain(option) === plain(name));
}

/** The same for `lengthPrefixed`, `length-prefixed` and `length_prefixed`. */
function plain(name: string): string {
  return name.replaceAll(/[-_]/g, "").toLowerCase();
}

function kebab(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function text(value: string): string {
  return value;
}

function number(value: string): number | undefined {
  return /^-?(0x[0-9a-f]+|\d+(\.\d+)?)$/i.test(value) ? Number(value) : undefined;
}

function flag(value: string): boolean | undefined {
  return { true: true, yes: true, false: false, no: false }[value];
}

function bytes(value: string): Uint8Array | undefined {
  return parseEscapes(value);
}

/** The unit may be left out where the name has it: `ms=5`. */
function milliseconds(value: string, isNamed: boolean): number | undefined {
  return isNamed && /^[\d.]+$/.test(value) ? Number(value) : parseDuration(value);
}

/** Hints for values that cannot be read. */
const HINTS: ReadonlyMap<Reader, string> = new Map<Reader, string>([
  [number, "give a number"],
  [flag, "give yes or no"],
  [bytes, "give text; a backslash is written \\\\, a comma \\x2c"],
  [milliseconds, "give a time such as 5ms"],
]);

function expression(value: string): RegExp {
  return new RegExp(value);
}

function wrong(given: string, what: string, hint?: string): UsageError {
  return new UsageError(`--framing "${given}": ${what}`, hint);
}
