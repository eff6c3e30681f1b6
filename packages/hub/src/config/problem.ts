// A problem of a configuration: its field, and the allowed values.

import { ConfigurationError } from "anyserial";

/** One problem of a configuration. */
export interface ConfigProblem {
  /** File, as it was named; `undefined` for an object that comes from no file. */
  readonly file: string | undefined;
  /** Number of the line, from 1; `undefined` without a file. */
  readonly line: number | undefined;
  /** Number of the column, from 1; `undefined` without a file. */
  readonly column: number | undefined;
  /** Where in the configuration, as in `networks.plant.members.meter.queue`. */
  readonly field: string;
  /** The value of the field, shortened, as JSON; `undefined` where it is missing. */
  readonly value: string | undefined;
  /** The problem: a clause without the field and the value. */
  readonly reason: string;
  /** What to write instead. */
  readonly hint: string | undefined;
  /** A hub starts all the same: only the member that the field belongs to fails. */
  readonly isWarning?: true | undefined;
}

/** Returns whether a problem keeps a hub from starting. */
export function isFatal(problem: ConfigProblem): boolean {
  return problem.isWarning !== true;
}

/**
 * Formats a problem on one line.
 *
 * @param problem A problem from {@link HubConfigError.problems}.
 * @returns `hub.yaml:12:17: networks.plant.topology: "ring" is not allowed: give bus, …`.
 */
export function formatProblem(problem: ConfigProblem): string {
  const { file, line, column, field, value, reason, hint } = problem;
  const place = file === undefined ? "" : `${file}:${line ?? 1}:${column ?? 1}: `;
  const subject = value === undefined ? reason : `${value} ${reason}`;
  const where = field === "" ? "" : `${field}: `;
  return `${place}${where}${subject}${hint === undefined ? "" : `; ${hint}`}`;
}

const BRAND = Symbol.for("anyserial.hub.HubConfigError");

/** A configuration cannot be used; carries everything that is wrong with it. */
export class HubConfigError extends ConfigurationError {
  static {
    // For exit codes and callers it is what it extends: only `problems` is more.
    Object.defineProperty(HubConfigError.prototype, "name", { value: "ConfigurationError" });
    // Known by a brand, as the errors of anyserial: a process may have loaded several copies.
    Object.defineProperty(HubConfigError.prototype, BRAND, { value: true });
    Object.defineProperty(HubConfigError, Symbol.hasInstance, {
      value(this: unknown, error: unknown): boolean {
        if (this !== HubConfigError)
          return Function.prototype[Symbol.hasInstance].call(this, error);
        return typeof error === "object" && error !== null && BRAND in error;
      },
    });
  }
  /** The problems, in the order of the file; at least one. */
  readonly problems: readonly ConfigProblem[];

  /**
   * @param problems At least one.
   */
  constructor(problems: readonly ConfigProblem[]) {
    const first = problems.find(isFatal) as ConfigProblem; // at least one
    const more = problems.length === 1 ? "" : ` (and ${problems.length - 1} more)`;
    const subject = first.file === undefined ? "the configuration" : `"${first.file}"`;
    super(`Cannot use ${subject}: ${formatProblem(first)}${more}`, {
      code: "ERR_INVALID_ARG_VALUE",
      path: first.file,
      operation: "configure",
      hint: first.hint ?? "see the tables in node_modules/anyserial/docs/hub-configuration.md",
    });
    this.problems = problems;
  }
}

const SHOWN_MAX = 60;

/**
 * Shows a value of a configuration in a message.
 *
 * @param value Anything.
 * @returns JSON where there is such a thing, at most 60 characters.
 */
export function showValue(value: unknown): string {
  const text = textOf(value);
  return text.length <= SHOWN_MAX ? text : `${text.slice(0, SHOWN_MAX - 1)}…`;
}

function textOf(value: unknown): string {
  if (typeof value === "function") return "a function";
  try {
    // JSON has no NaN, no Infinity, and drops a minus before zero.
    if (typeof value === "number") return Object.is(value, -0) ? "-0" : String(value);
    if (typeof value === "bigint") return `${value}n`;
    return JSON.stringify(value) ?? String(value);
  } catch {
    return `a value that is no JSON (${typeof value})`;
  }
}
