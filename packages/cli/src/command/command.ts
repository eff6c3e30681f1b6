// A command: a specification for the parser and the help, and a function from a context to an exit
// code, which tests call without a process.

import {
  type CommandSpec,
  type OptionTable,
  type ParsedArgs,
  parseCommandLine,
} from "../options/args.ts";
import { Output } from "../terminal/output.ts";
import type { InputStream, OutputStream } from "../terminal/streams.ts";
import { EXIT_OK, exitCodeOf } from "./exit-codes.ts";
import { formatUsage } from "./usage.ts";

/** Requests that a command makes to the process; tests leave them out. */
export interface ProcessHooks {
  /**
   * Takes SIGHUP as a request: without a listener it ends the command.
   *
   * @returns Gives it back.
   */
  readonly onHangup?: ((listener: () => void) => () => void) | undefined;
  /**
   * Is asked about writes to standard output and standard error that failed; one that is not claimed ends
   * the command.
   *
   * @param claim Returns whether the failure is handled.
   */
  readonly onOutputError?: ((claim: ClaimOutputError) => void) | undefined;
  /**
   * Is asked about errors that nothing caught; one that is not claimed ends the program.
   *
   * @param claim Returns whether the error is handled.
   */
  readonly onUncaught?: ((claim: (error: unknown) => boolean) => void) | undefined;
  /**
   * Gives the process to a program of the user: signals, errors and the end of the process are its own
   * from now on, as if it had been started without us.
   */
  readonly handOver?: (() => void) | undefined;
  /**
   * Asks for more time between a signal and the forced end.
   *
   * @param graceMs Called when the signal arrives; returns milliseconds.
   */
  readonly setGrace?: ((graceMs: () => number) => void) | undefined;
}

/** Returns whether a failed write to a standard stream is handled. */
export type ClaimOutputError = (error: NodeJS.ErrnoException, stream: OutputStream) => boolean;

/** Input of a command, from the process or from a test. */
export interface CommandContext extends ProcessHooks {
  /** Arguments after the command's name. */
  readonly args: readonly string[];
  readonly stdin: InputStream;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  /** Aborted with `Interrupted` or `OutputClosedError` when the command is to end. */
  readonly signal: AbortSignal;
}

/** A call of a command whose arguments were understood. */
export interface CommandCall<T extends OptionTable> extends CommandContext, ParsedArgs<T> {
  readonly output: Output;
}

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
    const output = new Output({ stdout, stderr, signal, json: wantsJson(spec, args) });
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
 * Prints an error, unless it only says that the command was interrupted.
 *
 * @param error Any thrown value.
 * @param output Where to print.
 * @param signal The command's signal.
 * @returns The exit code.
 */
export function report(error: unknown, output: Output, signal: AbortSignal): number {
  const code = exitCodeOf(error);
  const isInterrupted = signal.aborted && error === signal.reason && error !== undefined;
  const isSilent = isInterrupted && (code === EXIT_OK || code > 128);
  if (!isSilent) output.error(error);
  return code;
}

/** Also for a command line that cannot be parsed. */
function wantsJson(spec: CommandSpec, args: readonly string[]): boolean {
  if (!Object.hasOwn(spec.options, "json")) return false;
  const end = args.indexOf("--");
  return args.slice(0, end === -1 ? args.length : end).includes("--json");
}
