// The port as WHATWG streams: no queue of their own, so that the kernel's buffer is the only one.

import { type ReadableByteStreamController, ReadableStream, WritableStream } from "node:stream/web";
import type { SerialPort } from "./serial-port.ts";

/** Holds the stream in use; a finished one is replaced. */
export interface StreamSlot<S> {
  stream?: S;
}

type Source = Pick<SerialPort, "receive" | "receiveInto" | "isOpen" | "closed">;
type Sink = Pick<SerialPort, "send" | "drain">;

/**
 * The readable side.
 *
 * @param port Where the bytes come from.
 * @param slot Holds the stream until it is canceled or breaks.
 * @returns A byte stream without read-ahead; BYOB readers receive into their own memory.
 */
export function createReadable(
  port: Source,
  slot: StreamSlot<ReadableStream<Uint8Array>>,
): ReadableStream<Uint8Array> {
  if (slot.stream !== undefined) return slot.stream;
  const canceled = new AbortController();
  const pull = async (controller: ReadableByteStreamController): Promise<void> => {
    const request = controller.byobRequest;
    try {
      if (request?.view) {
        request.respond(await port.receiveInto(request.view, canceled));
      } else {
        // The stream takes the buffer away, and a result may share it with others.
        controller.enqueue((await port.receive(canceled)).slice());
      }
    } catch (error) {
      if (canceled.signal.aborted) return;
      delete slot.stream;
      if (port.isOpen || (await port.closed) !== undefined) throw error;
      controller.close();
      request?.respond(0);
    }
  };
  let pulling: Promise<void> | undefined;
  slot.stream = new ReadableStream(
    {
      type: "bytes",
      pull: (controller: ReadableByteStreamController) => {
        pulling = pull(controller);
        return pulling;
      },
      cancel: async (reason) => {
        delete slot.stream;
        canceled.abort(reason);
        await pulling; // the port can be read again
      },
    },
    { highWaterMark: 0 },
  );
  return slot.stream;
}

/**
 * The writable side.
 *
 * @param port Where the bytes go.
 * @param slot Holds the stream until it is closed or breaks.
 * @returns A stream that takes one chunk at a time.
 */
export function createWritable(
  port: Sink,
  slot: StreamSlot<WritableStream<Uint8Array>>,
): WritableStream<Uint8Array> {
  slot.stream ??= new WritableStream<Uint8Array>({
    write: async (chunk, controller) => {
      const { signal } = controller as { readonly signal?: AbortSignal }; // missing in @types/node
      try {
        await port.send(chunk, { signal });
      } catch (error) {
        delete slot.stream;
        throw error;
      }
    },
    close: async () => {
      delete slot.stream;
      await port.drain();
    },
    abort: () => {
      delete slot.stream;
    },
  });
  return slot.stream;
}
