// Sends the recorded messages again, in the rhythm in which they came.

import { clearTimeout, clockMs, setTimeout } from "../process/timers.ts";
import { checkReplay } from "./check-options.ts";
import type { ReplayClock, ReplayOptions } from "./options.ts";
import type { CaptureRecord } from "./reader.ts";

/** Longest that a timer can wait, in milliseconds. */
const TIMER_MAX_MS = 0x7fff_ffff;

/** Result of a replay. */
export interface ReplayReport {
  /** Number of messages. */
  readonly messages: number;
  /** Number of bytes in them. */
  readonly bytes: number;
}

/**
 * Replays the messages that members sent; the hub forwards them to the receivers again.
 *
 * @param records Packets of a capture, in order.
 * @param options Where to, and how fast.
 * @returns Counts of the replayed messages.
 * @throws `signal.reason` — the signal is aborted; and errors of `inject`.
 */
export async function replay(
  records: AsyncIterable<CaptureRecord>,
  options: ReplayOptions,
): Promise<ReplayReport> {
  checkReplay(records, options);
  const { inject, members, speed = 1, signal, clock = REAL_CLOCK } = options;
  const startedAt = clock.now();
  const report = { messages: 0, bytes: 0 };
  let firstNs: bigint | undefined;
  for await (const record of records) {
    signal?.throwIfAborted();
    const [network = "", member = ""] = splitSource(record.source);
    const isWanted = members === undefined || members.includes(member);
    if (record.event !== "received" || !isWanted) continue;
    firstNs ??= record.timestampNs;
    const dueMs = Number(record.timestampNs - firstNs) / 1e6 / speed;
    const delayMs = dueMs - (clock.now() - startedAt);
    if (delayMs >= 1) await clock.wait(Math.min(delayMs, TIMER_MAX_MS), signal);
    await inject(options.network ?? network, member, record.bytes);
    report.messages++;
    report.bytes += record.bytes.length;
  }
  return report;
}

/** A network's name has no slash. */
function splitSource(source: string): readonly string[] {
  const at = source.indexOf("/");
  return at === -1 ? ["", source] : [source.slice(0, at), source.slice(at + 1)];
}

const REAL_CLOCK: ReplayClock = {
  now: () => clockMs(),
  wait: (delayMs, signal) =>
    new Promise((resolve, reject) => {
      const stop = (): void => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener("abort", stop);
        resolve();
      }, delayMs);
      signal?.addEventListener("abort", stop, { once: true });
    }),
};
