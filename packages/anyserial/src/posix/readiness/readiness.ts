// "A descriptor is readable, writable, hung up": the base of every wait of a POSIX port.
// Implemented once, by Registry, over a poller (epoll, kqueue) and a waker (libuv, reactor).

import { READ, WRITE } from "../../backend/channel.ts";
import type { SerialError } from "../../errors/errors.ts";

/** Waits on descriptors without blocking the event loop. */
export interface Readiness {
  /** Which mechanism wakes the event loop. */
  readonly mechanism: "libuv" | "reactor";
  /**
   * Starts to watch a descriptor. Neither that nor an armed interest keeps the process alive.
   *
   * @param fd Open, non-blocking and pollable.
   * @param listener What to call, each time from a task of its own.
   */
  watch(fd: number, listener: WatchListener): Watch;
  /**
   * Resolves when the event loop can be woken for what is watched: a thread that starts needs descriptors
   * and memory, which may run out meanwhile.
   *
   * @throws {@link SerialError} `ERR_SERIAL_READINESS` — the thread could not start.
   */
  started(): Promise<void>;
}

/** Callbacks for events of a descriptor. */
export interface WatchListener {
  /** A hang-up wakes a reader only: the other side may come back, as the application of a pty does. */
  readonly hangupIsNoRoom?: boolean;
  /**
   * Directions that were armed may be ready, or the other side hung up: try, and arm again a
   * direction that finds nothing. A call without a cause may happen.
   */
  readonly onReady?: ((ready: number) => void) | undefined;
  /** Something arrived while nothing was armed; called once per arrival. */
  onIdle?(): void;
  /** The other side hung up while nothing was armed; called once. */
  onHangup?(): void;
  /** The mechanism broke down: nothing is reported any more. */
  onFailed?(error: SerialError): void;
}

export interface Watch {
  /** Directions that are armed. */
  readonly armed: number;
  /** To be set by a listener whose try moved bytes: then the kernel need not be asked what happened. */
  found: boolean;
  /**
   * Makes the listener be called once for each direction, when a try would find something. Call it
   * in the same task as the try: an event in between is not repeated. A direction that is armed
   * stays armed.
   *
   * @param interest {@link READABLE}, {@link WRITABLE} or both.
   * @throws {@link SerialError} the mechanism broke down: nothing would be reported.
   */
  arm(interest: number): void;
  /** Disarms directions. @returns Those of them that were armed. */
  disarm(interest: number): number;
  /**
   * Continues with another file under the same descriptor; armed directions stay armed.
   *
   * @param swap Puts the file there.
   */
  replace(swap: () => void): void;
  /** Stops watching; must be called before the descriptor is closed. */
  close(): void;
}

/** Bits of {@link Watch.arm}, of {@link Poller} interest and of {@link OnEvent}. */
export const READABLE: number = READ;
/** A write would not block. */
export const WRITABLE: number = WRITE;
/** The other side is gone; reported whatever was asked for. */
export const HUNG_UP = 4;

/** One event: the token that the descriptor was added with, and what it is ready for. */
export type OnEvent = (token: number, ready: number) => void;

/**
 * The kernel's event queue, edge-triggered: an event is reported once, and adding or changing a
 * descriptor reports what is already there.
 */
export interface Poller {
  /** Descriptor of the queue itself; readable while events wait in it. */
  readonly fd: number;
  /** The queue is no longer readable for a descriptor that was read empty, collected or not. */
  readonly forgetsDrained: boolean;
  /** Adds a descriptor under a token. */
  add(fd: number, token: number, interest: number): void;
  /** Replaces the interest of a descriptor. */
  modify(fd: number, token: number, interest: number): void;
  remove(fd: number): void;
  /** Reports all waiting events without blocking. */
  collect(onEvent: OnEvent): void;
  close(): void;
}

/** Wakes the event loop when the poller has events; does not keep the process alive. */
export interface Waker {
  /** Resolves when it can wake the event loop, and rejects if it never will; missing where it can at once. */
  readonly started?: Promise<void>;
  /** Called when it cannot wake any more; `stop()` is still to be called. */
  onFailed?: ((error: SerialError) => void) | undefined;
  /** Stops; `onStopped` is called when nothing uses the poller any more, and nothing else is. */
  stop(onStopped: () => void): void;
}
