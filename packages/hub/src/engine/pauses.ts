// Pauses of members before they retry.

import type { Pauses } from "./backoff.ts";

export interface MemberPauses {
  /**
   * Before a member is opened again after a failed call: at once, with growing pauses if it keeps
   * failing.
   */
  readonly renewal: Pauses;
  /** Before a port that has no pty asks for one again. */
  readonly replacement: Pauses;
  /** Before a member that could not be opened at the start is tried again. */
  readonly opening: Pauses;
}

/** The pauses of a hub. */
export const MEMBER_PAUSES: MemberPauses = {
  renewal: { firstMs: 0, secondMs: 100, longestMs: 5000, stableMs: 10_000 },
  replacement: { firstMs: 100, secondMs: 200, longestMs: 5000, stableMs: 10_000 },
  opening: { firstMs: 1000, secondMs: 2000, longestMs: 60_000, stableMs: 60_000 },
};
