// Types of a network over several hubs: its events and its state. Types only: plain JSON values,
// sizes in bytes, times in milliseconds.

import type {
  FramingKind,
  MemberKind,
  MemberRole,
  Topology,
  TrafficCounts,
} from "./basic-types.ts";
import type { Sharing } from "./cluster-config-types.ts";

/** An event of a member on another hub: its type there, and those of its fields that are plain values. */
export interface RemoteMemberEvent {
  readonly type: string;
  readonly [field: string]: string | number | boolean | undefined;
}

/** Something about the cluster that an operator would want to know. Never one per message. */
export type ClusterEvent = {
  /** When, in milliseconds since 1970. */
  readonly time: number;
} & (
  | {
      /** The hub is connected to a server and has its name. */
      readonly type: "cluster-up";
      readonly server: string;
    }
  /** The connection is lost, or the name is; it is tried again. */
  | { readonly type: "cluster-down" }
  /** Something failed. The same failure is reported once. */
  | { readonly type: "cluster-error"; readonly error: Error }
  /** Another hub has the name of this one: nothing is sent or received until it is gone. */
  | {
      readonly type: "cluster-name-taken";
      /** Where the other one is, as `host, process 4711`. */
      readonly holder: string;
    }
  /** Another hub came, or left. */
  | { readonly type: "hub-open" | "hub-close"; readonly hub: string }
  /** Messages of another hub that will not be passed on: exactly these. */
  | {
      readonly type: "gap";
      readonly network: string;
      readonly hub: string;
      readonly messages: number;
      /** Number of the first one that is missing, since the start of the other hub. */
      readonly from: number;
      /** Number of the last one that is missing. */
      readonly to: number;
    }
  /** Another hub was started again: messages that its former start had not sent yet are lost, uncounted. */
  | {
      readonly type: "hub-restart";
      readonly network: string;
      readonly hub: string;
      /** The last message of the former start that was received or is known to be missing. */
      readonly lastSequence: number;
    }
  /** Messages of this hub that were not sent to the others: all those of a burst. */
  | {
      readonly type: "link-drop";
      readonly network: string;
      readonly bytes: number;
      readonly messages: number;
      readonly durationMs: number;
    }
  /** An event of a member on another hub. */
  | {
      readonly type: "remote";
      readonly network: string;
      readonly hub: string;
      readonly member: string;
      readonly event: RemoteMemberEvent;
    }
);

/** A member on another hub. */
export interface RemoteMember {
  readonly name: string;
  readonly kind: MemberKind;
  readonly role: MemberRole;
  readonly open: boolean;
  readonly stalled: boolean;
}

/** A network as another hub has it. */
export interface RemoteNetwork {
  readonly name: string;
  readonly shared: Sharing;
  readonly order: "sender" | "total";
  readonly topology: Topology;
  readonly framing: FramingKind;
  readonly members: readonly RemoteMember[];
}

/** Another hub, as it describes itself. */
export interface RemoteHub {
  readonly name: string;
  /** Name of its machine. */
  readonly host: string;
  readonly pid: number;
  /** Milliseconds since 1970, by its own clock. */
  readonly startedAt: number;
  readonly networks: readonly RemoteNetwork[];
}

/** State of a shared network's way to the other hubs, as JSON. */
export interface LinkSnapshot {
  readonly network: string;
  readonly shared: Sharing;
  readonly order: "sender" | "total";
  /** Messages can be sent and received now. */
  readonly up: boolean;
  /** To the other hubs. */
  readonly out: TrafficCounts;
  /** From the other hubs. */
  readonly in: TrafficCounts;
  /** Not sent to the other hubs: it was cut off, or the spool was full. */
  readonly dropped: TrafficCounts;
  /** Messages of other hubs that are known to be missing. */
  readonly missingMessages: number;
  /** Messages that came more than once, and were passed on once. */
  readonly duplicateMessages: number;
  /** Bytes that were no message of a hub. */
  readonly invalidMessages: number;
  /** Not yet known to be stored; 0 for `live`. */
  readonly spoolBytes: number;
  readonly spoolMessages: number;
  readonly spoolLimitBytes: number;
}

/** State of the connection to the other hubs, as JSON. */
export interface ClusterSnapshot {
  readonly name: string;
  /** Connected, and the name is its own. */
  readonly up: boolean;
  /** Address of the server. */
  readonly server?: string | undefined;
  /** To the server and back; `undefined` while it is not known. */
  readonly roundTripMs?: number | undefined;
  /** Why it is not up. */
  readonly error?: string | undefined;
  readonly links: readonly LinkSnapshot[];
  /** The other hubs. */
  readonly hubs: readonly RemoteHub[];
}
