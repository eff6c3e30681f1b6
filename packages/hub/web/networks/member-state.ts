// The state of a member as one word. Pure.

import type { MemberSnapshot } from "../../src/model/types.ts";

export type MemberState = "stalled" | "failed" | "open" | "absent";

export function stateOf({ error, stalled, link, applicationOpen }: MemberSnapshot): MemberState {
  if (error !== undefined || link === "missing" || link === "taken") return "failed";
  if (stalled) return "stalled";
  return applicationOpen ? "open" : "absent";
}

/** The state with its reason. */
export function stateText(member: MemberSnapshot): string {
  const { error, link, notReadForMs } = member;
  if (error !== undefined) return error;
  if (link === "missing") return "its link is missing";
  if (link === "taken") return "another program has its path";
  if (member.stalled) return `not read for ${Math.round(notReadForMs / 1000)} s`;
  return member.applicationOpen ? "open" : "no application";
}

/** As `9600 8N1`. */
export function settingsText({ settings }: MemberSnapshot): string {
  if (settings === undefined) return "";
  const { baudRate, dataBits, parity, stopBits, raw } = settings;
  const letter = parity.charAt(0).toUpperCase();
  return `${baudRate} ${dataBits}${letter}${stopBits}${raw ? "" : " cooked"}`;
}

/** As `picocom 1234`. */
export function applicationText({ pids, peer }: MemberSnapshot): string {
  const programs = pids.map(({ name, pid }) => `${name} ${pid}`);
  return [...programs, ...(peer === undefined ? [] : [peer])].join(", ");
}
