// Checks of single arguments that several public functions take. Pure.

import { bytesOf, checkOptions, checkPath, invalid } from "anyserial/arguments";
import type { LineRequest } from "../model/line-request.ts";

const LONGEST_BREAK_MS = 60_000;

/** Checks the folder that relative paths start from. */
export function checkDirectory(directory: string): void {
  checkPath(directory, { name: "directory", example: "./hub" });
}

/** Checks the path of a file. */
export function checkFile(file: string, example: string): void {
  checkPath(file, { name: "file", example });
}

/** Checks what is to be called. */
export function checkFunction(name: string, value: unknown): void {
  if (typeof value !== "function") throw invalid(name, value, "a function");
}

/** Checks the bytes that are sent for a member. */
export function checkBytes(bytes: ArrayBufferView | ArrayBufferLike): Uint8Array {
  return bytesOf("bytes", bytes);
}

/** Checks a method of the control socket. */
export function checkMethod(method: string, known: readonly string[]): void {
  if (!known.includes(method)) throw invalid("method", method, `one of ${known.join(", ")}`);
}

/**
 * Checks the lines of `setControlLines()`.
 *
 * @throws `ConfigurationError` `ERR_INVALID_ARG_VALUE` — one of them is wrong or unknown.
 */
export function checkLineRequest(lines: LineRequest): void {
  checkOptions(lines, { parameter: "lines", known: ["dtr", "rts", "breakMs"], bare: {} });
  const { dtr, rts, breakMs } = lines;
  for (const [name, level] of Object.entries({ dtr, rts })) {
    if (level !== undefined && typeof level !== "boolean") {
      throw invalid(`lines.${name}`, level, "true or false");
    }
  }
  if (breakMs !== undefined && !isBreakTime(breakMs)) {
    throw invalid("lines.breakMs", breakMs, `1 to ${LONGEST_BREAK_MS} milliseconds`);
  }
}

function isBreakTime(value: unknown): boolean {
  return (
    typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= LONGEST_BREAK_MS
  );
}
