// What is wrong with a configuration, where, and what is allowed instead.

import { ConfigurationError } from "anyserial";

/** One thing that is wrong with a configuration. */
export interface ConfigProblem {
  /** File, as it was named; `undefined` for an object that comes from no file. */
  readonly file: string | undefined;
  /** Number of the line, from 1; `undefined` without a file. */
  readonly line: number | undefined;
  /** Number of the column, from 1; `undefined` without a file. */
  readonly column: number | undefined;
  /** Where in the configuration, as in `networks.plant.members.meter.queue`. */
  readonly field: string;
  /** What stands there, shortened, as JSON; `undefined` where something is missing. */
  readonly value: string | undefined;
  /** What is wrong: a clause without the field and the value. */
  readonly reason: string;
  /** What to write instead. */
  readonly hint: string | undefined;
}

/**
 * Words a problem on one line.
 *
 * @param problem What is wrong.
 * @returns `hub.yaml:12:17: networks.plant.topology: "ring" is not allowed: give bus, …`.
 */
export function formatProblem(problem: ConfigProblem): string {
  const { file, line, column, field, value, reason, hint } = problem;
  const place = file === undefined ? "" : `${file}:${line ?? 1}:${column ?? 1}: `;
  const subject = value === undefined ? reason : `${value} ${reason}`;
  const where = field === "" ? "" : `${field}: `;
  return `${place}${where}${subject}${hint === undefined ? "" : `; ${hint}`}`;
}

/** A configuration cannot be used; carries everything that is wrong with it. */
export class HubConfigError extends ConfigurationError {
  static {
    // For exit codes and callers it is what it extends: only `problems` is more.
    Object.defineProperty(HubConfigError.prototype, "name", { value: "ConfigurationError" });
  }
  /** All that is wrong, in the order of the file; at least one. */
  readonly problems: readonly ConfigProblem[];

  /**
   * @param problems What is wrong; at least one.
   */
  constructor(problems: readonly ConfigProblem[]) {
    const [first] = problems as [ConfigProblem];
    const more = problems.length === 1 ? "" : ` (and ${problems.length - 1} more)`;
    const subject = first.file === undefined ? "the configuration" : `"${first.file}"`;
    super(`Cannot use ${subject}: ${formatProblem(first)}${more}`, {
      code: "ERR_INVALID_ARG_VALUE",
      path: first.file,
      operation: "configure",
      hint: first.hint ?? "see the table in docs/hub.md",
    });
    this.problems = problems;
  }
}

const SHOWN_MAX = 60;

/**
 * Shows a value of a configuration in a message.
 *
 * @param value Anything.
 * @returns JSON, at most 60 characters.
 */
export function showValue(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length <= SHOWN_MAX ? text : `${text.slice(0, SHOWN_MAX - 1)}…`;
}
