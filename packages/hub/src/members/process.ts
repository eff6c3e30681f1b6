// Standard input and output: the hub's own, or those of a program that the hub starts.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import type { ProcessMemberConfig } from "../types.ts";
import type { MemberHost } from "./member.ts";
import { StreamMember } from "./stream-member.ts";
import type { StreamPair } from "./stream-pair.ts";

const FIRST_RESTART_MS = 1000;
const LONGEST_RESTART_MS = 60_000;
/** A program that ran for so long has worked: its end is told anew, and it is started again soon. */
const SETTLED_MS = 10_000;

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

/** A program as a member; started again when it ends, later and later if it does not last. */
export class ProcessMember extends StreamMember {
  readonly kind = "process";
  readonly path: string;
  readonly #command: readonly [string, ...string[]];
  readonly #directory: string;
  #child: ChildProcess | undefined;
  #timer: NodeJS.Timeout | undefined;
  #restartMs = FIRST_RESTART_MS;
  #startedAt = 0;
  #isTold = false;

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
    child.on("error", (error) => this.#tell(error));
    this.#child = child;
    this.#startedAt = performance.now();
    this.use({ readable, writable });
  }

  override async close(): Promise<void> {
    clearTimeout(this.#timer);
    await super.close();
    await this.#stop();
  }

  protected override gone(error: Error | undefined): void {
    if (performance.now() - this.#startedAt >= SETTLED_MS) {
      this.#restartMs = FIRST_RESTART_MS;
      this.#isTold = false;
    }
    if (error !== undefined) this.#tell(error);
    else if (this.#child !== undefined) this.#tellHowItEnds(this.#child);
    this.#timer = setTimeout(() => {
      this.#stop()
        .then(() => this.open())
        .catch((failure: Error) => this.gone(failure));
    }, this.#restartMs);
    this.#restartMs = Math.min(this.#restartMs * 2, LONGEST_RESTART_MS);
  }

  /** Its streams may end a little before the program does. */
  #tellHowItEnds(child: ChildProcess): void {
    const tell = (): void => {
      const { exitCode, signalCode } = child;
      const how = signalCode === null ? `with exit code ${exitCode}` : `by ${signalCode}`;
      if (this.#child === child) this.#tell(new Error(`Program "${this.path}" ended ${how}`));
    };
    if (child.exitCode !== null || child.signalCode !== null) tell();
    else child.once("exit", tell);
  }

  /** Once until it has worked for a while, not at every attempt. */
  #tell(error: Error): void {
    if (this.#isTold || this.isClosed) return;
    this.#isTold = true;
    this.host.onError(error, true);
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
