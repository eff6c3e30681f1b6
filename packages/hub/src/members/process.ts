// Standard input and output: the hub's own, or those of a program that the hub starts.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import type { ProcessMemberConfig } from "../types.ts";
import type { MemberHost } from "./member.ts";
import { StreamMember } from "./stream-member.ts";
import type { StreamPair } from "./stream-pair.ts";

const RESTART_MS = 1000;

/** The hub's own standard input and output. */
export class StdioMember extends StreamMember {
  readonly kind = "stdio";
  readonly path = "stdio";

  constructor(host: MemberHost) {
    super(host);
  }

  async open(): Promise<void> {
    this.use({ readable: process.stdin, writable: process.stdout });
  }

  protected override end(pair: StreamPair | undefined): void {
    pair?.release();
  }

  protected override gone(): void {}
}

/** A program as a member; started again when it ends. */
export class ProcessMember extends StreamMember {
  readonly kind = "process";
  readonly path: string;
  readonly #command: readonly [string, ...string[]];
  readonly #directory: string;
  #child: ChildProcess | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(config: ProcessMemberConfig, directory: string, host: MemberHost) {
    super(host);
    this.#command = config.process;
    this.#directory = directory;
    this.path = config.process.join(" ");
  }

  /**
   * Starts the program.
   *
   * @throws `ENOENT`, `EACCES`, … — it cannot be started.
   */
  async open(): Promise<void> {
    const [program, ...args] = this.#command;
    const stdio = ["pipe", "pipe", "inherit"] as const;
    const child = spawn(program, args, { cwd: this.#directory, stdio: [...stdio] });
    await once(child, "spawn"); // rejects with the error
    const { stdin: writable, stdout: readable } = child;
    if (writable === null || readable === null) return;
    child.on("error", (error) => this.host.onError(error, true));
    this.#child = child;
    this.use({ readable, writable });
  }

  override async close(): Promise<void> {
    clearTimeout(this.#timer);
    await super.close();
    await this.#stop();
  }

  protected override gone(error: Error | undefined): void {
    if (error !== undefined) this.host.onError(error, true);
    this.#timer = setTimeout(() => {
      this.#stop()
        .then(() => this.open())
        .catch((failure: Error) => this.gone(failure));
    }, RESTART_MS);
  }

  async #stop(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
  }
}
