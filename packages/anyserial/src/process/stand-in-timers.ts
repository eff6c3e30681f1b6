// Timers without any part that a test runner fakes: for a package that is loaded while the timers
// of the runtime are faked already. An immediate is a message to oneself, a timer an
// AbortSignal.timeout().

import { MessageChannel } from "node:worker_threads";

/** The functions of node:timers that the library uses. */
export interface Timers {
  setImmediate(callback: () => void): NodeJS.Immediate;
  clearImmediate(immediate: NodeJS.Immediate | undefined): void;
  setTimeout(callback: () => void, delayMs: number): NodeJS.Timeout;
  clearTimeout(timer: NodeJS.Timeout | undefined): void;
  setInterval(callback: () => void, delayMs: number): NodeJS.Timeout;
  clearInterval(timer: NodeJS.Timeout | undefined): void;
  /** `process.nextTick()`. */
  nextTick(callback: () => void): void;
}

/** Longest delay of a timer, in milliseconds. */
const LONGEST_MS = 0x7fff_ffff;

/** Makes the timers. */
export function standInTimers(): Timers {
  const post = poster();
  return {
    setImmediate: (callback) => {
      const task = new Task(callback);
      post(task);
      return task as unknown as NodeJS.Immediate; // the methods that the library uses
    },
    clearImmediate: cancel,
    setTimeout: (callback, delayMs) => start(callback, delayMs, false),
    clearTimeout: cancel,
    setInterval: (callback, delayMs) => start(callback, delayMs, true),
    clearInterval: cancel,
    nextTick: (callback) => post(new Task(callback)),
  };
}

/** One callback that is to run. */
class Task {
  readonly #callback: () => void;
  /** Keeps the process alive; an immediate has its message. */
  readonly #alive: MessageChannel | undefined;
  isCanceled = false;

  constructor(callback: () => void, alive?: MessageChannel) {
    this.#callback = callback;
    this.#alive = alive;
    alive?.port1.ref();
  }

  run(): void {
    if (!this.isCanceled) this.#callback();
  }

  end(): void {
    this.isCanceled = true;
    this.#alive?.port1.close();
  }

  ref(): this {
    if (!this.isCanceled) this.#alive?.port1.ref();
    return this;
  }

  unref(): this {
    this.#alive?.port1.unref();
    return this;
  }
}

function start(callback: () => void, delayMs: number, repeats: boolean): NodeJS.Timeout {
  const wait = (): void => {
    const time = AbortSignal.timeout(Math.min(Math.max(1, delayMs), LONGEST_MS));
    time.addEventListener("abort", () => {
      if (task.isCanceled) return;
      if (repeats) wait();
      else task.end();
      callback();
    });
  };
  const task = new Task(callback, new MessageChannel());
  wait();
  return task as unknown as NodeJS.Timeout; // as above
}

function cancel(handle: unknown): void {
  if (handle instanceof Task) handle.end();
}

/** Runs tasks in turns of their own, in order; keeps the process alive only while there are some. */
function poster(): (task: Task) => void {
  const { port1, port2 } = new MessageChannel();
  const tasks: Task[] = [];
  port1.on("message", () => {
    const task = tasks.shift();
    if (tasks.length === 0) port1.unref();
    task?.run();
  });
  port1.unref();
  return (task) => {
    tasks.push(task);
    port1.ref();
    port2.postMessage(null);
  };
}
