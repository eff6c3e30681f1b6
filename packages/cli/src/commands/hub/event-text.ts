// Events of a hub as sentences. Pure; the caller makes them safe for a terminal.

import type { ClusterEvent, HubEvent, TrafficCounts } from "@anyserial/hub";
import { formatDuration } from "../../options/duration.ts";
import { clusterText, isClusterEvent } from "./cluster-text.ts";
import { formatBytes } from "./quantities.ts";

/**
 * Describes an event in a sentence.
 *
 * @param event An event of the hub.
 * @returns A sentence without a full stop.
 */
export function eventText(event: HubEvent): string {
  if (event.type === "error") return event.error.message;
  if (event.type === "reload") return reloadText(event);
  if (isClusterEvent(event)) return clusterText(event);
  return `${event.network}/${event.member}: ${memberText(event)}`;
}

type MemberEvent = Exclude<Extract<HubEvent, { readonly member: string }>, ClusterEvent>;

function memberText(event: MemberEvent): string {
  switch (event.type) {
    case "member-open":
      return event.peer === undefined ? "opened" : `${event.peer} connected`;
    case "member-close":
      return closeText(event);
    case "refused":
      return refusedText(event);
    case "warning":
      return `warning: ${event.message}`;
    case "settings":
      return `set to ${settingsText(event)}`;
    case "settings-refused":
      return `refused the settings of ${event.of}: ${event.error.message}${hintOf(event.error)}`;
    case "stall":
      return `is not being read: ${formatBytes(event.queuedBytes)} wait, ${event.overflow}`;
    case "recover":
      return `is read again after ${formatDuration(event.stalledMs)}: ${recoveryText(event)}`;
    case "drop":
      return `loses data, its queue is full: ${lossText(event)} so far`;
    case "drop-total":
      return `has lost ${lossText(event)} within ${formatDuration(event.durationMs)}`;
    case "disconnect":
      return `disconnected, its queue was full: ${event.bytesLost} B lost`;
    case "rate-mismatch":
      return `${event.baudRate} baud, but ${event.other} has ${event.otherBaudRate}`;
    case "link-restored":
      return "its link had been removed, and was restored";
    case "member-restored":
      return "works again";
    default:
      return `${event.error.message}${event.willRetry ? "; it is tried again" : ""}${hintOf(event.error)}`;
  }
}

function closeText({ peer, reason }: Extract<HubEvent, { readonly type: "member-close" }>): string {
  const what = peer === undefined ? "closed" : `${peer} disconnected`;
  return reason === undefined ? what : `${what}: ${reason}`;
}

function refusedText(event: Extract<HubEvent, { readonly type: "refused" }>): string {
  const { peer, present, count } = event;
  const more = count > 1 ? ` (${count} clients within a second)` : "";
  return `refused ${peer ?? "a client"}: ${present ?? "another one"} is connected${more}`;
}

function hintOf(error: Error): string {
  const { hint } = error as { readonly hint?: unknown };
  return typeof hint === "string" ? `: hint: ${hint}` : "";
}

function settingsText({ settings }: Extract<HubEvent, { readonly type: "settings" }>): string {
  const { baudRate, dataBits, parity, stopBits, flowControl = "none", raw, echo } = settings;
  const frame = `${dataBits}${parity.slice(0, 1).toUpperCase()}${stopBits}`;
  const flow = flowControl === "none" ? "" : `, ${flowControl} flow control`;
  return `${baudRate} baud ${frame}${flow}, ${raw ? "raw" : "cooked"}${echo ? ", echo" : ""}`;
}

function recoveryText({
  bytesLost: bytes,
  messagesLost: messages,
}: Extract<HubEvent, { readonly type: "recover" }>): string {
  return bytes === 0 ? "nothing lost" : `${lossText({ bytes, messages })} lost`;
}

/** Exact, so that a log can be compared with the counters. */
function lossText({ bytes, messages }: TrafficCounts): string {
  return `${bytes} B in ${countOf(messages, "message")}`;
}

/** A number with its noun. */
function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/**
 * Describes the changes of a reload.
 *
 * @param report Members that it touched.
 * @returns A sentence without a full stop.
 */
export function reloadText(report: {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly replaced: readonly string[];
  readonly changed: readonly string[];
  readonly kept: readonly string[];
}): string {
  const { added, removed, replaced, changed, kept } = report;
  const parts = Object.entries({ added, removed, replaced, changed })
    .filter(([, members]) => members.length > 0)
    .map(([what, members]) => `${what} ${members.join(" ")}`);
  return `reloaded: ${[...parts, `${countOf(kept.length, "member")} unchanged`].join(", ")}`;
}
