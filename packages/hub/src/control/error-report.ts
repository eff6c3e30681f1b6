// Errors on their way through a socket: reduced to plain JSON on one side, thrown again on the other.

import { isSerialError, SerialError } from "anyserial";
import { type ConfigProblem, HubConfigError } from "../config/problem.ts";

/** An error as JSON. */
export interface ErrorReport {
  readonly name: string;
  readonly code: string;
  readonly message: string;
  readonly hint?: string | undefined;
  readonly path?: string | undefined;
  /** All that is wrong with a configuration. */
  readonly problems?: readonly ConfigProblem[] | undefined;
}

/**
 * Reduces anything thrown.
 *
 * @param error Anything.
 * @returns Plain JSON.
 */
export function reportError(error: unknown): ErrorReport {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  const { code } = error as { code?: unknown };
  const report = { name, message, code: typeof code === "string" ? code : "ERR_HUB" };
  const problems = error instanceof HubConfigError ? error.problems : undefined;
  if (!isSerialError(error)) return report;
  return { ...report, hint: error.hint, path: error.path, problems };
}

/**
 * Makes an error of a report.
 *
 * @param report The error as received over the socket.
 * @returns To be thrown.
 */
export function reviveError(report: ErrorReport): SerialError {
  if (report.problems !== undefined && report.problems.length > 0) {
    return new HubConfigError(report.problems);
  }
  const { message, code, hint, path } = report;
  return new SerialError(message, { code, hint, path, operation: "control" });
}
