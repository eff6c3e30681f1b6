// Exit codes: 0 done, 1 failure, 2 usage, then one per error class of the library. The table is also
// what `--help` and docs/cli.md print.

import { constants } from "node:os";
import { isSerialError, SendAbortedError } from "anyserial";
import { UsageError } from "../options/usage-error.ts";
import { Interrupted, OutputClosedError } from "./interruption.ts";

/** The command succeeded. */
export const EXIT_OK = 0;
/** The command failed in a way that has no code of its own. */
export const EXIT_FAILURE = 1;
/** The command line is wrong. */
const EXIT_USAGE = 2;
/** The awaited bytes did not arrive in time; the same code as timeout(1). */
const EXIT_TIMEOUT = 124;

/** A row of the documentation. */
export interface ExitCode {
  /** Number that the process exits with. */
  readonly code: number | string;
  /** When. */
  readonly meaning: string;
}

const BY_CLASS: Readonly<Record<string, number>> = {
  ConfigurationError: EXIT_USAGE,
  PortNotFoundError: 3,
  PortPermissionError: 4,
  PortBusyError: 5,
  UnsupportedFeatureError: 6,
  UnsupportedConfigurationError: 7,
  UnsupportedPlatformError: 8,
  SerialDisconnectedError: 9,
  SerialClosedError: 10,
  SerialConcurrencyError: 11,
  FramingError: 12,
};

/** Every exit code with its meaning, in order. */
export const EXIT_CODES: readonly ExitCode[] = [
  { code: EXIT_OK, meaning: "done" },
  { code: EXIT_FAILURE, meaning: "failed, for a reason not listed here" },
  { code: EXIT_USAGE, meaning: "the command line is wrong" },
  { code: 3, meaning: "there is no serial port at the path" },
  { code: 4, meaning: "permission denied" },
  { code: 5, meaning: "the port is held by another program" },
  { code: 6, meaning: "the driver or device lacks a feature" },
  { code: 7, meaning: "the driver refuses a setting" },
  { code: 8, meaning: "this system is not supported" },
  { code: 9, meaning: "the device went away" },
  { code: 10, meaning: "the port was closed" },
  { code: 11, meaning: "two readers or two writers on one port" },
  { code: 12, meaning: "received bytes are not a valid message" },
  { code: EXIT_TIMEOUT, meaning: "the time is over" },
  { code: "128+n", meaning: "ended by signal n before the work was done" },
];

/**
 * Finds the exit code for a thrown value.
 *
 * @param error Anything thrown.
 * @returns The code; {@link EXIT_FAILURE} for values without a code of their own.
 */
export function exitCodeOf(error: unknown): number {
  if (error instanceof UsageError) return EXIT_USAGE;
  if (error instanceof Interrupted) return signalExitCode(error.signalName);
  if (error instanceof OutputClosedError) return error.isReaderGone ? EXIT_OK : EXIT_FAILURE;
  if (error instanceof SendAbortedError) return exitCodeOf(error.cause);
  if (isSerialError(error)) return BY_CLASS[error.name] ?? EXIT_FAILURE;
  if (error instanceof Error && error.name === "TimeoutError") return EXIT_TIMEOUT;
  return EXIT_FAILURE;
}

/**
 * The exit code of a process that a signal ended, as shells report it.
 *
 * @param name Signal.
 * @returns 128 plus the signal's number.
 */
export function signalExitCode(name: NodeJS.Signals): number {
  return 128 + (constants.signals[name] ?? 0);
}
