// A program as a member: its standard input and output. Started again when it ends, later and later if it
// does not last.

import { Backoff, type Pauses } from "../engine/backoff.ts";
import type { MemberHost } from "../engine/member.ts";
import { pause } from "../engine/pause.ts";
import { retry } from "../engine/retry.ts";
import type { ProcessMemberConfig } from "../model/types.ts";
import { clockMs } from "../process/timers.ts";
import { memberError } from "./member-error.ts";
import { Program } from "./program.ts";
import { StreamMember } from "./stream-member.ts";
import type { StreamPair } from "./stream-pair.ts";

const SPAWN_HINTS = {
  ENOENT:
    "give a program of PATH, or one by its path; relative paths start at the configuration's folder",
  EACCES: "make the program executable: chmod +x",
} as const;
/** A program that ran this long has worked: its end is reported again, and it is restarted soon. */
const SETTLED_MS = 10_000;
const PAUSES: Pauses = {
  firstMs: 1000,
  secondMs: 2000,
  longestMs: 60_000,
  stableMs: SETTLED_MS,
};

export class ProcessMember extends StreamMember {
  readonly kind = "process";
  readonly path: string;
  readonly #command: readonly [string, ...string[]];
  readonly #directory: string;
  readonly #ending = new AbortController();
  readonly #backoff = new Backoff(PAUSES);
  #program: Program | undefined;
  #restarting: Promise<void> | undefined;
  #startedAt = 0;
  #isReported = false;

  constructor(config: ProcessMemberConfig, directory: string, host: MemberHost) {
    super(host);
    this.#command = config.process;
    this.#directory = directory;
    this.path = config.process.join(" ");
  }

  /**
   * Starts the program.
   *
   * @throws `SerialError` `ENOENT`, `EACCES`, … — it cannot be started.
   */
  async open(): Promise<void> {
    const program = await this.#start();
    this.#program = program;
    this.#startedAt = clockMs();
    this.use({ readable: program.stdout, writable: program.stdin });
  }

  override async close(): Promise<void> {
    this.#ending.abort();
    await super.close();
    await this.#restarting;
    await this.#program?.stop();
  }

  /** Reads its remaining output until it has ended, and drops it. */
  protected override end(pair: StreamPair | undefined): void {
    pair?.release();
  }

  protected override gone(error: Error | undefined): void {
    if (clockMs() - this.#startedAt >= SETTLED_MS) this.#isReported = false;
    const program = this.#program;
    this.#program = undefined;
    if (error !== undefined) this.#report(error);
    else program?.onceEnded(() => this.#reportEnd(program));
    this.#restarting = this.#restart(program);
  }

  async #start(): Promise<Program> {
    const [program] = this.#command;
    try {
      return await Program.start({ command: this.#command, directory: this.#directory });
    } catch (cause) {
      const action = `start program "${program}" of member "${this.host.name}"`;
      throw memberError({ action, cause, hints: SPAWN_HINTS });
    }
  }

  async #restart(program: Program | undefined): Promise<void> {
    const { signal } = this.#ending;
    const backoff = this.#backoff;
    await Promise.all([program?.stop(), pause(backoff.next(), signal)]);
    const onError = (error: Error): void => this.#report(error);
    await retry(() => this.open(), { backoff, signal, onError });
  }

  /** Its streams may end a little before the program does. */
  #reportEnd(program: Program): void {
    this.#report(new Error(`Program "${this.path}" ${program.ending}`));
  }

  /** Once until it has worked for a while, not at every attempt. */
  #report(error: Error): void {
    if (this.#isReported || this.isClosed) return;
    this.#isReported = true;
    this.host.onError(error, true);
  }
}
