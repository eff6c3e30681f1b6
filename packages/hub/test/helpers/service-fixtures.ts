// A snapshot of a hub, and a folder for one test.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import type { HubSnapshot, MemberSnapshot } from "@anyserial/hub";

/** A member in order, on which nothing has happened. */
const QUIET_MEMBER: MemberSnapshot = {
  name: "meter",
  kind: "port",
  role: "member",
  path: "/run/plant/meter/ttyS0",
  applicationOpen: false,
  pids: [],
  overflow: "drop-newest",
  whenAbsent: "discard",
  unreadBytes: 0,
  queuedBytes: 0,
  queuedMessages: 0,
  queueLimitBytes: 65_536,
  highWaterBytes: 0,
  in: { bytes: 0, messages: 0 },
  out: { bytes: 0, messages: 0 },
  dropped: { bytes: 0, messages: 0 },
  discarded: { bytes: 0, messages: 0 },
  faulted: { bytes: 0, messages: 0 },
  incomplete: { bytes: 0, messages: 0 },
  stalled: false,
  notReadForMs: 0,
  stalls: 0,
};

/** Makes a snapshot of a network `plant` with these members. */
export function snapshotOf(...members: readonly Partial<MemberSnapshot>[]): HubSnapshot {
  return {
    pid: 123,
    startedAt: 1_700_000_000_000,
    uptimeMs: 5000,
    networks: [
      {
        name: "plant",
        topology: "bus",
        framing: "line",
        paused: false,
        members: members.map((member) => ({ ...QUIET_MEMBER, ...member })),
      },
    ],
  };
}

/** Makes a folder that is gone with everything in it when the test is over. */
export function testFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "anyserial-hub-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
