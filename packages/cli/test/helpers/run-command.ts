// A command that a test made, run to its end.

import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import type { Command } from "../../dist/command/command.js";

/** Result of a command. */
export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command with an empty standard input. */
export async function runWith(command: Command, args: readonly string[]): Promise<CommandResult> {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  stdin.end();
  const { signal } = new AbortController();
  const output = [text(stdout), text(stderr)] as const;
  const code = await command.run({ args, stdin, stdout, stderr, signal });
  stdout.end();
  stderr.end();
  return { code, stdout: await output[0], stderr: await output[1] };
}
