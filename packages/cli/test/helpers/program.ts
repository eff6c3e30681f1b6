// Programs in processes of their own: their output, and their end.

import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { TextWatch } from "./text-watch.ts";

/** Far more than any program here needs to end: one that is still there then hangs. */
const END_BOUND_MS = 30_000;
const BIN = fileURLToPath(new URL("../../bin/anyserial.js", import.meta.url));

/** How a program ended. */
export interface ProgramEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A program; disposing it kills it, if it is still there. */
export class Program implements AsyncDisposable {
  readonly process: ChildProcess;
  readonly stdout = new TextWatch("standard output");
  readonly stderr = new TextWatch("standard error");
  readonly #closed: Promise<unknown>;
  readonly #exited: Promise<unknown>;

  constructor(process: ChildProcess) {
    this.process = process;
    this.#closed = once(process, "close");
    this.#exited = once(process, "exit");
    for (const end of [this.#closed, this.#exited]) end.catch(() => undefined); // reported by #bounded()
    process.stdin?.on("error", () => undefined); // it ended before it read everything
    follow(process.stdout, this.stdout);
    follow(process.stderr, this.stderr);
  }

  /** Waits until it ended and all that it wrote has been read; fails when it hangs. */
  ended(): Promise<ProgramEnd> {
    return this.#bounded(this.#closed);
  }

  /** Waits until it ended, even if its output is not read; fails when it hangs. */
  exited(): Promise<ProgramEnd> {
    return this.#bounded(this.#exited);
  }

  async #bounded(end: Promise<unknown>): Promise<ProgramEnd> {
    let hangs = false;
    const timer = setTimeout(() => {
      hangs = true;
      this.process.kill("SIGKILL");
    }, END_BOUND_MS);
    await end;
    clearTimeout(timer);
    if (hangs) throw new Error(`the program hangs: ${this.stderr.text}`);
    return { code: this.process.exitCode, signal: this.process.signalCode };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.process.kill("SIGKILL");
    await this.#exited.catch(() => undefined);
    this.process.stdout?.destroy();
    this.process.stderr?.destroy();
  }
}

function follow(stream: Readable | null, watch: TextWatch): void {
  stream?.setEncoding("utf8").on("data", (text: string) => watch.add(text));
  stream?.on("close", () => watch.end());
}

/** Starts the command line; its streams are pipes unless `options` says otherwise. */
export function startCli(args: readonly string[], options: SpawnOptions = {}): Program {
  return startProgram(process.execPath, [BIN, ...args], options);
}

/** Starts any program. */
export function startProgram(
  command: string,
  args: readonly string[],
  options: SpawnOptions = {},
): Program {
  return new Program(spawn(command, args, { stdio: "pipe", ...options }));
}
