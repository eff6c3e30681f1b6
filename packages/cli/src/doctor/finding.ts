// The doctor's result: a finding, its severity, and the ids, which are stable for scripts and
// pages.

/** How bad it is. */
export type Severity = "ok" | "note" | "warning" | "problem";

/** Every check, in the order in which its findings are printed when they weigh the same. */
const CHECK_IDS = [
  "koffi",
  "not-found",
  "permission",
  "busy",
  "left-exclusive",
  "modem-manager",
  "disconnected",
  "custom-baud",
  "no-data",
  "concurrent-readers",
  "send-never-waits",
  "latency",
  "rs485",
  "capabilities",
  "unclosed",
  "discovery-empty",
  "watch-limit",
  "windows-busy",
  "windows-com10",
  "windows-latency",
  "windows-baud",
] as const;

/** Id of a check: also its section in docs/troubleshooting.md. */
export type CheckId = (typeof CHECK_IDS)[number];

export interface Finding {
  /** Check that found it. */
  readonly id: CheckId;
  readonly severity: Severity;
  /** One sentence. */
  readonly summary: string;
  /** Observed facts, not guesses. */
  readonly evidence: readonly string[];
  /** What to do: a sentence, or `undefined` where nothing is to be done. */
  readonly hint?: string | undefined;
  /** Commands to copy, for this system, in order. */
  readonly fix: readonly Fix[];
}

/** One command, or one edit, that mends it. */
export interface Fix {
  /** The command line to copy. */
  readonly command: string;
  /**
   * The same as program and arguments, where the doctor may run it under `--fix` after asking;
   * missing where only a person should.
   */
  readonly run?: readonly string[] | undefined;
  /** Something that the user should know first. */
  readonly note?: string | undefined;
}

/** A check: a pure decision over gathered facts. */
export type Check<Facts> = (facts: Facts) => readonly Finding[];

const WEIGHT: Readonly<Record<Severity, number>> = { problem: 0, warning: 1, note: 2, ok: 3 };

/** Sorts the most likely cause first: by severity, then in the order of the checks. */
export function byWeight(a: Finding, b: Finding): number {
  const weight = WEIGHT[a.severity] - WEIGHT[b.severity];
  return weight === 0 ? CHECK_IDS.indexOf(a.id) - CHECK_IDS.indexOf(b.id) : weight;
}
