// Modem and control lines: their names, and the edges between two samples. Pure.

/** Input lines as the port sees them; `true` is asserted. */
export interface ModemLines {
  /** Clear to send. */
  readonly cts: boolean;
  /** Data set ready. */
  readonly dsr: boolean;
  /** Ring indicator. */
  readonly ri: boolean;
  /** Data carrier detect. */
  readonly dcd: boolean;
}

/** Output lines to set; an omitted line is left as it is. */
export interface ControlLines {
  /** Request to send. */
  readonly rts?: boolean | undefined;
  /** Data terminal ready. */
  readonly dtr?: boolean | undefined;
}

/** Name of an input line. */
export type ModemLine = keyof ModemLines;

/** One edge of one input line. */
export interface ModemLineChange {
  /** The line that changed. */
  readonly line: ModemLine;
  /** Its level after the edge; `true` is asserted. */
  readonly state: boolean;
  /** All lines at the sample in which the edge was found. */
  readonly lines: ModemLines;
}

/** Edges that the driver has counted on each line since it was loaded. */
export type ModemLineCounts = Readonly<Record<ModemLine, number>>;

/** The input lines, in the order in which changes are reported. */
export const MODEM_LINES: readonly ModemLine[] = ["cts", "dsr", "ri", "dcd"];

const MOST_EDGES_PER_SAMPLE = 1024;

/** The known levels and counts of the lines at one moment. */
export interface ModemLineSample {
  readonly lines: ModemLines;
  /** `undefined` where the driver does not count. */
  readonly counts: ModemLineCounts | undefined;
}

/** Edges of each line that were reported and that the driver had not counted yet. */
export type UncountedEdges = Record<ModemLine, number>;

/** The same number on each line: one where an edge from before the first sample may be counted after it. */
export function uncountedEdges(each: 0 | 1 = 0): UncountedEdges {
  return { cts: each, dsr: each, ri: each, dcd: each };
}

/**
 * Lists the edges between two samples.
 *
 * Where the driver counts edges, those that fell between the samples are reported too: each line
 * alternates, so a count and the two levels give the sequence. Some drivers count only one of the
 * two edges of RI; the number is rounded up to what the levels require. Others ask the chip for the
 * levels and count later: an edge that was reported already is not reported again when it is
 * counted.
 *
 * @param before Earlier sample.
 * @param after Later sample.
 * @param uncounted Edges reported before their count; brought up to date.
 * @returns Edges, line by line; at most 1024 a line, so that a broken counter cannot flood.
 */
export function modemLineEdges(
  before: ModemLineSample,
  after: ModemLineSample,
  uncounted: UncountedEdges = uncountedEdges(),
): ModemLineChange[] {
  const changes: ModemLineChange[] = [];
  for (const line of MODEM_LINES) {
    const differs = before.lines[line] !== after.lines[line];
    const counted = Math.max((after.counts?.[line] ?? 0) - (before.counts?.[line] ?? 0), 0);
    let edges = Math.min(Math.max(counted - uncounted[line], 0), MOST_EDGES_PER_SAMPLE);
    if (edges % 2 !== (differs ? 1 : 0)) edges += edges < MOST_EDGES_PER_SAMPLE ? 1 : -1;
    uncounted[line] = Math.max(uncounted[line] + edges - counted, 0);
    let state = before.lines[line];
    for (let edge = 0; edge < edges; edge++) {
      state = !state;
      changes.push({ line, state, lines: after.lines });
    }
  }
  return changes;
}
