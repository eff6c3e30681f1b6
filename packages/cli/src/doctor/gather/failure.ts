// An error as a fact.

import { isSerialError } from "anyserial";
import type { FailureFacts } from "../facts.ts";

/** Keeps the fields that the checks use. */
export function failureOf(error: unknown): FailureFacts {
  if (!isSerialError(error)) return { name: "Error", code: "", message: String(error) };
  const { name, code, message, hint, cause } = error;
  return { name, code, message, hint, cause: cause === undefined ? undefined : messageOf(cause) };
}

function messageOf(cause: unknown): string {
  const { message = String(cause) } = cause as { readonly message?: string };
  return message.split("\n")[0] ?? "";
}
