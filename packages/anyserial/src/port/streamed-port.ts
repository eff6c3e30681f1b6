// The parts of a port that its streams use. Types only: a port makes its streams, and they must not import it.

import type { WaitOptions } from "../abort/abort.ts";
import type { SerialError } from "../errors/errors.ts";
import type { Bytes } from "../model/bytes.ts";

/** A port under a stream. */
export interface StreamedPort {
  readonly isOpen: boolean;
  readonly closed: Promise<SerialError | undefined>;
  receive(options?: WaitOptions): Promise<Bytes>;
  receiveInto(into: ArrayBufferView, options?: WaitOptions): Promise<number>;
  send(data: ArrayBufferView, options?: WaitOptions): Promise<void>;
  drain(): Promise<void>;
  close(): Promise<void>;
}
