// "A descriptor is readable, writable, hung up": what every POSIX port waits on. Implemented once,
// by WatchSet, over a poller (epoll, kqueue) and a waker (libuv, reactor).

import type { SerialError } from "../../errors.ts";

/** Waits on descriptors without blocking the event loop. */
export interface Readiness {
  /** Which mechanism wakes the event loop. */
  readonly mechanism: "libuv" | "reactor";
  /**
   * Starts to watch a descriptor.
   *
   * @param fd Open, non-blocking and pollable.
   * @param idle What to tell while nobody waits; neither keeps the process alive.
   */
  watch(fd: number, idle: IdleListener): Watch;
}

/** What is heard of a descriptor while nobody waits on it. */
export interface IdleListener {
  /** The other side hung up; called once. */
  onHangup?(): void;
  /** Something arrived; called once per arrival. */
  onReadable?(): void;
}

/** What hears of a descriptor as it happens, in place of waits. */
export interface WatchListener {
  /**
   * Something arrived, or the other side hung up: read until a read finds less than it asked for.
   * May be called when nothing did.
   *
   * @returns Whether anything was read.
   */
  onReadable(): boolean;
  /** There is room again; called once for each {@link Watch.tellWritable}. */
  onWritable(): void;
}

/** One watched descriptor: at most one wait in each direction. */
export interface Watch {
  /**
   * Waits until a read would not find the descriptor empty. Spurious wake-ups happen: read again.
   * Call it in the same task as the read that found nothing: an event in between is not repeated.
   *
   * @returns `true` when ready or hung up, `false` when canceled.
   * @throws {@link SerialError} — the mechanism broke down: nothing would wake the wait.
   */
  waitReadable(): Promise<boolean>;
  /** The same for a write. */
  waitWritable(): Promise<boolean>;
  /** Ends a wait: its promise resolves to `false`. */
  cancelReadable(): void;
  /** Ends a wait: its promise resolves to `false`. */
  cancelWritable(): void;
  /**
   * Calls a listener in place of waits, at once for what is there already. Keeps the process alive.
   *
   * @param listener Who hears; `undefined` ends it.
   */
  listen(listener: WatchListener | undefined): void;
  /** Has the listener told, once, when a write would find room. */
  tellWritable(): void;
  /** Stops watching; must be called before the descriptor is closed. Waits end as canceled. */
  close(): void;
}

/** Bits of {@link Poller} interest and of {@link ReadyEvent}. */
export const READABLE = 1;
/** A write would not block. */
export const WRITABLE = 2;
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
  /** Removes a descriptor. */
  remove(fd: number): void;
  /** Reports all waiting events without blocking. */
  collect(onEvent: OnEvent): void;
  /** Closes the queue. */
  close(): void;
}

/** Wakes the event loop when the poller has events. */
export interface Waker {
  /** Called when it can wake nobody any more; `stop()` is still to be called. */
  onFailed?: ((error: SerialError) => void) | undefined;
  /** Keeps the process alive, or not. */
  setAlive(alive: boolean): void;
  /** Stops; `onStopped` is called when nothing uses the poller any more, and nothing else is. */
  stop(onStopped: () => void): void;
}
