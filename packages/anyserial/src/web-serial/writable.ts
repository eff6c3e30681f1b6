// The writable stream of a port: https://wicg.github.io/serial/#writable-attribute, step by step.

import {
  WritableStream as NodeWritableStream,
  type WritableStreamDefaultController,
} from "node:stream/web";
import type { PortWritable } from "../port/web-streams.ts";
import { isLost, lost, unknown } from "./dom-exception.ts";
import type { StreamHost } from "./readable.ts";
import { copyOfBufferSource } from "./web-idl.ts";

/** Missing in the types of Node.js 20. */
type Controller = WritableStreamDefaultController & { readonly signal: AbortSignal };

/** Makes the stream. */
export function createWritable(host: StreamHost): PortWritable {
  const { port, bufferSize: highWaterMark } = host;
  let signal: AbortSignal = AbortSignal.abort();
  let lostInWrite: unknown;
  return new NodeWritableStream<Uint8Array>(
    {
      start: (controller) => {
        signal = (controller as Controller).signal;
      },
      write: async (chunk) => {
        try {
          await port.send(copyOfBufferSource(chunk), { signal });
        } catch (error) {
          if (isLost(error)) lostInWrite = error;
          if (!signal.aborted) failed(host, error); // else the steps of the abort follow
          throw reasonOf(error, signal);
        }
      },
      close: async () => {
        try {
          await port.drainExact({ signal });
          host.closed();
        } catch (error) {
          failed(host, error);
          throw reasonOf(error, signal);
        }
      },
      abort: async () => {
        const failure = lostInWrite ?? (await port.discardOutput().catch((error) => error));
        failed(host, failure);
        if (lostInWrite !== undefined) throw lost(lostInWrite); // the write has the abort's reason
      },
    },
    { highWaterMark, size: byteLengthOf },
  );
}

/** The stream is over, and the port gets another one unless its device is lost. */
function failed(host: StreamHost, error: unknown): void {
  if (isLost(error)) host.fatal();
  host.closed();
}

function reasonOf(error: unknown, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason;
  if (error instanceof TypeError) return error;
  return isLost(error) ? lost(error) : unknown(error);
}

/**
 * A chunk that is no bytes has a size all the same, so that the write itself refuses it. An error here
 * would end the stream without a word to the port.
 */
function byteLengthOf(chunk: unknown): number {
  try {
    const { byteLength } = Object(chunk) as { readonly byteLength?: unknown };
    return typeof byteLength === "number" && byteLength >= 0 ? byteLength : 0;
  } catch {
    return 0; // a DataView of a detached buffer has none
  }
}
