// What a command is: a specification for the parser and the help, and a function from a context to an
// exit code, which tests call without a process.

import { type CommandSpec, type OptionTable, type ParsedArgs, parseCommandLine } from "./args.ts";
import { EXIT_OK, exitCodeOf } from "./exit-codes.ts";
import { Output } from "./output.ts";
import type { InputStream, OutputStream } from "./streams.ts";
import { formatUsage } from "./usage.ts";

/** What a command gets from the process, or from a test. */
export interface CommandContext {
  /** Arguments after the command's name. */
  readonly args: readonly string[];
  readonly stdin: InputStream;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  /** Aborted with `Interrupted` or `OutputClosedError` when the command is to end. */
  readonly signal: AbortSignal;
  /**
   * Takes SIGHUP as a request: without a listener it ends the command.
   *
   * @returns Gives it back.
   */
  readonly onHangup?: ((listener: () => void) => () => void) | undefined;
}

/** A call of a command whose arguments were understood. */
export interface CommandCall<T extends OptionTable> extends CommandContext, ParsedArgs<T> {
  readonly output: Output;
}

/** A command. */
export interface Command {
  readonly spec: CommandSpec;
  /**
   * Runs to the end. Errors are printed here, never thrown.
   *
   * @returns The exit code.
   */
  run(context: CommandContext): Promise<number>;
}

/**
 * Makes a command: arguments are parsed, `--help` is answered, and what `work` throws is printed on
 * one line and turned into an exit code.
 *
 * @param spec Name, options and help.
 * @param work Does it; returns the exit code.
 * @returns The command.
 */
export function defineCommand<T extends OptionTable>(
  spec: CommandSpec<T>,
  work: (call: CommandCall<T>) => Promise<number>,
): Command {
  const run = async (context: CommandContext): Promise<number> => {
    const { args, stdout, stderr, signal } = context;
    const output = new Output({ stdout, stderr, signal, json: wantsJson(args) });
    try {
      const parsed = parseCommandLine(spec, args);
      if (parsed.values["help"] === true) {
        await output.text(formatUsage(spec));
        return EXIT_OK;
      }
      return await work({ ...context, ...parsed, output });
    } catch (error) {
      return report(error, output, signal);
    }
  };
  return { spec, run };
}

/**
 * Prints an error, unless it only says that the command was told to end.
 *
 * @param error What was thrown.
 * @param output Where to print.
 * @param signal The command's signal.
 * @returns The exit code.
 */
export function report(error: unknown, output: Output, signal: AbortSignal): number {
  const code = exitCodeOf(error);
  const isToldToEnd = signal.aborted && error === signal.reason && error !== undefined;
  const isSilent = isToldToEnd && (code === EXIT_OK || code > 128);
  if (!isSilent) output.error(error);
  return code;
}

/** Also for a command line that cannot be parsed. */
function wantsJson(args: readonly string[]): boolean {
  const end = args.indexOf("--");
  return args.slice(0, end === -1 ? args.length : end).includes("--json");
}
