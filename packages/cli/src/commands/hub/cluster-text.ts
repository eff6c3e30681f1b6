// Events of a cluster as sentences. Pure; the caller makes them safe for a terminal.

import type { ClusterEvent, HubEvent, RemoteMemberEvent } from "@anyserial/hub";
import { formatDuration } from "../../options/duration.ts";

const TYPES: Readonly<Record<ClusterEvent["type"], true>> = {
  "cluster-up": true,
  "cluster-down": true,
  "cluster-error": true,
  "cluster-name-taken": true,
  "hub-open": true,
  "hub-close": true,
  gap: true,
  "hub-restart": true,
  "link-drop": true,
  remote: true,
};

/** Returns whether an event is about the cluster. */
export function isClusterEvent(event: HubEvent): event is ClusterEvent {
  return Object.hasOwn(TYPES, event.type);
}

/**
 * Describes an event in a sentence.
 *
 * @param event An event of the cluster.
 * @returns A sentence without a full stop.
 */
export function clusterText(event: ClusterEvent): string {
  switch (event.type) {
    case "cluster-up":
      return `connected to the cluster by ${event.server}`;
    case "cluster-down":
      return "cut off from the cluster: it is tried again";
    case "cluster-error":
      return errorText(event.error);
    case "cluster-name-taken":
      return `its name is taken in the cluster: ${event.holder}: nothing is shared until that hub is gone`;
    case "hub-open":
      return `hub ${event.hub} is there`;
    case "hub-close":
      return `hub ${event.hub} is gone`;
    case "gap":
      return gapText(event);
    case "hub-restart":
      return `${event.network}: hub ${event.hub} was started again: messages after its number ${event.lastSequence} may be lost`;
    case "link-drop":
      return `${event.network}: not sent to the other hubs: ${event.bytes} B in ${event.messages} messages within ${formatDuration(event.durationMs)}`;
    default:
      return `${event.network}/${event.member}: ${remoteText(event.event)}`;
  }
}

function gapText({
  network,
  hub,
  messages,
  from,
  to,
}: Extract<ClusterEvent, { type: "gap" }>): string {
  const which = from === to ? `number ${from}` : `numbers ${from} to ${to}`;
  return `${network}: ${messages} message${messages === 1 ? "" : "s"} of hub ${hub} lost: ${which}`;
}

function errorText(error: Error): string {
  const { hint } = error as { readonly hint?: unknown };
  return typeof hint === "string" ? `${error.message}: hint: ${hint}` : error.message;
}

/** Describes an event as the other hub sent it. */
function remoteText({ type, ...fields }: RemoteMemberEvent): string {
  const parts = Object.entries(fields).map(([name, value]) => `${name} ${value}`);
  return parts.length === 0 ? type : `${type}: ${parts.join(", ")}`;
}
