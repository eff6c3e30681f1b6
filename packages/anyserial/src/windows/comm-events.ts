// Events of the driver: WaitCommEvent, pending as long as the port is open. It reports line errors,
// the device's end without a pending call, and modem lines while an iterator waits.

import { abortable } from "../abort/abort.ts";
import { keepAlive, letEnd } from "../backend/keep-alive.ts";
import { SerialDisconnectedError, type SerialError } from "../errors/errors.ts";
import type { Pointer } from "../ffi/ffi.ts";
import { sleep } from "../process/timers.ts";
import { ERROR, EVENT } from "./abi.ts";
import type { CommHandle } from "./comm-handle.ts";
import type { Completions } from "./completion/completion.ts";
import { Overlapped, PENDING } from "./completion/overlapped.ts";
import { winErrorClass } from "./win-error.ts";

const MASK_BYTES = 4;
/** A driver that answers at once, over and over, without an event is not asked any more. */
const MOST_EMPTY_ANSWERS = 8;
/**
 * Where the driver reports nothing, lines are sampled at this interval while an iterator waits, in
 * milliseconds.
 */
const SAMPLE_MS = 10;

const IDLE = EVENT.EV_ERR | EVENT.EV_BREAK;
const LINES = EVENT.EV_CTS | EVENT.EV_DSR | EVENT.EV_RLSD | EVENT.EV_RING;
const ABORTED = -ERROR.ERROR_OPERATION_ABORTED;

/** Dependencies of the events. */
export interface CommEventsParts {
  readonly comm: CommHandle;
  readonly completions: Completions;
  /** The device is gone. */
  readonly onGone: (error: SerialError) => void;
}

/** Events of one port. */
export class CommEvents {
  readonly operation: Overlapped;
  readonly #comm: CommHandle;
  readonly #onGone: (error: SerialError) => void;
  readonly #mask = new Uint32Array(1);
  readonly #maskBytes = new Uint8Array(this.#mask.buffer);
  #listening: { readonly promise: Promise<void>; readonly wake: () => void } | undefined;
  #wanted: number = IDLE;
  #isSupported = true;
  /** Completions of the waits are reported. */
  #isNotified = false;
  #emptyAnswers = 0;
  #stopped = false;
  /** The pending wait ends, completed by the driver or canceled, for a new mask. */
  #isMaskNew = false;

  constructor({ comm, completions, onGone }: CommEventsParts) {
    this.#comm = comm;
    this.#onGone = onGone;
    this.operation = new Overlapped({ comm, capacity: MASK_BYTES, completions });
    this.operation.onComplete = (result) => this.#completed(result);
  }

  /**
   * Starts to wait for events. Setting the mask again ends the first wait. The next wait is left
   * pending only if the driver completed the first one, which Wine does not do.
   */
  start(): void {
    const onFailed = (): void => {
      this.#isSupported = false;
      this.#listening?.wake();
    };
    const onWake = (): void => {
      this.#isNotified = true;
      this.#arm();
    };
    this.operation.listen({ onWake, onFailed });
    this.#setMask(IDLE);
    this.#begin();
    this.#setMask(IDLE);
  }

  /** Resolves when the lines may differ from the last report. */
  async waitLines(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    this.#listening ??= listening();
    const { promise } = this.#listening;
    if (this.#wanted === IDLE) this.#setMask(IDLE | LINES);
    this.operation.poll();
    if (!this.#isSupported || !this.#isNotified) return await sleep(SAMPLE_MS, { signal });
    // From here on every change is reported; one from before the mask was set shows in the levels.
    if (this.#haveLinesChanged()) return;
    keepAlive();
    try {
      await abortable(promise, signal);
    } finally {
      letEnd();
    }
  }

  /** Ends the pending wait. */
  stop(): void {
    this.#stopped = true;
    this.#comm.kernel32.setCommMask(this.#comm.handle, 0);
    this.operation.cancel();
  }

  #setMask(wanted: number): void {
    this.#wanted = wanted;
    this.#isMaskNew = this.operation.isPending;
    this.#comm.kernel32.setCommMask(this.#comm.handle, wanted);
  }

  #arm(): void {
    while (this.#isNotified && this.#isSupported && !this.#stopped && !this.operation.isPending) {
      this.#begin();
    }
  }

  #begin(): void {
    const { handle, kernel32 } = this.#comm;
    const result = this.operation.begin((overlapped: Pointer, mask: Pointer) =>
      kernel32.waitCommEvent(handle, mask, overlapped),
    );
    if (result !== PENDING) this.#take(result);
  }

  #completed(result: number): void {
    this.#take(result);
    this.#arm();
    if (this.#listening !== undefined && this.#haveLinesChanged()) this.#wake();
  }

  /** Between two waits a driver may have had no wait to complete. */
  #haveLinesChanged(): boolean {
    const before = this.#comm.lastLines;
    try {
      return before !== this.#comm.readLines("modemLineChanges");
    } catch {
      return true; // the iterator finds out
    }
  }

  /** Handles the result of one wait. */
  #take(result: number): void {
    if (this.#stopped) return;
    const isExpected = this.#isMaskNew;
    this.#isMaskNew = false;
    if (isExpected && result === ABORTED) return;
    if (result < 0) {
      this.#failed(result);
      return;
    }
    this.operation.copyFrom(this.#maskBytes, MASK_BYTES);
    const events = this.#mask[0] as number;
    if ((events & LINES) !== 0) this.#wake();
    this.#emptyAnswers = events === 0 && !isExpected ? this.#emptyAnswers + 1 : 0;
    if (this.#emptyAnswers > MOST_EMPTY_ANSWERS) this.#isSupported = false;
    if ((events & LINES) === 0 && !isExpected) this.#tally();
  }

  /** The driver forgets an error that is not read; reading also finds a device that is gone. */
  #tally(): void {
    try {
      this.#comm.lineErrors();
    } catch (error) {
      this.#isSupported = false;
      if (error instanceof SerialDisconnectedError) this.#onGone(error);
    }
  }

  #failed(result: number): void {
    this.#isSupported = false;
    this.#wake();
    const Class = winErrorClass("io", -result);
    const call = { context: "io", operation: "receive", syscall: "WaitCommEvent" } as const;
    if (Class !== SerialDisconnectedError || result === ABORTED) this.#tally();
    else this.#onGone(this.#comm.failure(call, result));
  }

  /** Wakes iterators; without one, the lines are not reported until there is one again. */
  #wake(): void {
    if (this.#listening === undefined && this.#isSupported) this.#setMask(IDLE);
    this.#listening?.wake();
    this.#listening = undefined;
  }
}

function listening(): { readonly promise: Promise<void>; readonly wake: () => void } {
  let wake = (): void => undefined;
  const promise = new Promise<void>((resolve) => {
    wake = resolve;
  });
  return { promise, wake };
}
