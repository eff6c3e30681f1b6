// Every function is given every wrong argument of its parameters: a table says what the parameters are,
// and a function that is not in the table fails.

import { equal, match, ok } from "node:assert/strict";
import { inspect } from "node:util";
import { nextTask } from "@anyserial/test-support/tasks";
import { isSerialError } from "anyserial";

/** A value that a parameter must refuse, and the pattern of its hint. */
export type Wrong = readonly [value: unknown, hint: RegExp];

/** A parameter: a value that is taken, and the values that are not. */
export interface Parameter {
  readonly good: unknown;
  readonly wrong: readonly Wrong[];
}

/** Functions by name, with their parameters; a text says why a function refuses nothing. */
export type Table = Readonly<Record<string, readonly Parameter[] | string>>;

const VIEW: readonly Wrong[] = [
  ["text", /./],
  [undefined, /./],
  [null, /./],
  [5, /Uint8Array\.of\(5\)/],
  [[1, 2], /Uint8Array\.from/],
  [{}, /./],
];

/** Bytes to send. */
export const BYTES: Parameter = {
  good: Uint8Array.of(1),
  wrong: [["text", /new TextEncoder\(\)\.encode\(/], ...VIEW],
};

/** Memory to receive into. */
export const INTO: Parameter = {
  good: new Uint8Array(4),
  wrong: [...VIEW, [new Uint8Array(0), /at least one byte/]],
};

/** A path of a port. */
export const PATH: Parameter = {
  good: "/dev/does-not-exist",
  wrong: [
    [undefined, /such as \/dev\/ttyUSB0: the variable that it comes from is undefined/],
    [null, /such as \/dev\/ttyUSB0: the variable that it comes from is null/],
    ["", /such as \/dev\/ttyUSB0: the text is empty/],
    ["/dev/tty\0", /\/dev\/ttyUSB0/],
    [5, /\/dev\/ttyUSB0/],
    [{ path: "/dev/ttyUSB0", baudRate: 9600 }, /settings in the second argument/],
  ],
};

/** A port, by its path or its properties. */
export const TARGET: Parameter = {
  good: "loop://",
  wrong: [
    ...PATH.wrong.slice(0, -1),
    [
      { path: "/dev/ttyUSB0", baudRate: 9600 },
      /second argument: openSerialPort\(path, \{ baudRate/,
    ],
    [{}, /at least one property/],
    [AbortSignal.timeout(1e6), /last argument: \{ signal \}/],
    [{ vendorId: 0x0403 }, /write vid/],
  ],
};

/** Properties of a port. */
export const FILTER: Parameter = {
  good: { vid: 1 },
  wrong: [
    [{ signal: undefined }, /last argument: \{ signal \}/],
    [{ vendorId: 0x0403 }, /write vid/],
    ["/dev/ttyUSB0", /\{ path: … \}/],
    [null, /object/],
  ],
};

/** Options of a call that waits; the good ones end it. */
export function waiting(...others: readonly Wrong[]): Parameter {
  const signal = AbortSignal.abort("heard");
  return {
    good: { signal },
    wrong: [
      [signal, /^pass it in an object: \{ signal \}/],
      [{ abortSignal: signal }, /^write signal$/],
      [{ sgnal: signal }, /^write signal, if that is meant/],
      [{ signal: new AbortController() }, /controller\.signal/],
      [{ signal: null }, /AbortSignal\.timeout\(/],
      [{ signal: 50 }, /AbortSignal\.timeout\(/],
      [{ timeout: 50 }, /AbortSignal\.timeout\(/],
      [{ timeoutMs: 50 }, /AbortSignal\.timeout\(/],
      [{ baudRate: 9600 }, /port\.configure\(\{ baudRate \}\)/],
      [null, /signal \}/],
      ["fast", /\{/],
      [50, /\{/],
      [() => undefined, /no callbacks/],
      [new Map(), /signal \}/],
      [Buffer.from("ab"), /signal \}/],
      ...others,
    ],
  };
}

/** Options of a call that blocks; the good ones end it at once. */
export function blocking(...others: readonly Wrong[]): Parameter {
  return {
    good: {},
    wrong: [
      [AbortSignal.abort("unheard"), /cannot be aborted/],
      [{ signal: AbortSignal.abort("unheard") }, /cannot be aborted/],
      [{ baudRate: 9600 }, /port\.configure\(\{ baudRate \}\)/],
      [null, /\{/],
      [50, /\{/],
      [() => undefined, /no callbacks/],
      ...others,
    ],
  };
}

/** Settings of a port. */
export function settings(signalHint: RegExp): Parameter {
  return {
    good: {},
    wrong: [
      [{ signal: AbortSignal.abort("unheard") }, signalHint],
      [AbortSignal.abort("unheard"), signalHint],
      [{ baudrate: 9600 }, /^write baudRate$/],
      [{ baud_rate: 9600 }, /^write baudRate$/],
      [{ rtscts: true }, /flowControl: \{ rtsCts: true \}/],
      [{ path: "/dev/ttyUSB0" }, /first argument/],
      [{ flowControl: { rtsCTS: true } }, /^write flowControl\.rtsCts$/],
      [9600, /\{ baudRate: … \}/],
      ["9600", /object/],
      [null, /object/],
      [() => undefined, /no callbacks/],
    ],
  };
}

/** A number, with values that are none. */
export function number(good: number): Parameter {
  const wrong = [undefined, null, -1, Number.NaN, 0.5, "5", AbortSignal.abort("unheard")];
  return { good, wrong: wrong.map((value) => [value, /./]) };
}

/** Anything else. */
export function parameter(good: unknown, ...wrong: readonly Wrong[]): Parameter {
  return { good, wrong };
}

/** Anything that can be called. */
export type Anything = (...given: unknown[]) => unknown;

/** One call that must be refused. */
export interface Refusal {
  readonly name: string;
  readonly given: readonly unknown[];
  readonly hint: RegExp;
}

/**
 * Lists the calls of a table, one for each wrong argument of each function.
 *
 * @param functions The functions, as reflection finds them.
 * @param table Rows for the functions.
 */
export function refusals(functions: ReadonlyMap<string, Anything>, table: Table): Refusal[] {
  const names = [...functions.keys()].sort(compare);
  equal(
    names.join(", "),
    Object.keys(table).sort(compare).join(", "),
    "functions and rows of the table",
  );
  return Object.entries(table).flatMap(([name, parameters]) => {
    const call = functions.get(name);
    if (typeof parameters === "string" || call === undefined) return [];
    equal(countParameters(call), parameters.length, `parameters of ${name}()`);
    return parameters.flatMap(({ wrong }, at) =>
      wrong.map(([value, hint]) => ({
        name,
        given: parameters.map(({ good }, index) => (index === at ? value : good)),
        hint,
      })),
    );
  });
}

/**
 * Checks that a call is refused as such, before it waits.
 *
 * @param refusal The wrong value, and the pattern of the hint.
 * @param call Calls the function.
 * @param end Ends a call that waits because it is not refused.
 */
export async function expectRefusal(
  { name, given, hint }: Refusal,
  call: Anything,
  end: () => unknown = () => undefined,
): Promise<void> {
  const what = `${name}(${inspect(given, { depth: 1, breakLength: Infinity })})`;
  const outcome = settle(() => call(...given));
  await nextTask();
  await end();
  const error = await outcome;
  ok(isSerialError(error), `${what} fails with ${error}`);
  equal(error.code, "ERR_INVALID_ARG_VALUE", what);
  equal(error.name, "ConfigurationError", what);
  match(error.hint ?? "", hint, what);
  ok(!error.message.includes("\n"), what);
}

/** Checks that every method of an object refuses what it does not understand. */
export async function expectMethods(
  table: Table,
  make: () => object | Promise<object>,
  end: (made: object) => unknown = () => undefined,
): Promise<void> {
  const first = await make();
  const calls = refusals(methodsOf(first), table);
  await end(first);
  for (const refusal of calls) {
    const made = await make();
    const method = Reflect.get(made, refusal.name) as Anything;
    await expectRefusal(refusal, method.bind(made), () => end(made));
  }
}

/** The error of a call, or of the first step of its iteration. */
async function settle(call: () => unknown): Promise<unknown> {
  try {
    const result = await call();
    const isIterator = typeof result === "object" && result !== null && "next" in result;
    if (isIterator && typeof result.next === "function") await result.next();
    return "nothing: it is taken";
  } catch (error) {
    return error;
  }
}

/** The methods of an object: its own, or those of its class. */
function methodsOf(object: object): Map<string, Anything> {
  const prototype: object = Object.getPrototypeOf(object);
  const source = Object.getPrototypeOf(prototype) === null ? object : prototype;
  const methods = new Map<string, Anything>();
  for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(source))) {
    if (name !== "constructor" && typeof value === "function") methods.set(name, value);
  }
  return methods;
}

/** Counts the parameters in the text of a function or class: those with a default have no `length`. */
function countParameters(call: Anything): number {
  const text = String(call);
  const start = /^class\b/.test(text) ? text.indexOf("constructor(") : 0;
  const list = text.slice(text.indexOf("(", start) + 1);
  let depth = 0;
  let count = 0;
  for (const [at, character] of [...list].entries()) {
    if ("([{".includes(character)) depth++;
    else if (")]}".includes(character)) depth--;
    if (depth < 0) return list.slice(0, at).trim() === "" ? 0 : count + 1;
    if (character === "," && depth === 0) count++;
  }
  throw new Error(`no parameters in ${text}`);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : 1;
}
