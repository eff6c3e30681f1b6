// Sends bytes in order: keys that are typed during a request go with the next one.

const PIECE = 4096;

export class Sender {
  readonly #send: (bytes: Uint8Array) => Promise<void>;
  readonly #onError: (error: unknown) => void;
  #waiting: Uint8Array[] = [];
  #isBusy = false;

  constructor(send: (bytes: Uint8Array) => Promise<void>, onError: (error: unknown) => void) {
    this.#send = send;
    this.#onError = onError;
  }

  /** Sends bytes as soon as those before are sent. */
  push(bytes: Uint8Array): void {
    this.#waiting.push(bytes);
    if (!this.#isBusy) void this.#run();
  }

  async #run(): Promise<void> {
    this.#isBusy = true;
    try {
      while (this.#waiting.length > 0) {
        const bytes = concat(this.#waiting);
        this.#waiting = [];
        await this.#send(bytes);
      }
    } catch (error) {
      this.#waiting = [];
      this.#onError(error);
    } finally {
      this.#isBusy = false;
    }
  }
}

/**
 * Sends a long row of bytes in pieces, each when the network has taken the one before.
 *
 * @param onProgress Is called with the bytes that are sent.
 */
export async function sendPieces(
  bytes: Uint8Array,
  send: (piece: Uint8Array) => Promise<void>,
  { onProgress, signal }: { onProgress: (sent: number) => void; signal: AbortSignal },
): Promise<void> {
  for (let at = 0; at < bytes.length; at += PIECE) {
    signal.throwIfAborted();
    await send(bytes.subarray(at, at + PIECE));
    onProgress(Math.min(at + PIECE, bytes.length));
  }
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
