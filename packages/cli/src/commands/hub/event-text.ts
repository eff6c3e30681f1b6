// What happens in a hub, in one sentence for people. Pure; the caller makes it safe for a terminal.

import type { HubEvent } from "@anyserial/hub";
import { formatDuration } from "../../duration.ts";
import { formatBytes } from "./quantities.ts";

/**
 * Words an event.
 *
 * @param event What happened.
 * @returns A sentence without a full stop.
 */
export function eventText(event: HubEvent): string {
  if (event.type === "error") return event.error.message;
  if (event.type === "reload") return reloadText(event);
  return `${event.network}/${event.member}: ${memberText(event)}`;
}

type MemberEvent = Extract<HubEvent, { readonly member: string }>;

function memberText(event: MemberEvent): string {
  switch (event.type) {
    case "member-open":
      return "opened";
    case "member-close":
      return "closed";
    case "settings":
      return `set to ${settingsText(event)}`;
    case "stall":
      return `is not being read: ${formatBytes(event.queuedBytes)} wait, ${event.overflow}`;
    case "recover":
      return `is read again after ${formatDuration(event.stalledMs)}: ${lossText(event)}`;
    case "drop":
      return `its queue is full: ${formatBytes(event.bytes)} in ${event.messages} messages lost`;
    case "disconnect":
      return `hung up on, its queue was full: ${formatBytes(event.bytesLost)} lost`;
    case "rate-mismatch":
      return `${event.baudRate} baud, but ${event.other} has ${event.otherBaudRate}`;
    default:
      return `${event.error.message}${event.willRetry ? "; it is tried again" : ""}`;
  }
}

function settingsText({ settings }: Extract<HubEvent, { readonly type: "settings" }>): string {
  const { baudRate, dataBits, parity, stopBits, raw, echo } = settings;
  const frame = `${dataBits}${parity.slice(0, 1).toUpperCase()}${stopBits}`;
  return `${baudRate} baud ${frame}, ${raw ? "raw" : "cooked"}${echo ? ", echo" : ""}`;
}

function lossText({ bytesLost, messagesLost }: Extract<HubEvent, { readonly type: "recover" }>) {
  if (bytesLost === 0) return "nothing lost";
  return `${formatBytes(bytesLost)} in ${messagesLost} messages lost`;
}

/**
 * Words what a reload changed.
 *
 * @param report Members that it touched.
 * @returns A sentence without a full stop.
 */
export function reloadText(report: {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly replaced: readonly string[];
  readonly kept: readonly string[];
}): string {
  const { added, removed, replaced, kept } = report;
  const parts = Object.entries({ added, removed, replaced })
    .filter(([, members]) => members.length > 0)
    .map(([what, members]) => `${what} ${members.join(" ")}`);
  return `reloaded: ${[...parts, `${kept.length} members unchanged`].join(", ")}`;
}
