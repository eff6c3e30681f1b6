// A readiness whose events a test makes itself.

import {
  READABLE,
  type Readiness,
  type Watch,
  type WatchListener,
  WRITABLE,
} from "../../dist/posix/readiness/readiness.js";

/** One watched descriptor; the test wakes it. */
export class FakeWatch implements Watch {
  readonly fd: number;
  readonly listener: WatchListener;
  /** What happened, in order: `arm read`, `arm write`, `close`, … */
  readonly calls: string[] = [];
  isClosed = false;
  found = false;
  armed = 0;

  constructor(fd: number, listener: WatchListener) {
    this.fd = fd;
    this.listener = listener;
  }

  /** The descriptor is ready to be read, or for nothing. */
  wakeReader(): void {
    this.#wake(READABLE);
  }

  /** The descriptor has room, or not. */
  wakeWriter(): void {
    this.#wake(WRITABLE);
  }

  arm(interest: number): void {
    if ((interest & READABLE) !== 0) this.calls.push("arm read");
    if ((interest & WRITABLE) !== 0) this.calls.push("arm write");
    this.armed |= interest;
  }

  disarm(interest: number): number {
    const taken = this.armed & interest;
    this.armed &= ~taken;
    return taken;
  }

  replace(swap: () => void): void {
    this.calls.push("replace");
    swap();
  }

  close(): void {
    this.calls.push("close");
    this.isClosed = true;
    this.armed = 0;
  }

  #wake(ready: number): void {
    const taken = this.disarm(ready);
    if (taken !== 0) this.listener.onReady?.(taken);
  }
}

/** Hands out watches and keeps them. */
export class FakeReadiness implements Readiness {
  readonly mechanism = "libuv";
  readonly watches: FakeWatch[] = [];
  /** The event loop can never be woken. */
  startFailure: Error | undefined;

  watch(fd: number, listener: WatchListener): FakeWatch {
    const watch = new FakeWatch(fd, listener);
    this.watches.push(watch);
    return watch;
  }

  async started(): Promise<void> {
    if (this.startFailure !== undefined) throw this.startFailure;
  }
}
