// The caller's memory that is not there any more: its buffer was transferred to another thread, or
// shrunk, while a call that uses it was waiting.

import { actionOf, ConfigurationError } from "./errors.ts";

/**
 * Checks that there is memory to receive into.
 *
 * @param into The caller's view, which was not empty when the call began.
 * @param path Port to name.
 * @throws {@link ConfigurationError} `ERR_SERIAL_MEMORY` — it is empty now.
 */
export function checkMemory(into: Uint8Array, path: string): void {
  if (into.length === 0) throw lostMemory("receive", path);
}

/**
 * Builds the error for memory that is gone.
 *
 * @param operation The caller's operation.
 * @param path Port to name.
 */
export function lostMemory(operation: "receive" | "send", path: string): ConfigurationError {
  return new ConfigurationError(
    `Cannot ${actionOf(operation)} port "${path}": the memory given to the call was transferred or shrunk while it waited`,
    {
      code: "ERR_SERIAL_MEMORY",
      path,
      operation,
      hint: "wait until the call is finished before you transfer, resize or grow its memory, or pass a copy",
    },
  );
}
