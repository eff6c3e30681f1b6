// The state of a running hub, as JSON: the engine's snapshot with the service's fields.

import type { HubSnapshot } from "./types.ts";

/** State of the recording. */
export interface CaptureStatus {
  /** Path of the current file. */
  readonly file: string;
  /** Nothing failed. */
  readonly recording: boolean;
  /** Number of packets that were not recorded since the last that was: the disk is too slow. */
  readonly lostPackets: number;
  /** Why it ended. */
  readonly error?: string | undefined;
}

/** Losses of a service's log. */
export interface LogStatus {
  /** Number of lines that were lost since the start. */
  readonly lostLines: number;
  /** Why lines are being lost now. */
  readonly error?: string | undefined;
}

/** State of a hub service. */
export interface HubStatus extends HubSnapshot {
  /** Configuration file, absolute. */
  readonly file: string;
  readonly capture?: CaptureStatus | undefined;
  /** Only where lines of the log were lost. */
  readonly log?: LogStatus | undefined;
  /** Address of the HTTP server, as `http://127.0.0.1:7070`. */
  readonly http?: string | undefined;
}

/** Health as one word and the reason. */
export interface Health {
  /** Every member is in order and none has stalled. */
  readonly ok: boolean;
  /** Members that stalled or failed, as `network/member: what`. */
  readonly problems: readonly string[];
}

/**
 * Sums a snapshot up.
 *
 * @param snapshot State of a hub.
 * @returns Stalled and failed members, if any.
 */
export function healthOf(snapshot: HubSnapshot): Health {
  const problems: string[] = [];
  for (const { name: network, members } of snapshot.networks) {
    for (const { name, error, link, follows, stalled } of members) {
      if (error !== undefined) problems.push(`${network}/${name}: ${error}`);
      else if (link === "missing") problems.push(`${network}/${name}: its link is missing`);
      else if (link === "taken") problems.push(`${network}/${name}: its path is in use`);
      else if (follows?.refused !== undefined)
        problems.push(`${network}/${name}: ${follows.refused}`);
      else if (stalled) problems.push(`${network}/${name}: stalled`);
    }
  }
  return { ok: problems.length === 0, problems };
}
