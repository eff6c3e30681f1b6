// Which processes have a device open: read from /proc. A process of another user is not seen unless
// this one is root.

import { listOpenFiles, processName } from "anyserial/internal";
import type { MemberProcess } from "../model/types.ts";
import { clockMs } from "../process/timers.ts";

/** A result is reused for this many times the time that it took to find. */
const PAUSE_PER_SEARCH = 100;
const SHORTEST_PAUSE_MS = 250;

/**
 * Programs that have a device open. Arrivals and departures are events, but not that a second
 * program opened a port, or that a child has it in place of its parent. So a query reads /proc
 * again, within one percent of the time.
 */
export class Holders {
  #found: ReadonlyMap<string, readonly MemberProcess[]> = new Map();
  #usableUntil = Number.NEGATIVE_INFINITY;

  /** @param devices Device nodes. @returns Who has them open, by device; this process is left out. */
  of(devices: readonly string[]): ReadonlyMap<string, readonly MemberProcess[]> {
    const startedAt = clockMs();
    if (startedAt < this.#usableUntil) return this.#found;
    this.#found = findHolders(new Set(devices));
    const now = clockMs();
    this.#usableUntil = now + Math.max(SHORTEST_PAUSE_MS, PAUSE_PER_SEARCH * (now - startedAt));
    return this.#found;
  }

  /** An application came or left: the cached result is out of date. */
  invalidate(): void {
    this.#usableUntil = Number.NEGATIVE_INFINITY;
  }
}

/**
 * Searches all processes, once for all devices.
 *
 * @param devices Device nodes.
 * @returns Processes that have them open, by device; this process is left out.
 */
function findHolders(devices: ReadonlySet<string>): Map<string, MemberProcess[]> {
  const holders = new Map<string, MemberProcess[]>();
  if (devices.size === 0) return holders;
  for (const { pid, files } of listOpenFiles()) {
    const open = new Set([...files.values()].filter((file) => devices.has(file)));
    for (const device of open) {
      const found = holders.get(device) ?? [];
      found.push({ pid, name: processName(pid) });
      holders.set(device, found);
    }
  }
  return holders;
}
