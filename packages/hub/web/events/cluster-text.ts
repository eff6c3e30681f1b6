// Events of the hubs that share networks, as sentences. Pure.

import type { PageEvent } from "../../src/page/wire.ts";
import { bytesText, countText } from "../parts/quantities.ts";

/** Events of no member of this hub. */
export type SharedEvent = Extract<
  PageEvent,
  {
    readonly type:
      | "cluster-up"
      | "cluster-down"
      | "cluster-error"
      | "cluster-name-taken"
      | "hub-open"
      | "hub-close"
      | "hub-restart"
      | "gap"
      | "link-drop"
      | "remote";
  }
>;

/** The event as a clause about its subject. */
export function sharedText(event: SharedEvent): string {
  switch (event.type) {
    case "cluster-up":
      return `connected to the cluster by ${event.server}`;
    case "cluster-down":
      return "cut off from the cluster: it is tried again";
    case "cluster-error":
      return event.error.message;
    case "cluster-name-taken":
      return `its name is taken in the cluster by ${event.holder}`;
    case "hub-open":
      return `hub ${event.hub} came`;
    case "hub-close":
      return `hub ${event.hub} left`;
    case "hub-restart":
      return `hub ${event.hub} was started again`;
    case "gap":
      return `${countText(event.messages)} messages of hub ${event.hub} are missing`;
    case "link-drop":
      return `${bytesText(event.bytes)} were not sent to other hubs`;
    default:
      return `${event.event.type} on hub ${event.hub}`;
  }
}
