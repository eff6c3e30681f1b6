// The way to the device: the port that is open at the moment, with one writer at a time. Typed
// bytes are bounded and dropped while no port takes them; bytes of a pipe wait, also for a
// reconnection.

import { isSerialError, type SerialPort } from "anyserial";
import { Mutex } from "anyserial/internal";
import { sendBytes } from "../../transfer/send-bytes.ts";

/** Typed bytes that may wait for a device that takes none. */
const TYPED_BYTES_MAX = 4096;

/** Sends to the port that is open at the moment. */
export class Link {
  readonly #signal: AbortSignal;
  #port: SerialPort | undefined;
  readonly #waiting: (() => void)[] = [];
  readonly #mutex = new Mutex();
  #works = 0;
  #typedBytes = 0;

  /** @param signal Ends every sending. */
  constructor(signal: AbortSignal) {
    this.#signal = signal;
    signal.addEventListener("abort", () => this.#wake(), { once: true });
  }

  /** The open port; `undefined` while there is none. */
  get port(): SerialPort | undefined {
    return this.#port;
  }

  /** Takes a port that has just been opened; the one from before is gone. */
  attach(port: SerialPort): void {
    this.#port = port;
    this.#wake();
  }

  /** Lets go of the port. */
  detach(): void {
    this.#port = undefined;
  }

  /**
   * Sends typed bytes in order.
   *
   * @param bytes The typed bytes.
   * @param onFailure Called when the port refuses, except for a disconnected device.
   * @returns `false` when it was dropped: no port is open, or the device takes nothing.
   */
  type(bytes: Uint8Array, onFailure: (error: unknown) => void): boolean {
    if (this.#port === undefined || this.#typedBytes + bytes.length > TYPED_BYTES_MAX) return false;
    const onError = (error: unknown): void => {
      if (!this.#isExpected(error)) onFailure(error);
    };
    try {
      const left = bytes.subarray(this.#works === 0 ? this.#port.trySend(bytes) : 0);
      if (left.length > 0) this.#typeLater(left, onError);
    } catch (error) {
      onError(error);
    }
    return true;
  }

  #typeLater(bytes: Uint8Array, onError: (error: unknown) => void): void {
    this.#typedBytes += bytes.length;
    this.exclusively((port) => sendBytes(port, bytes, this.#signal))
      .catch(onError)
      .finally(() => {
        this.#typedBytes -= bytes.length;
      });
  }

  /**
   * Sends all bytes of a view. The rest that a disconnected device has not taken goes to the next
   * one.
   *
   * @param bytes What to send.
   * @throws `signal.reason` — the signal is aborted.
   */
  async send(bytes: Uint8Array): Promise<void> {
    for (let left = bytes; left.length > 0; ) {
      const port = await this.#nextPort();
      try {
        await port.send(left, { signal: this.#signal });
        return;
      } catch (error) {
        this.#signal.throwIfAborted();
        if (port.isOpen || !isSerialError(error)) throw error;
        left = left.subarray(error.bytesWritten ?? 0);
        await port.closed;
        if (this.#port === port) this.detach();
      }
    }
  }

  /** Waits until all sent bytes are out; returns at once for a disconnected device. */
  async drain(): Promise<void> {
    await this.#port?.drain({ signal: this.#signal }).catch((error: unknown) => {
      if (!this.#isExpected(error)) throw error;
    });
  }

  /**
   * Works with the port while nothing else is sent.
   *
   * @param work What to do.
   * @returns The result of `work`; `undefined` when no port is open by then.
   */
  exclusively<T>(work: (port: SerialPort) => Promise<T>): Promise<T | undefined> {
    this.#works++;
    return this.#mutex.run(async () => {
      try {
        return this.#port === undefined ? undefined : await work(this.#port);
      } finally {
        this.#works--;
      }
    });
  }

  /** The monitor reports a disconnected device elsewhere. */
  #isExpected(error: unknown): boolean {
    return this.#signal.aborted || (isSerialError(error) && this.#port?.isOpen !== true);
  }

  async #nextPort(): Promise<SerialPort> {
    for (;;) {
      this.#signal.throwIfAborted();
      if (this.#port?.isOpen === true) return this.#port;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
