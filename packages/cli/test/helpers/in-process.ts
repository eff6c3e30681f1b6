// A command called in this process, with streams of the test's own.

import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { PassThrough } from "node:stream";
import { afterEach } from "node:test";
import { Interrupted } from "../../dist/command/interruption.js";
import { runProgram } from "../../dist/run.js";
import { TextWatch } from "./text-watch.ts";

/** A stream that may claim to be a terminal. */
class Stream extends PassThrough {
  readonly isTTY: boolean;

  constructor(isTTY: boolean) {
    super();
    this.isTTY = isTTY;
  }
}

/** Options of {@link startCommand}. */
export interface StartOptions {
  /** Standard input: text that ends, or `undefined` for one that stays open. */
  readonly input?: string | Uint8Array;
  /** Standard output claims to be a terminal. */
  readonly isTerminal?: boolean;
  /** Standard output is not read. */
  readonly isUnread?: boolean;
}

/** A command that runs. */
export interface RunningCommand {
  readonly stdin: PassThrough;
  readonly stdout: TextWatch;
  readonly stderr: TextWatch;
  /** Everything written to standard output. */
  readonly bytes: () => Buffer;
  /** Standard output itself. */
  readonly output: PassThrough;
  /** Ends it as a signal to the process would. */
  readonly interrupt: (name: NodeJS.Signals) => void;
  /** Its exit code. */
  readonly ended: Promise<number>;
}

/** Commands that still run when a test is over are ended, so that a failed test does not hang. */
const running = new Set<RunningCommand>();

afterEach(async () => {
  for (const command of running) command.interrupt("SIGTERM");
  await Promise.all([...running].map(({ ended }) => ended));
  running.clear();
});

/** Starts a command. */
export function startCommand(args: readonly string[], options: StartOptions = {}): RunningCommand {
  const ending = new AbortController();
  const stdin = new Stream(false);
  const stdout = new Stream(options.isTerminal ?? false);
  const stderr = new Stream(false);
  const [shown, told] = [new TextWatch("standard output"), new TextWatch("standard error")];
  const chunks: Buffer[] = [];
  if (options.isUnread !== true) {
    stdout.on("data", (chunk: Buffer) => {
      chunks.push(chunk);
      shown.add(chunk.toString("latin1"));
    });
  }
  stderr.setEncoding("utf8").on("data", (text: string) => told.add(text));
  if (options.input !== undefined) stdin.end(options.input);
  const command: RunningCommand = {
    stdin,
    stdout: shown,
    stderr: told,
    bytes: () => Buffer.concat(chunks),
    output: stdout,
    interrupt: (name) => ending.abort(new Interrupted(name)),
    ended: runProgram({ args, stdin, stdout, stderr, signal: ending.signal }),
  };
  running.add(command);
  return command;
}

/**
 * Waits until this process has opened a port, its input is flushed, and what is sent to it is kept.
 *
 * @param path Path of the port.
 * @param open Leads to the opening.
 * @returns The result of `open`.
 */
export async function whenOpened<T>(path: string, open: () => T): Promise<T> {
  let onOpen = (_message: unknown): void => undefined;
  const opened = new Promise<void>((resolve) => {
    onOpen = (message) => {
      if ((message as { path: string }).path === path) resolve(); // as the library documents it
    };
    subscribe("anyserial:open", onOpen);
  });
  const result = open();
  await opened;
  unsubscribe("anyserial:open", onOpen);
  return result;
}
