// What the driver tells by itself: WaitCommEvent, pending as long as the port is open. It hears of
// line errors, of the device's end while nobody waits, and of modem lines while somebody listens.

import { abortable } from "../abort.ts";
import { sleepUntilAborted } from "../backend/drain.ts";
import { SerialDisconnectedError, type SerialError } from "../errors.ts";
import type { Pointer } from "../ffi/ffi.ts";
import { ERROR, EVENT } from "./abi.ts";
import type { CommHandle } from "./comm-handle.ts";
import type { Completions } from "./completion/completion.ts";
import { Overlapped, PENDING } from "./completion/overlapped.ts";
import { WIN_ERROR_CLASSES } from "./win-error.ts";

const MASK_BYTES = 4;
/** A driver that answers at once, over and over, without an event is not asked any more. */
const MOST_EMPTY_ANSWERS = 8;
/** Where the driver tells nothing, lines are looked at this often while somebody listens. */
const SAMPLE_MS = 10;

const IDLE = EVENT.EV_ERR | EVENT.EV_BREAK;
const LINES = EVENT.EV_CTS | EVENT.EV_DSR | EVENT.EV_RLSD | EVENT.EV_RING;
const ABORTED = -ERROR.ERROR_OPERATION_ABORTED;

/** What the events are made of. */
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
  readonly #completions: Completions;
  readonly #onGone: (error: SerialError) => void;
  readonly #mask = new Uint32Array(1);
  readonly #maskBytes = new Uint8Array(this.#mask.buffer);
  #listening: { readonly promise: Promise<void>; readonly wake: () => void } | undefined;
  #wanted: number = IDLE;
  #isSupported = true;
  /** Completions of the waits are told. */
  #isTold = false;
  #emptyAnswers = 0;
  #stopped = false;
  /** A wait that is under way ends, as told by the driver or as canceled, for a new mask. */
  #isMaskNew = false;

  constructor({ comm, completions, onGone }: CommEventsParts) {
    this.#comm = comm;
    this.#completions = completions;
    this.#onGone = onGone;
    this.operation = new Overlapped({ comm, capacity: MASK_BYTES, completions });
    this.operation.onComplete = (result) => this.#completed(result);
  }

  /**
   * Starts to hear. A first wait is ended by setting the mask again: only where its end is told, which
   * Wine does not do, is the next one left to wait.
   */
  start(): void {
    const onFailed = (): void => {
      this.#isSupported = false;
      this.#listening?.wake();
    };
    const onWake = (): void => {
      this.#isTold = true;
      this.#arm();
    };
    this.operation.listen({ onWake, onFailed });
    this.#setMask(IDLE);
    this.#begin();
    this.#setMask(IDLE);
  }

  /** Resolves when the lines may differ from what was told last. */
  async waitLines(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    this.#listening ??= listening();
    const { promise } = this.#listening;
    if (this.#wanted === IDLE) this.#setMask(IDLE | LINES);
    this.operation.poll();
    if (!this.#isSupported || !this.#isTold) return await sleepUntilAborted(SAMPLE_MS, signal);
    // From here on every change is told; one from before the mask was set shows in the levels.
    if (this.#haveLinesChanged()) return;
    this.#completions.countWaiting(1);
    try {
      await abortable(promise, signal);
    } finally {
      this.#completions.countWaiting(-1);
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
    while (this.#isTold && this.#isSupported && !this.#stopped && !this.operation.isPending) {
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

  /** Between two waits a driver may have told nobody. */
  #haveLinesChanged(): boolean {
    const told = this.#comm.lastLines;
    try {
      return told !== this.#comm.readLines("modemLineChanges");
    } catch {
      return true; // who listens finds out
    }
  }

  /** Takes what one wait gave. */
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

  /** The driver forgets an error that nobody looked at; a look also finds a device that is gone. */
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
    const Class = WIN_ERROR_CLASSES.io[-result];
    const call = { context: "io", operation: "receive", syscall: "WaitCommEvent" } as const;
    if (Class !== SerialDisconnectedError || result === ABORTED) this.#tally();
    else this.#onGone(this.#comm.failure(call, result));
  }

  /** Wakes who listens; where nobody does, the lines are not heard until somebody does again. */
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
