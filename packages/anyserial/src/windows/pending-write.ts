// The output that the system has and has not sent: one write at a time, from memory of the
// operation's own, and its result while no call waited for it.

import { COMPLETION_SLACK_MS, longestOutputMs } from "../backend/output-time.ts";
import { SerialDisconnectedError, type SerialError } from "../errors/errors.ts";
import { clearTimeout, setTimeout } from "../process/timers.ts";
import { ERROR } from "./abi.ts";
import type { CommHandle } from "./comm-handle.ts";
import type { Completions } from "./completion/completion.ts";
import { Overlapped, PENDING } from "./completion/overlapped.ts";

/** Most bytes of one system call. */
const WRITE_BYTES = 16_384;

const CALL = { context: "io", operation: "send", syscall: "WriteFile" } as const;
const ABORTED = -ERROR.ERROR_OPERATION_ABORTED;

/** The write under way. */
export class PendingWrite {
  readonly operation: Overlapped;
  readonly #comm: CommHandle;
  readonly #isBlocking: boolean;
  #failure: SerialError | undefined;
  #isDiscarded = false;
  #length = 0;
  #longestMs = 0;
  /** Keeps the process alive for as long as the line needs: its end would discard the output. */
  #timer: NodeJS.Timeout | undefined;

  /** @param completions `undefined` for blocking use. */
  constructor(comm: CommHandle, completions: Completions | undefined) {
    this.#comm = comm;
    this.#isBlocking = completions === undefined;
    this.operation = new Overlapped({ comm, capacity: WRITE_BYTES, completions });
    this.operation.onComplete = (result) => this.#completed(result);
  }

  /** Bytes that the system has not taken from here. */
  get waiting(): number {
    this.operation.poll();
    return this.operation.isPending ? this.#length : 0;
  }

  /** The device went away while nothing waited; the error, until it is thrown. */
  get disconnection(): SerialError | undefined {
    return this.#failure instanceof SerialDisconnectedError ? this.#failure : undefined;
  }

  /**
   * Hands a part to the system, which owns it from then on: until it is out, the next part waits.
   *
   * @param baudRate Rate of the line, in baud.
   * @returns Bytes taken; 0 while another write is under way.
   * @throws The error of a failed write.
   */
  write(data: Uint8Array, baudRate: number): number {
    this.operation.poll();
    this.throwFailure();
    if (this.operation.isPending) return 0;
    const { handle, kernel32 } = this.#comm;
    const length = Math.min(data.length, this.operation.capacity);
    this.operation.copyTo(data, length);
    const result = this.operation.begin((overlapped, memory) =>
      kernel32.writeFile(handle, memory, length, overlapped),
    );
    if (result !== PENDING) return this.#comm.check(CALL, result);
    this.#isDiscarded = false;
    this.#length = length;
    this.#longestMs = longestOutputMs(length, baudRate, COMPLETION_SLACK_MS);
    if (!this.#isBlocking) this.#timer = setTimeout(() => undefined, this.#longestMs);
    return length;
  }

  /** Throws the error of a failed write, once. */
  throwFailure(): void {
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure !== undefined) throw failure;
  }

  /** The pending bytes are about to be discarded, which is no failure. */
  discarding(): void {
    this.#isDiscarded = true;
    clearTimeout(this.#timer);
  }

  /** Blocks until the write is over, for as long as the line needs. */
  waitEnd(): void {
    this.operation.waitFor(this.#longestMs);
  }

  #completed(result: number): void {
    clearTimeout(this.#timer);
    if (result >= 0 || (this.#isDiscarded && result === ABORTED)) return;
    this.#failure = this.#comm.failure(CALL, result);
  }
}
