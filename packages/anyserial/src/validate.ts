// Checks for arguments, and the one error that they throw: pure.

import { inspect } from "node:util";
import { ConfigurationError } from "./errors.ts";

/**
 * Builds the error for a wrong argument.
 *
 * @param name Field or parameter as the caller wrote it.
 * @param value What was given; shown shortened.
 * @param expected What is allowed.
 * @returns The error, to be thrown by the caller.
 */
export function invalid(name: string, value: unknown, expected: string): ConfigurationError {
  return new ConfigurationError(`Invalid "${name}": got ${shown(value)}, expected ${expected}`, {
    code: "ERR_INVALID_ARG_VALUE",
    hint: `set "${name}" to ${expected}`,
  });
}

/** A value as it stands in a message, shortened. */
export function shown(value: unknown): string {
  return inspect(value, { depth: 0, maxStringLength: 60, breakLength: Infinity });
}

/** Tells whether a value is an object with fields. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Tells whether a value is a boolean. */
export function isBoolean(value: unknown): value is boolean {
  return typeof value === "boolean";
}

/** Tells whether a value is an integer within the bounds, both included. */
export function isIntegerIn(value: unknown, minimum: number, maximum: number): value is number {
  return Number.isInteger(value) && (value as number) >= minimum && (value as number) <= maximum;
}

/** Tells whether a value is one of the list. */
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
  if (data instanceof Uint8Array) return data;
  if (ArrayBuffer.isView(data)) {
    return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  }
  if (data instanceof ArrayBuffer || data instanceof SharedArrayBuffer) return new Uint8Array(data);
  throw invalid(name, data, "a Uint8Array, another ArrayBufferView or an ArrayBuffer");
}
