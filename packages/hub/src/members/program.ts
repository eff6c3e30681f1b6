// A program with all that it starts: a process group of its own, which ends as a whole.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import type { Readable, Writable } from "node:stream";
import { isPosix } from "../process/is-posix.ts";
import { clockMs, setTimeout } from "../process/timers.ts";

/** A program that is asked to end has this long, in milliseconds. */
const GRACE_MS = 2000;
/** Time that the kernel may take to end a killed process. */
const KILL_MS = 1000;
/** The longest that `stop()` takes, in milliseconds. */
export const PROGRAM_STOP_MS: number = GRACE_MS + KILL_MS;
/** No event reports that the last process of a group is gone: this is the interval of polling. */
const POLL_MS = 10;

/** Programs that run; they end with this process, also by `process.exit()`. */
const running = new Set<Program>();

function killAll(): void {
  for (const program of running) program.signal("SIGKILL");
}

/** What to start. */
export interface ProgramOptions {
  /** Program and arguments; no shell. */
  readonly command: readonly [string, ...string[]];
  /** Working directory. */
  readonly directory: string;
}

/** A program that was started. */
export class Program {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly #child: ChildProcess;
  /** All processes of the group have ended: its number may be another's by now. */
  #isGone = false;

  private constructor(child: ChildProcess, stdin: Writable, stdout: Readable) {
    this.#child = child;
    this.stdin = stdin;
    this.stdout = stdout;
    // The member handles errors of the streams; a program that is being stopped has none.
    for (const stream of [stdin, stdout]) stream.on("error", () => undefined);
    child.once("exit", () => this.#isAlive());
    if (running.size === 0) process.on("exit", killAll);
    running.add(this);
  }

  /**
   * Starts a program.
   *
   * @throws `ENOENT`, `EACCES`, … — it cannot be started.
   */
  static async start({ command, directory }: ProgramOptions): Promise<Program> {
    const [file, ...args] = command;
    const child = spawn(file, args, {
      cwd: directory,
      stdio: ["pipe", "pipe", "inherit"],
      detached: isPosix(), // a group of its own, out of reach of the terminal's Ctrl-C
    });
    await once(child, "spawn"); // rejects with the error
    child.on("error", () => undefined); // of a signal that it cannot be sent
    return new Program(child, child.stdin, child.stdout);
  }

  /** How it ended, as a clause; `undefined` while it runs. */
  get ending(): string | undefined {
    const { exitCode, signalCode } = this.#child;
    if (signalCode !== null) return `ended by ${signalCode}`;
    return exitCode === null ? undefined : `ended with exit code ${exitCode}`;
  }

  /** Calls back when it has ended; its children may live on. */
  onceEnded(callback: () => void): void {
    if (this.ending === undefined) this.#child.once("exit", callback);
    else callback();
  }

  /**
   * Ends it with all of its descendants: closes its input, sends SIGTERM, and SIGKILL to the rest
   * after two seconds. Output is dropped meanwhile. Never rejects.
   */
  async stop(): Promise<void> {
    this.stdin.end();
    this.stdout.resume();
    this.signal("SIGTERM");
    if (!(await this.#isGoneWithin(GRACE_MS))) {
      this.signal("SIGKILL");
      await this.#isGoneWithin(KILL_MS);
    }
    this.stdin.destroy();
    this.stdout.destroy();
    running.delete(this);
    if (running.size === 0) process.removeListener("exit", killAll);
  }

  /** Signals all processes of the group. */
  signal(name: NodeJS.Signals): void {
    if (this.#isGone) return;
    try {
      if (isPosix()) process.kill(-this.#pid, name);
      else this.#child.kill(name);
    } catch {
      // There are none any more, or they belong to another user.
    }
  }

  get #pid(): number {
    return this.#child.pid as number; // it was started
  }

  async #isGoneWithin(timeoutMs: number): Promise<boolean> {
    const end = clockMs() + timeoutMs;
    while (this.#isAlive()) {
      if (clockMs() >= end) return false;
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
    return true;
  }

  #isAlive(): boolean {
    if (this.#isGone) return false;
    if (this.ending === undefined) return true;
    this.#isGone = !isPosix() || !isGroupAlive(this.#pid);
    return !this.#isGone;
  }
}

function isGroupAlive(group: number): boolean {
  try {
    process.kill(-group, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
  }
  return hasLivingMember(group);
}

/**
 * A zombie that no parent reaps, as in a container without an init, stays a member for ever, but is
 * dead.
 */
function hasLivingMember(group: number): boolean {
  try {
    return readdirSync("/proc").some((pid) => /^\d+$/.test(pid) && isLivingMember(pid, group));
  } catch {
    return true; // no /proc
  }
}

/** Fields 3 and 5 of /proc/PID/stat, see proc(5); the name before them may hold anything. */
function isLivingMember(pid: string, group: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    const [state, , pgrp] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return Number(pgrp) === group && state !== "Z" && state !== "X";
  } catch {
    return false; // it is gone
  }
}
