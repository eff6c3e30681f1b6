// A readiness whose events a test makes itself.

import type { IdleListener, Readiness, Watch } from "#internal/posix/readiness/readiness.js";

/** One watched descriptor; the test wakes it. */
export class FakeWatch implements Watch {
  readonly fd: number;
  readonly idle: IdleListener;
  /** What happened, in order: `wait read`, `cancel read`, `close`, … */
  readonly calls: string[] = [];
  isClosed = false;
  #reader: ((ready: boolean) => void) | undefined;
  #writer: ((ready: boolean) => void) | undefined;

  constructor(fd: number, idle: IdleListener) {
    this.fd = fd;
    this.idle = idle;
  }

  get isReaderWaiting(): boolean {
    return this.#reader !== undefined;
  }

  get isWriterWaiting(): boolean {
    return this.#writer !== undefined;
  }

  wakeReader(ready: boolean = true): void {
    const resolve = this.#reader;
    this.#reader = undefined;
    resolve?.(ready);
  }

  wakeWriter(ready: boolean = true): void {
    const resolve = this.#writer;
    this.#writer = undefined;
    resolve?.(ready);
  }

  waitReadable(): Promise<boolean> {
    this.calls.push("wait read");
    return new Promise((resolve) => {
      this.#reader = resolve;
    });
  }

  waitWritable(): Promise<boolean> {
    this.calls.push("wait write");
    return new Promise((resolve) => {
      this.#writer = resolve;
    });
  }

  cancelReadable(): void {
    this.calls.push("cancel read");
    this.wakeReader(false);
  }

  cancelWritable(): void {
    this.calls.push("cancel write");
    this.wakeWriter(false);
  }

  listen(): void {
    this.calls.push("listen");
  }

  tellWritable(): void {
    this.calls.push("tell writable");
  }

  close(): void {
    this.calls.push("close");
    this.isClosed = true;
    this.wakeReader(false);
    this.wakeWriter(false);
  }
}

/** Hands out watches and keeps them. */
export class FakeReadiness implements Readiness {
  readonly mechanism = "libuv";
  readonly watches: FakeWatch[] = [];

  watch(fd: number, idle: IdleListener): FakeWatch {
    const watch = new FakeWatch(fd, idle);
    this.watches.push(watch);
    return watch;
  }
}
