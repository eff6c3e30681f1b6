// Messages between a page and its hub: types only, plain JSON, shared with `web/`.
//
// The hub sends server-sent events: `hello`, `status`, `traffic` and `events`. The id of an event is a
// {@link Position} as text; a page that connects again names the last one and misses nothing, or is
// given the number of what it missed.

import type { ErrorReport } from "../control/error-report.ts";
import type { CaptureStatus, HubStatus } from "../model/status.ts";
import type { HubEvent, TrafficDirection } from "../model/types.ts";

/** The first event of a stream. */
export interface Hello {
  /** False where the stream goes on behind the position that the page named. */
  readonly fresh: boolean;
  /** Requests that change state are possible: the hub has a token. */
  readonly writable: boolean;
}

/** State of the hub, about once a second. */
export interface PageStatus extends HubStatus {
  /** The recording that a page has started. */
  readonly recording?: CaptureStatus | undefined;
}

/** One message: number, milliseconds since 1970, index of its place, direction, length, bytes in base64. */
type TrafficItem = readonly [
  seq: number,
  time: number,
  place: number,
  direction: TrafficDirection,
  length: number,
  base64: string,
];

/** Messages since the batch before. */
export interface TrafficBatch {
  /** Number of the last message that the batch covers; every message of the hub has a number. */
  readonly to: number;
  /** Messages that were left out because there were too many. */
  readonly sampled: number;
  /** Messages that passed while the page did not read, and are gone. */
  readonly lost: number;
  /** Names of places that the page does not know yet, as `[network, member]`, from this index on. */
  readonly places: readonly [from: number, names: readonly (readonly [string, string])[]];
  readonly items: readonly TrafficItem[];
}

/** An event of the hub, its errors as JSON. */
export type PageEvent = HubEvent extends infer E
  ? E extends { readonly error: Error }
    ? Omit<E, "error"> & { readonly error: ErrorReport }
    : E
  : never;

/** Events since the batch before. */
export interface EventBatch {
  /** Events that are gone. */
  readonly lost: number;
  readonly events: readonly PageEvent[];
}

/** Answer to `GET config`. */
export interface PageConfig {
  readonly file: string;
  /** The configuration in force, as YAML. */
  readonly inForce: string;
  /** The file as it is now; `undefined` when it cannot be read. */
  readonly text?: string | undefined;
}

/** A file of a recording. */
export interface CaptureEntry {
  readonly name: string;
  readonly bytes: number;
  /** Last change, in milliseconds since 1970. */
  readonly modified: number;
}

/** Body of `POST send`. */
export interface SendRequest {
  readonly network: string;
  readonly member: string;
  readonly base64: string;
}

/** Body of `POST lines`: lines that are left out stay as they are. */
export interface LinesRequest {
  readonly network: string;
  readonly member: string;
  readonly dtr?: boolean | undefined;
  readonly rts?: boolean | undefined;
  readonly breakMs?: number | undefined;
}

/** Body of `POST record`. */
export interface RecordRequest {
  readonly on: boolean;
  /** Part of the file's name, for people. */
  readonly name?: string | undefined;
}
