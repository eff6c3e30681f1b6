// Bodies of requests: JSON objects of a bounded size. Everything in them is a stranger's.

import type { IncomingMessage } from "node:http";
import { ConfigurationError } from "anyserial";

/** Longest body. */
const BODY_BYTES_MAX = 1024 * 1024;

/** Type of a field: its name in errors, and as `typeof` has it. */
type Kind = "string" | "boolean" | "number";

/**
 * Reads a body.
 *
 * @param request Its content type must be JSON, which no form of another page can send.
 * @returns The object.
 * @throws `ConfigurationError` `ERR_INVALID_ARG_VALUE` — it is no JSON object, or too long.
 */
export async function readJson(request: IncomingMessage): Promise<Record<string, unknown>> {
  const isJson = /^application\/json\s*(;|$)/i.test(request.headers["content-type"] ?? "");
  if (!isJson) throw wrong("its content type is not application/json");
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > BODY_BYTES_MAX) throw wrong(`it exceeds ${BODY_BYTES_MAX} bytes`);
    chunks.push(chunk);
  }
  const value = parse(Buffer.concat(chunks).toString("utf8"));
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw wrong("it is no JSON object");
  }
  return value as Record<string, unknown>;
}

/**
 * Checks the fields of a body.
 *
 * @param body As {@link readJson} answers it.
 * @param kinds Type of each field; a name that ends in `?` may be missing.
 * @returns The body.
 * @throws `ConfigurationError` `ERR_INVALID_ARG_VALUE` — a field is missing or of another type.
 */
export function checkFields<T>(
  body: Record<string, unknown>,
  kinds: Readonly<Record<string, Kind>>,
): T {
  for (const [key, kind] of Object.entries(kinds)) {
    const name = key.replace(/\?$/, "");
    const value = Object.hasOwn(body, name) ? body[name] : undefined;
    const isLeftOut = value === undefined && key !== name;
    if (!isLeftOut && typeof value !== kind) throw wrong(`its field ${name} is no ${kind}`);
  }
  return body as T; // just checked
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function wrong(reason: string): ConfigurationError {
  return new ConfigurationError(`Cannot read the request: ${reason}`, {
    code: "ERR_INVALID_ARG_VALUE",
    operation: "request",
  });
}
