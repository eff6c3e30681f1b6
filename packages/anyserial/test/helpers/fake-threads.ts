// Threads that do nothing until the test lets them.

import type { NativeThreads } from "../../dist/posix/threads/native-threads.js";

/** Threads that wait in the kernel. */
export class FakeThreads implements NativeThreads {
  /** The calls, in order: `close 7`, `cancel`. */
  readonly calls: string[] = [];
  /** There are no more threads. */
  isExhausted = false;
  /** The calls that are under way end. */
  isDone = false;
  /** A thread that is canceled ends. */
  onCancel: () => void = () => {
    this.isDone = true;
  };

  start(call: "close" | "tcdrain", fd: number): ReturnType<NativeThreads["start"]> {
    if (this.isExhausted) return undefined;
    this.calls.push(`${call} ${fd}`);
    return {
      isDone: () => this.isDone,
      cancel: () => {
        this.calls.push("cancel");
        this.onCancel();
      },
    };
  }
}
