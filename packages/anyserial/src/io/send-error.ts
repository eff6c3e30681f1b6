// Failures of a send: each is an error of its own, which says how far that send came.

import {
  isSerialError,
  SendAbortedError,
  type SerialError,
  type SerialErrorDetails,
} from "../errors/errors.ts";

/** How far a send came. */
export interface SendProgress {
  /** Port to name. */
  readonly path: string;
  /** Bytes to send. */
  readonly length: number;
  /** Bytes that the kernel had accepted. */
  readonly bytesWritten: number;
}

/**
 * Builds the error of a send whose signal was aborted.
 *
 * @param reason Of the signal; anything.
 * @param progress How far the send came.
 */
export function sendAborted(reason: unknown, progress: SendProgress): SendAbortedError {
  const { path, length, bytesWritten } = progress;
  return new SendAbortedError(
    `Cannot write to port "${path}": the send was aborted after ${bytesWritten} of ${length} bytes`,
    {
      code: "ERR_SERIAL_ABORTED",
      path,
      operation: "send",
      cause: reason,
      bytesWritten,
      hint: "to continue, send the rest: data.subarray(error.bytesWritten)",
    },
  );
}

/**
 * Adds to a failure how far the send came.
 *
 * @param error The thrown value.
 * @param bytesWritten Bytes that the kernel had accepted.
 * @returns A new error of the same class; another class's error unchanged.
 */
export function sendFailed(error: unknown, bytesWritten: number): unknown {
  if (!isSerialError(error) || error.bytesWritten !== undefined) return error;
  const Class = error.constructor as new (
    message: string,
    details: SerialErrorDetails,
  ) => SerialError; // every subclass keeps the constructor of SerialError
  return new Class(error.message, { ...error, cause: error.cause, bytesWritten });
}
