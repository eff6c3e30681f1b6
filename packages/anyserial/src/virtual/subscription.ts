// Callback mode of an emulated port: events arrive as calls, in the same task as the kernel's
// event, in memory that is reused. For programs that serve many ports at once.

import { checkOptions, isPlain, type OptionSpec } from "../arguments/options.ts";
import { invalid } from "../arguments/validate.ts";
import { READ, WRITE } from "../backend/channel.ts";
import type { EmulatedBackendPort } from "../backend/emulated-port.ts";
import { keepAlive, letEnd } from "../backend/keep-alive.ts";
import type { PortLifecycle } from "../io/port-lifecycle.ts";
import { ReadMemory } from "../io/read-memory.ts";
import type { Bytes } from "../model/bytes.ts";
import { clearImmediate, clockMs, setImmediate } from "../process/timers.ts";
import { throwUncaught } from "../process/uncaught.ts";
import type { PtyChanges, VirtualPortChange } from "./settings-changes.ts";

/** A flooding application lets others have their turn after this many reads. */
const READS_PER_TURN = 16;
/** More reads than the kernel's queues are long. */
const READS_AT_CLOSE = 64;
/** Interval of checking the settings while the application writes, in milliseconds. */
const CHECK_EVERY_MS = 100;
/** Every function of a listener; a value says whether it may be left out. */
const CALLS: Readonly<Record<keyof VirtualPortListener, "required" | "optional">> = {
  onData: "required",
  onWritable: "optional",
  onChange: "optional",
  onError: "optional",
};

const LISTENER: OptionSpec = {
  parameter: "listener",
  known: Object.keys(CALLS),
  elsewhere: { data: "write onData", readable: "write onData", writable: "write onWritable" },
  bare: { function: "onData" },
};

/**
 * Checks what the caller wants called.
 *
 * @throws {@link ConfigurationError} `ERR_INVALID_ARG_VALUE` — it is no listener.
 */
export function checkListener(listener: VirtualPortListener): void {
  // An object of a class of the caller's may have more to it than these functions.
  const isOfClass = typeof listener?.onData === "function" && !isPlain(listener);
  if (!isOfClass) checkOptions(listener, LISTENER);
  for (const name of Object.keys(CALLS) as (keyof VirtualPortListener)[]) {
    const call = listener[name];
    if (typeof call === "function" || (call === undefined && CALLS[name] === "optional")) continue;
    throw invalid(`listener.${name}`, call, "a function");
  }
}

/**
 * Functions that `subscribe()` calls, each from the task of the kernel's event. An error that they
 * throw becomes an uncaught exception; the port continues.
 */
export interface VirtualPortListener {
  /**
   * The application wrote.
   *
   * @param bytes At least one; the memory is reused afterwards: copy bytes to keep them.
   */
  onData(bytes: Bytes): void;
  /** The application's buffer has room again; called once for each `notifyWritable()`. */
  onWritable?(): void;
  /**
   * The same changes as of `changes()`; while the application writes, its settings are read ten times a
   * second at most. A close is reported after all that the application wrote, unless the listening is
   * paused; an application that wrote and had gone before is reported as an open and a close.
   */
  onChange?(change: VirtualPortChange): void;
  /**
   * A system call in the background failed: a read, or a query of the application. The port
   * continues where it can, and may report the same failure again; `isOpen` is `false` when it
   * cannot.
   */
  onError?(error: unknown): void;
}

/** The result of `subscribe()`; ends with `stop()`, with the end of `using`, or when the port is closed. */
export interface VirtualPortSubscription extends Disposable {
  /** Leaves the application's bytes in the kernel, until `resume()`: it will have to wait. */
  pause(): void;
  /** Reports again, beginning in a task of its own. */
  resume(): void;
  /** Calls `onWritable` once, as soon as a `trySend` would be accepted. */
  notifyWritable(): void;
  /** Stops; `receive()` may be used again. */
  stop(): void;
}

/** Dependencies of a subscription. */
export interface SubscriptionParts {
  readonly core: PortLifecycle<EmulatedBackendPort>;
  readonly changes: PtyChanges;
  readonly onStop: () => void;
}

/** One for all ports: its bytes are used up before anything else is read, except by a listener. */
const memories: ReadMemory[] = [];

/** The listening: takes the place of the core where the port reports that it is ready. */
export class PtySubscription implements VirtualPortSubscription {
  readonly #parts: SubscriptionParts;
  readonly #port: EmulatedBackendPort;
  readonly #listener: VirtualPortListener;
  readonly #changeListener: Parameters<PtyChanges["listen"]>[0] | undefined;
  #next: NodeJS.Immediate | undefined;
  #isPaused = false;
  #isStopped = false;
  /** An application that is gone is being read. */
  #isVisit = false;
  #checkedAt = 0;
  #wantsRoom = false;

  constructor(parts: SubscriptionParts, listener: VirtualPortListener) {
    const { changes, core } = parts;
    this.#parts = parts;
    this.#port = core.port;
    this.#listener = listener;
    if (listener.onChange !== undefined) {
      this.#changeListener = {
        onChange: (change) => this.#changed(change),
        onError: (error) => this.#failed(error),
      };
      changes.listen(this.#changeListener);
    }
    keepAlive();
    try {
      this.#port.arm(READ);
    } catch (error) {
      this.stop();
      throw error;
    }
    this.#port.onReady = this.#ready;
    this.#port.onFailed = (error) => {
      core.onFailed(error);
      this.#failed(error);
    };
    this.#readSoon(); // bytes that are there already
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#readSoon();
  }

  notifyWritable(): void {
    if (this.#isStopped) return;
    this.#wantsRoom = true;
    this.#arm(WRITE);
  }

  stop(): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    clearImmediate(this.#next);
    letEnd();
    const { changes, core, onStop } = this.#parts;
    this.#port.onReady = core.onReady;
    this.#port.onFailed = core.onFailed;
    if (this.#changeListener !== undefined) changes.unlisten(this.#changeListener);
    onStop();
  }

  [Symbol.dispose](): void {
    this.stop();
  }

  /** Called by the readiness of the process itself, and short of calls: each message comes this way. */
  readonly #ready = (ready: number): void => {
    if ((ready & WRITE) !== 0) this.#foundRoom();
    if ((ready & READ) === 0) return;
    const memory = memories.pop() ?? new ReadMemory(this.#port.mostPerRead);
    // Bytes left unread while paused are read by resume(): their event does not come again.
    for (let left = READS_PER_TURN; !this.#isPaused && !this.#isStopped; left--) {
      if (left === 0) {
        this.#readSoon();
        break;
      }
      const count = this.#readOnce(memory.all);
      if (count > 0) {
        if (this.#changeListener !== undefined) this.#expectSomebody();
        try {
          this.#listener.onData(memory.first(count));
        } catch (error) {
          throwUncaught(error);
        }
      }
      if (count === memory.all.length) continue;
      // Less than possible: the kernel had no more, and later bytes cause a new event.
      this.#arm(READ);
      this.#check();
      this.#endVisit();
      break;
    }
    memories.push(memory);
  };

  #readOnce(into: Uint8Array): number {
    try {
      return this.#port.tryRead(into);
    } catch (error) {
      this.#parts.core.noticed(error); // publishes it, and ends the port where it must
      this.#failed(error);
      return 0;
    }
  }

  #arm(interest: number): void {
    if (this.#isStopped) return;
    try {
      this.#port.arm(interest);
    } catch (error) {
      this.#failed(error);
    }
  }

  #changed(change: VirtualPortChange): void {
    if (change.kind === "close") this.#readRest();
    if (!this.#isStopped) this.#report(() => this.#listener.onChange?.(change));
  }

  #failed(error: unknown): void {
    if (!this.#isStopped) this.#report(() => this.#listener.onError?.(error));
  }

  /** A listener that throws is reported, and loses nothing of what comes next. */
  #report(call: () => void): void {
    try {
      call();
    } catch (error) {
      throwUncaught(error);
    }
  }

  /** Bytes came: an application must be there, or have been. */
  #expectSomebody(): void {
    const { changes } = this.#parts;
    if (changes.isKnownOpen || this.#isVisit) return;
    changes.check();
    if (changes.isKnownOpen) return;
    this.#isVisit = true;
    this.#changed({ kind: "open" });
  }

  #endVisit(): void {
    if (!this.#isVisit) return;
    this.#isVisit = false;
    if (!this.#parts.changes.isKnownOpen) this.#changed({ kind: "close" });
  }

  /** Reads the bytes written before the close: a read that finds nothing has waited for them. */
  #readRest(): void {
    const memory = new ReadMemory(this.#port.mostPerRead);
    for (let left = READS_AT_CLOSE; !this.#isPaused && !this.#isStopped && left > 0; left--) {
      const count = this.#readOnce(memory.all);
      if (count === 0) return;
      this.#report(() => this.#listener.onData(memory.first(count)));
    }
  }

  /** Whatever waits for room tries now: a `send()`, and the listener. */
  #foundRoom(): void {
    this.#parts.core.writing.tryAgain();
    if (!this.#wantsRoom || this.#isStopped) return;
    this.#wantsRoom = false;
    this.#report(() => this.#listener.onWritable?.());
  }

  #readSoon(): void {
    this.#next ??= setImmediate(() => {
      this.#next = undefined;
      this.#ready(READ);
    });
  }

  #check(): void {
    if (this.#changeListener === undefined || this.#isStopped) return;
    const now = clockMs();
    if (now - this.#checkedAt < CHECK_EVERY_MS) return;
    this.#checkedAt = now;
    this.#parts.changes.check();
  }
}
