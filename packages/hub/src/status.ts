// What a running hub says about itself, as JSON: the engine's snapshot with what the service adds.

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

/** State of a hub service. */
export interface HubStatus extends HubSnapshot {
  /** Configuration file, absolute. */
  readonly file: string;
  readonly capture?: CaptureStatus | undefined;
  /** Address of the HTTP server, as `http://127.0.0.1:7070`. */
  readonly http?: string | undefined;
}

/** Health as one word and the reason. */
export interface Health {
  /** Every member is in order and nobody has stalled. */
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
    for (const { name, error, stalled } of members) {
      if (error !== undefined) problems.push(`${network}/${name}: ${error}`);
      else if (stalled) problems.push(`${network}/${name}: stalled`);
    }
  }
  return { ok: problems.length === 0, problems };
}
