// Other programs as applications on a port.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";

/** A program that is killed, if need be, when the test ends. */
export class Program implements AsyncDisposable {
  readonly process: ChildProcess;
  #output = "";

  constructor(command: string, args: readonly string[]) {
    this.process = spawn(command, args, { stdio: ["pipe", "pipe", "pipe"] });
    this.process.stdout?.on("data", (chunk: Buffer) => {
      this.#output += chunk.toString("latin1");
    });
    this.process.stderr?.resume();
    this.process.stdin?.on("error", () => undefined);
  }

  get pid(): number {
    return this.process.pid as number;
  }

  /** Its output so far. */
  get output(): string {
    return this.#output;
  }

  say(text: string): void {
    this.process.stdin?.write(text);
  }

  /** State letter of proc(5): T is stopped. */
  get state(): string {
    const stat = readFileSync(`/proc/${this.pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).charAt(0);
  }

  async kill(signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const ended = once(this.process, "exit");
    this.process.kill(signal);
    await ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }
}
