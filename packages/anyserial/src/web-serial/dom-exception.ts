// Errors as Web Serial has them: a DOMException whose name says what happened, and whose cause is the
// library's error with its code and hint.

import { isSerialError, SerialClosedError, SerialDisconnectedError } from "../errors/errors.ts";
import type { LineEvent } from "../io/parmrk.ts";

/** Programs look for this sentence, which browsers use. */
const LOST = "The device has been lost.";

/**
 * Builds a DOMException.
 *
 * @param name `NetworkError`, `BreakError`, …
 * @param message A sentence.
 * @param cause The error underneath.
 */
export function domException(name: string, message: string, cause?: unknown): DOMException {
  const exception = new DOMException(message, name);
  if (cause === undefined) return exception;
  return Object.defineProperty(exception, "cause", {
    value: cause,
    configurable: true,
    writable: true,
  });
}

/** The device is gone, or the permission for it. */
export function lost(cause: unknown): DOMException {
  return domException("NetworkError", LOST, cause);
}

/** Returns whether an error of the port means that it is over with it. */
export function isLost(error: unknown): boolean {
  return error instanceof SerialDisconnectedError || error instanceof SerialClosedError;
}

/** Builds the error for a call that the port's state does not allow. */
export function invalidState(message: string): DOMException {
  return domException("InvalidStateError", message);
}

/** Builds the error for a call that the system refused. */
export function refused(action: string, error: unknown): DOMException {
  return domException("NetworkError", `${action}: ${textOf(error)}`, error);
}

/** Builds the error for a read or a write that failed for another reason than a lost device. */
export function unknown(error: unknown): DOMException {
  return domException("UnknownError", textOf(error), error);
}

/** An event that ends a readable stream, and the next one can go on after it. */
export type LineFault = Exclude<LineEvent, { readonly kind: "data" }>;

/** Builds the error for a fault on the line. */
export function lineFault(fault: LineFault): DOMException {
  switch (fault.kind) {
    case "break":
      return domException("BreakError", "A break was received.");
    case "overrun":
      return domException(
        "BufferOverrunError",
        "Bytes were lost: they came faster than they were read.",
      );
    case "framing":
      return domException("FramingError", "A character with a framing error was received.");
    default:
      return domException("ParityError", "A character with a parity error was received.");
  }
}

function textOf(error: unknown): string {
  if (isSerialError(error) && error.hint !== undefined) return `${error.message}. ${error.hint}`;
  return error instanceof Error ? error.message : String(error);
}
