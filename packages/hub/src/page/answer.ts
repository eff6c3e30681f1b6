// Answers to requests over HTTP.

import type { ServerResponse } from "node:http";
import type { Readable } from "node:stream";

/** One answer. */
export interface Answer {
  readonly code: number;
  /** @defaultValue text */
  readonly type?: string;
  readonly body: string | Uint8Array | Readable | StreamBody;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Writes for as long as the client reads; called when the head of the answer is sent. */
type StreamBody = (response: ServerResponse) => void;

/** Answers with text. */
export function plain(code: number, body: string): Answer {
  return { code, body };
}

/** Answers with JSON. */
export function json(code: number, value: unknown): Answer {
  return { code, type: "application/json; charset=utf-8", body: `${JSON.stringify(value)}\n` };
}
