// An example as a user runs it: a process of its own, on the path of an emulated port.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** Far more than any example needs. */
const BOUND_MS = 20_000;

/** A running example; disposing it kills it. */
export class Program implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #closed: Promise<unknown>;
  readonly #timer: NodeJS.Timeout;
  #output = "";

  /**
   * @param name File of `examples/`, without its ending.
   * @param args The arguments behind it.
   */
  constructor(name: string, args: readonly string[]) {
    const file = fileURLToPath(new URL(`programs/${name}.js`, import.meta.url));
    this.#child = spawn(process.execPath, [file, ...args], { stdio: ["ignore", "pipe", "pipe"] });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        this.#output += text;
        this.#child.emit("said");
      });
    }
    this.#closed = once(this.#child, "close").then(() => this.#child.emit("said"));
    this.#timer = setTimeout(() => this.#child.kill("SIGKILL"), BOUND_MS);
  }

  /** Its output so far, errors included. */
  get output(): string {
    return this.#output;
  }

  /** Waits until it has printed something. @throws It ended, or time is over, and it has not. */
  async said(expected: RegExp): Promise<void> {
    while (!expected.test(this.#output)) {
      if (this.#child.exitCode !== null || this.#child.signalCode !== null) {
        await this.#closed;
        if (expected.test(this.#output)) return;
        throw new Error(`it ended, and did not say ${expected}:\n${this.#output}`);
      }
      await once(this.#child, "said");
    }
  }

  /** Waits until it ends. @returns Its exit status. */
  async ended(): Promise<number | null> {
    await this.#closed;
    return this.#child.exitCode;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearTimeout(this.#timer);
    this.#child.kill("SIGKILL");
    await this.#closed;
  }
}
