// Checks for arguments, and the one error that they throw: pure.

import { inspect, types } from "node:util";
import { ConfigurationError } from "../errors/errors.ts";

/** The allowed values of an argument, and a hint where they are not enough. */
interface Expected {
  readonly expected: string;
  readonly hint: string;
}

/**
 * Builds the error for a wrong argument.
 *
 * @param name Field or parameter as the caller wrote it.
 * @param value The caller's value; shown shortened.
 * @param wanted The allowed values; with a hint where the general one is not the best.
 * @returns The error, to be thrown by the caller.
 */
export function invalid(
  name: string,
  value: unknown,
  wanted: string | Expected,
): ConfigurationError {
  const { expected, hint } =
    typeof wanted === "string" ? { expected: wanted, hint: `set "${name}" to ${wanted}` } : wanted;
  return new ConfigurationError(`Invalid "${name}": got ${shown(value)}, expected ${expected}`, {
    code: "ERR_INVALID_ARG_VALUE",
    hint,
  });
}

/**
 * Builds the error for a class that is not for callers to construct.
 *
 * @param name The class.
 * @param call The call that makes it.
 * @returns The error, to be thrown by the caller.
 */
export function madeBy(name: string, call: string): ConfigurationError {
  return new ConfigurationError(`Cannot construct a ${name}: it is no constructor for callers`, {
    code: "ERR_INVALID_ARG_VALUE",
    hint: `write ${call}`,
  });
}

/**
 * Checks a call without parameters to which other libraries pass a callback, which would never be called.
 *
 * @param name The call.
 * @param given Its arguments.
 * @throws {@link ConfigurationError} `ERR_INVALID_ARG_VALUE` — one of them is a function.
 */
export function refuseCallback(name: string, given: readonly unknown[]): void {
  const callback = given.find((argument) => typeof argument === "function");
  if (callback === undefined) return;
  throw invalid("callback", callback, {
    expected: "no argument",
    hint: `there are no callbacks: await the result of ${name}()`,
  });
}

/** A value as it stands in a message, shortened. */
export function shown(value: unknown): string {
  try {
    return inspect(value, { depth: 0, maxStringLength: 60, breakLength: Infinity });
  } catch {
    return `[${typeof value} that cannot be shown]`; // a view without its memory, a getter that throws
  }
}

/** Returns whether a value is an object with fields. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Returns whether a value is a boolean. */
export function isBoolean(value: unknown): value is boolean {
  return typeof value === "boolean";
}

/**
 * Returns whether a value is an integer within the bounds, both included. -0 is not: Node.js ends
 * the process when it gets one as a file mode.
 */
export function isIntegerIn(value: unknown, minimum: number, maximum: number): value is number {
  if (!Number.isInteger(value) || Object.is(value, -0)) return false;
  return (value as number) >= minimum && (value as number) <= maximum;
}

/** Returns whether a value is one of the list. */
export function isOneOf<T>(value: unknown, allowed: readonly T[]): value is T {
  return (allowed as readonly unknown[]).includes(value);
}

/**
 * Views the bytes of an argument.
 *
 * @param name Parameter as the caller wrote it.
 * @param data Any `ArrayBufferView` or `ArrayBuffer`.
 * @returns The same memory as bytes; nothing is copied.
 * @throws {@link ConfigurationError} `ERR_INVALID_ARG_VALUE` — it is neither.
 */
export function bytesOf(name: string, data: ArrayBufferView | ArrayBufferLike): Uint8Array {
  const isMemory = types.isAnyArrayBuffer(data); // also one of another realm, as in Jest
  if (!isMemory && !ArrayBuffer.isView(data)) {
    const expected = "a Uint8Array, another ArrayBufferView or an ArrayBuffer";
    throw invalid(name, data, { expected, hint: bytesHint(name, data) });
  }
  try {
    if (isMemory) return new Uint8Array(data);
    const isBytes = data instanceof Uint8Array;
    const bytes = isBytes ? data : new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    if (bytes.length === 0) requireMemory(data);
    return bytes;
  } catch {
    throw invalid(name, data, {
      expected: "memory that is still there",
      hint: "its buffer was transferred, shrunk or grown: make a new view",
    });
  }
}

/**
 * A typed array without its memory looks like an empty one, except to the methods that need the
 * memory.
 */
function requireMemory(view: ArrayBufferView): void {
  if (!(view instanceof DataView)) (view as Uint8Array).at(0);
}

function bytesHint(name: string, data: unknown): string {
  if (typeof data === "string") return `encode the text: new TextEncoder().encode(${name})`;
  if (typeof data === "number") return `write Uint8Array.of(${data}) for a byte`;
  if (Array.isArray(data)) return `write Uint8Array.from(${name})`;
  return `set "${name}" to bytes`;
}

/**
 * Checks a number of bytes.
 *
 * @param name Option as the caller wrote it.
 * @param value The caller's value.
 * @returns The number; `undefined` where none was given.
 * @throws {@link ConfigurationError} `ERR_INVALID_ARG_VALUE` — it is not 1 to 2^53 - 1.
 */
export function byteCount(name: string, value: number | undefined): number | undefined {
  if (value === undefined || isIntegerIn(value, 1, Number.MAX_SAFE_INTEGER)) return value;
  throw invalid(name, value, "a positive integer (bytes)");
}
