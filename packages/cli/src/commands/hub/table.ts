// The state of a hub as lines of a table. Pure; whatever an application could have chosen, the name of its
// program for one, is made safe for the terminal.

import type { HubSnapshot, MemberSnapshot, NetworkSnapshot } from "@anyserial/hub";
import { formatDuration } from "../../options/duration.ts";
import { oneLine } from "../../text/printable.ts";
import { formatBar, formatBytes, formatUptime } from "./quantities.ts";
import type { Rates } from "./rates.ts";

const BAR_WIDTH = 10;
const NAME_WIDTH_MIN = 8;
const NAME_WIDTH_MAX = 20;
const OPEN_WIDTH = 20;

/** Content of the table. */
export interface TableView {
  readonly snapshot: HubSnapshot;
  /** Without it there are no rates. */
  readonly rates?: Rates | undefined;
  /** Shown in the first line. */
  readonly title: string;
}

/** Columns of the numbers, all right-aligned. */
const NUMBERS = ["IN/s", "OUT/s", "IN", "OUT"] as const;

/**
 * Draws the table.
 *
 * @param view State and rates.
 * @returns Lines without line ends, not cut to any width.
 */
export function drawTable({ snapshot, rates, title }: TableView): readonly string[] {
  const uptime = formatUptime(snapshot.uptimeMs);
  const lines = [`${oneLine(title)}   pid ${snapshot.pid}   up ${uptime}`];
  const nameWidth = widthOfNames(snapshot);
  for (const network of snapshot.networks) {
    lines.push("", networkLine(network), headLine(nameWidth));
    for (const member of network.members) {
      lines.push(memberLine(member, { nameWidth, network: network.name, rates }));
    }
  }
  return lines;
}

function networkLine({ name, topology, framing, paused }: NetworkSnapshot): string {
  const pause = paused ? "   PAUSED: senders wait for a reader" : "";
  return `${oneLine(name)}   ${topology}, ${framing}${pause}`;
}

function headLine(nameWidth: number): string {
  const numbers = NUMBERS.map((name) => name.padStart(7)).join(" ");
  const queue = "QUEUE".padEnd(BAR_WIDTH + 8);
  const open = "OPEN".padEnd(OPEN_WIDTH);
  return `  ${"MEMBER".padEnd(nameWidth)} ${open}${numbers}  ${queue} DROPPED STALLS  PATH`;
}

interface Row {
  readonly nameWidth: number;
  readonly network: string;
  readonly rates: Rates | undefined;
}

function memberLine(member: MemberSnapshot, { nameWidth, network, rates }: Row): string {
  const { inPerSecond, outPerSecond } = rates?.of(network, member.name) ?? {};
  const numbers = [inPerSecond, outPerSecond, member.in.bytes, member.out.bytes]
    .map((bytes) => (bytes === undefined ? "-" : formatBytes(bytes)).padStart(7))
    .join(" ");
  const share = member.queuedBytes / member.queueLimitBytes;
  const queue = `${formatBar(share, BAR_WIDTH)} ${formatBytes(member.queuedBytes).padEnd(7)}`;
  const dropped = formatBytes(member.dropped.bytes).padStart(7);
  const stalls = String(member.stalls).padStart(6);
  const name = fit(oneLine(member.name), nameWidth);
  const who = fit(openText(member), OPEN_WIDTH - 1);
  const rest = `${oneLine(member.path)}${peersText(member)}${lineText(member)}${trouble(member)}`;
  return `  ${name} ${who} ${numbers}  ${queue} ${dropped} ${stalls}  ${rest}`;
}

function openText({ applicationOpen, pids }: MemberSnapshot): string {
  if (!applicationOpen) return "-";
  const [first, ...more] = pids;
  if (first === undefined) return "open";
  const others = more.length === 0 ? "" : ` +${more.length}`;
  return `${oneLine(first.name).slice(0, 10)} ${first.pid}${others}`;
}

function peersText({ peer, clients = [] }: MemberSnapshot): string {
  if (peer === undefined) return "";
  const more = clients.length > 1 ? ` +${clients.length - 1}` : "";
  return `   peer ${oneLine(peer)}${more}`;
}

/** The member that the port follows, and the asserted lines. */
function lineText({ follows, lines }: MemberSnapshot): string {
  const followed = follows === undefined ? "" : `   follows ${follows.member}`;
  if (lines === undefined) return followed;
  const asserted = Object.entries(lines).filter(([, level]) => level);
  const names = asserted.map(([name]) => name.toUpperCase());
  return `${followed}   ${names.length === 0 ? "no line on" : names.join(" ")}`;
}

function trouble(member: MemberSnapshot): string {
  if (member.error !== undefined) return `   FAILED: ${oneLine(member.error)}`;
  if (member.link === "missing") return "   MISSING: the link is not there";
  if (member.link === "taken") return "   TAKEN: another file is at the path";
  if (member.follows?.refused !== undefined)
    return `   REFUSED: ${oneLine(member.follows.refused)}`;
  if (!member.stalled) return "";
  return `   STALLED: not read for ${formatDuration(member.notReadForMs)}`;
}

function widthOfNames({ networks }: HubSnapshot): number {
  const lengths = networks.flatMap(({ members }) => members.map(({ name }) => name.length));
  return Math.min(NAME_WIDTH_MAX, Math.max(NAME_WIDTH_MIN, ...lengths));
}

function fit(text: string, width: number): string {
  return text.length <= width ? text.padEnd(width) : `${text.slice(0, width - 1)}…`;
}
