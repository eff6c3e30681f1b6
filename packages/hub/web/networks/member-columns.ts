// The columns of the members' table. Pure.

import type { MemberSnapshot } from "../../src/model/types.ts";
import { bytesText, countText, rateText } from "../parts/quantities.ts";
import type { Rates } from "../state/rate-history.ts";
import { applicationText, settingsText, stateOf, stateText } from "./member-state.ts";

/** One row of the table. */
export interface MemberRow {
  readonly network: string;
  readonly member: MemberSnapshot;
  readonly rates: Rates;
}

export interface Column {
  readonly title: string;
  readonly isNumber?: boolean;
  readonly text: (row: MemberRow) => string;
  /** What rows are sorted by; the text, if it is left out. */
  readonly value?: (row: MemberRow) => number;
}

export const COLUMNS: readonly Column[] = [
  { title: "Member", text: ({ network, member }) => `${network}/${member.name}` },
  {
    title: "State",
    text: ({ member }) => (stateOf(member) === "absent" ? "absent" : stateText(member)),
  },
  {
    title: "Sends",
    isNumber: true,
    text: ({ rates }) => rateText(rates.sent),
    value: ({ rates }) => rates.sent,
  },
  {
    title: "Receives",
    isNumber: true,
    text: ({ rates }) => rateText(rates.received),
    value: ({ rates }) => rates.received,
  },
  {
    title: "Last minute",
    text: () => "",
    value: ({ rates }) => rates.history.reduce((sum, rate) => sum + rate, 0),
  },
  {
    title: "Queue",
    text: ({ member }) => bytesText(member.queuedBytes),
    value: ({ member }) => member.queuedBytes / member.queueLimitBytes,
  },
  {
    title: "Lost",
    isNumber: true,
    text: ({ member }) => bytesText(member.dropped.bytes),
    value: ({ member }) => member.dropped.bytes,
  },
  {
    title: "Stalls",
    isNumber: true,
    text: ({ member }) => countText(member.stalls),
    value: ({ member }) => member.stalls,
  },
  { title: "Application", text: ({ member }) => applicationText(member) },
  { title: "Settings", text: ({ member }) => settingsText(member) },
  { title: "Path", text: ({ member }) => member.path },
];

/** Sorts and filters rows. */
export function arrange(
  rows: readonly MemberRow[],
  { search, column, isDown }: { search: string; column: number; isDown: boolean },
): readonly MemberRow[] {
  const wanted = search.toLowerCase();
  const found = rows.filter((row) =>
    COLUMNS.some(({ text }) => text(row).toLowerCase().includes(wanted)),
  );
  const by = COLUMNS[column];
  if (by === undefined) return found;
  const sign = isDown ? -1 : 1;
  return found.sort((a, b) => {
    if (by.value !== undefined) return sign * (by.value(a) - by.value(b));
    return sign * by.text(a).localeCompare(by.text(b), "en", { numeric: true });
  });
}
