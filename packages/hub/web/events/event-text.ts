// Events of the hub as sentences. Pure.

import type { PageEvent } from "../../src/page/wire.ts";
import { bytesText, countText } from "../parts/quantities.ts";
import type { ListedEvent } from "../state/event-list.ts";
import { durationText } from "../traffic/times.ts";
import { sharedText } from "./cluster-text.ts";

/** How bad an event is. */
export type EventTone = "bad" | "warning" | "good" | "plain";

const TONES: Readonly<Record<ListedEvent["type"], EventTone>> = {
  "member-open": "plain",
  "member-close": "plain",
  refused: "warning",
  warning: "warning",
  settings: "plain",
  stall: "bad",
  recover: "good",
  drop: "bad",
  "drop-total": "bad",
  disconnect: "bad",
  "rate-mismatch": "warning",
  "settings-refused": "bad",
  "member-error": "bad",
  "link-restored": "good",
  "member-restored": "good",
  error: "bad",
  reload: "plain",
  "cluster-up": "good",
  "cluster-down": "bad",
  "cluster-error": "bad",
  "cluster-name-taken": "bad",
  "hub-open": "plain",
  "hub-close": "plain",
  "hub-restart": "warning",
  gap: "bad",
  "link-drop": "bad",
  remote: "plain",
  missing: "warning",
};

export function toneOf({ type }: ListedEvent): EventTone {
  return TONES[type];
}

/** Whose event it is, as `network/member`; the hub's own have none. */
export function subjectOf(event: ListedEvent): string {
  return "member" in event ? `${event.network}/${event.member}` : "hub";
}

/** The event as a clause about its member. */
export function eventText(event: ListedEvent): string {
  switch (event.type) {
    case "missing":
      return `${countText(event.count)} events before this are missing: only the last ones are kept`;
    case "member-open":
      return `opened${event.peer === undefined ? "" : ` by ${event.peer}`}`;
    case "member-close":
      return `closed${event.reason === undefined ? "" : `: ${event.reason}`}`;
    case "refused":
      return `${event.count} clients refused: another one is served`;
    case "warning":
      return event.message;
    case "settings":
      return `set to ${event.settings.baudRate} baud${event.settings.raw ? "" : ", cooked"}`;
    case "rate-mismatch":
      return `${event.baudRate} baud, but ${event.other} has ${event.otherBaudRate}`;
    case "settings-refused":
    case "member-error":
    case "error":
      return event.error.message;
    case "link-restored":
      return "its link was removed, and is there again";
    case "member-restored":
      return "works again";
    case "reload":
      return reloadText(event);
    case "stall":
    case "recover":
    case "drop":
    case "drop-total":
    case "disconnect":
      return lossText(event);
    default:
      return sharedText(event);
  }
}

type Loss = Extract<
  PageEvent,
  { readonly type: "stall" | "recover" | "drop" | "drop-total" | "disconnect" }
>;

function lossText(event: Loss): string {
  switch (event.type) {
    case "stall":
      return `stalled: ${bytesText(event.queuedBytes)} wait, nothing is read`;
    case "recover":
      return `read again after ${durationText(event.stalledMs)}, ${bytesText(event.bytesLost)} lost`;
    case "drop":
      return `the queue is full: ${bytesText(event.bytes)} lost`;
    case "drop-total":
      return `${bytesText(event.bytes)} lost in ${durationText(event.durationMs)}`;
    default:
      return `hung up on: ${bytesText(event.bytesLost)} lost`;
  }
}

function reloadText({
  added,
  removed,
  replaced,
  changed,
}: Extract<PageEvent, { type: "reload" }>): string {
  const parts = Object.entries({ added, removed, replaced, changed })
    .filter(([, names]) => names.length > 0)
    .map(([what, names]) => `${what} ${names.join(", ")}`);
  return `configuration reloaded: ${parts.length === 0 ? "nothing changed" : parts.join("; ")}`;
}
