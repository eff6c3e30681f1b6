// A poller and a waker without a kernel: the test makes the events.

import { ok } from "node:assert/strict";
import { SerialError } from "anyserial";
import type { OnEvent, Poller, Waker } from "../../dist/posix/readiness/readiness.js";
import { Registry } from "../../dist/posix/readiness/registry.js";

/** A poller and a waker that record, and events that the test makes. */
export class FakeSystem {
  readonly calls: string[] = [];
  /** Interest of each descriptor in the poller. */
  readonly interest = new Map<number, number>();
  readonly #tokens = new Map<number, number>();
  /** What the next look at the poller reports: descriptor and what it is ready for. */
  readonly waiting: [number, number][] = [];
  isPollerOpen = false;
  /** Of the poller that is opened next. */
  forgetsDrained = true;
  isFull = false;
  waker: Waker | undefined;
  /** The poller is readable. */
  ready: () => void = () => undefined;
  #onEvent: OnEvent = () => undefined;
  readonly #pending: (() => void)[] = [];

  set(lingerMs: number): Registry {
    return new Registry({
      mechanism: "libuv",
      lingerMs,
      openPoller: () => this.#openPoller(),
      startWaker: (_poller, onReady, onEvent) => {
        this.ready = onReady;
        return this.#startWaker(onEvent);
      },
    });
  }

  /** The kernel reports a descriptor. */
  event(fd: number, ready: number): void {
    ok(this.interest.has(fd), `descriptor ${fd} is not in the poller`);
    this.#onEvent(this.#tokens.get(fd) ?? 0, ready);
  }

  /** An event that was collected before the descriptor was taken out. */
  lateEvent(fd: number, ready: number): void {
    this.#onEvent(this.#tokens.get(fd) ?? 0, ready);
  }

  /** The waker's thread has ended. */
  stopped(): void {
    for (const onStopped of this.#pending.splice(0)) onStopped();
  }

  #openPoller(): Poller {
    this.isPollerOpen = true;
    return {
      fd: 99,
      forgetsDrained: this.forgetsDrained,
      add: (fd, token, interest) => {
        if (this.isFull) throw new SerialError("full", { code: "ENOSPC" });
        this.calls.push(`add ${fd} ${interest}`);
        this.interest.set(fd, interest);
        this.#tokens.set(fd, token);
      },
      modify: (fd, _token, interest) => {
        this.calls.push(`modify ${fd} ${interest}`);
        ok(this.interest.has(fd));
        this.interest.set(fd, interest);
      },
      remove: (fd) => {
        this.calls.push(`remove ${fd}`);
        this.interest.delete(fd);
      },
      collect: (onEvent) => {
        this.calls.push("collect");
        for (const [fd, ready] of this.waiting.splice(0)) onEvent(this.#tokens.get(fd) ?? 0, ready);
      },
      close: () => {
        this.isPollerOpen = false;
        this.calls.push("close poller");
      },
    };
  }

  #startWaker(onEvent: OnEvent): Waker {
    this.calls.push("start waker");
    this.#onEvent = onEvent;
    this.waker = {
      stop: (onStopped) => {
        this.calls.push("stop waker");
        this.#pending.push(onStopped);
      },
    };
    return this.waker;
  }
}
