// Programs of test/fixtures/ in processes of their own, and other programs: their output line by
// line, and their end.

import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual } from "node:util";

/** Far more than any program here needs to end: a program that is still there then hangs. */
const END_BOUND_MS = 30_000;

/** How a process ended. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
}

/** A process; disposing it kills it, if it is still there. */
export class Child implements AsyncDisposable {
  readonly process: ChildProcess;
  readonly #lines: AsyncIterableIterator<string> | undefined;
  readonly #closed: Promise<unknown>;
  #stderr = "";

  constructor(process: ChildProcess) {
    this.process = process;
    this.#closed = once(process, "close");
    this.#closed.catch(() => undefined); // reported by ended()
    process.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr += text;
    });
    process.stdin?.on("error", () => undefined); // it ended before it read everything
    if (process.stdout) {
      this.#lines = createInterface({ input: process.stdout })[Symbol.asyncIterator]();
    }
  }

  get pid(): number {
    return this.process.pid as number;
  }

  /** Its standard error so far. */
  get stderr(): string {
    return this.#stderr;
  }

  /** The next line of its output. */
  async line(): Promise<string> {
    const next = await this.#lines?.next();
    if (next?.done === false) return next.value;
    throw new Error(`the program ended early: ${this.#stderr}`);
  }

  /** The next line of its output, as JSON. */
  async message(): Promise<unknown> {
    return JSON.parse(await this.line());
  }

  /** The next message that is not this one. */
  async messageOtherThan(repeated: unknown): Promise<unknown> {
    for (;;) {
      const message = await this.message();
      if (!isDeepStrictEqual(message, repeated)) return message;
    }
  }

  /** Writes to its standard input. */
  say(text: string): void {
    this.process.stdin?.write(text);
  }

  /** Waits until it ended by itself, or by a signal that the test sent; fails when it hangs. */
  async ended(): Promise<Ending> {
    let hangs = false;
    const timer = setTimeout(() => {
      hangs = true;
      this.process.kill("SIGKILL");
    }, END_BOUND_MS);
    await this.#closed;
    clearTimeout(timer);
    if (hangs) throw new Error(`the program hangs: ${this.#stderr}`);
    const { exitCode, signalCode } = this.process;
    return { code: exitCode, signal: signalCode, stderr: this.#stderr };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.process.kill("SIGKILL");
    await this.#closed.catch(() => undefined);
  }
}

/** Options of a fixture. */
export interface FixtureOptions {
  readonly args?: readonly string[];
  readonly execArgv?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  /** Most descriptors that it may have open. */
  readonly descriptors?: number;
}

/**
 * Starts a program of test/fixtures/.
 *
 * @param name Name of its file, without extension.
 * @param options Arguments and environment, added to the one of this process.
 */
export function startFixture(name: string, options: FixtureOptions = {}): Child {
  const { args = [], execArgv = [], descriptors } = options;
  const file = fileURLToPath(new URL(`../fixtures/${name}.js`, import.meta.url));
  const command = [process.execPath, ...execArgv, file, ...args];
  const env = { ...process.env, ...options.env };
  if (descriptors === undefined)
    return startProgram(command[0] as string, command.slice(1), { env });
  // The hard limit as well: Node raises the soft one.
  return startProgram("sh", ["-c", `ulimit -n ${descriptors} && exec "$0" "$@"`, ...command], {
    env,
  });
}

/** Starts any program. */
export function startProgram(
  command: string,
  args: readonly string[],
  options: SpawnOptions = {},
): Child {
  return new Child(spawn(command, args, { stdio: ["pipe", "pipe", "pipe"], ...options }));
}
