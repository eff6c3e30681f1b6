// Sends the recorded messages again, in the rhythm in which they came.

import type { CaptureRecord } from "./reader.ts";

/** Longest that a timer can wait, in milliseconds. */
const TIMER_MAX_MS = 0x7fff_ffff;

/** Where a replay sends: `Hub.inject()`, or the same through a control socket. */
export type Inject = (network: string, member: string, bytes: Uint8Array) => Promise<void>;

/** Options of {@link replay}. */
export interface ReplayOptions {
  /** Where to send. */
  readonly inject: Inject;
  /** Factor: how much faster than it was recorded; `Infinity` does not wait at all. @defaultValue 1 */
  readonly speed?: number | undefined;
  /** Network to send into. @defaultValue the one that was recorded */
  readonly network?: string | undefined;
  /** Members whose messages are sent; all by default. */
  readonly members?: readonly string[] | undefined;
  /** Stops. */
  readonly signal?: AbortSignal | undefined;
  /** Time in milliseconds and waiting, for tests. */
  readonly clock?: ReplayClock | undefined;
}

/** Time, as a replay needs it. */
export interface ReplayClock {
  /** Milliseconds since any moment. */
  now(): number;
  /**
   * Waits.
   *
   * @param delayMs How long, in milliseconds.
   * @throws `signal.reason` — the signal is aborted.
   */
  wait(delayMs: number, signal: AbortSignal | undefined): Promise<void>;
}

/** What a replay did. */
export interface ReplayReport {
  /** Number of messages. */
  readonly messages: number;
  /** Number of bytes in them. */
  readonly bytes: number;
}

/**
 * Replays what members sent; what they received follows from it.
 *
 * @param records Packets of a capture, in order.
 * @param options Where to, and how fast.
 * @returns What was sent.
 * @throws `signal.reason` — the signal is aborted; and what `inject` throws.
 */
export async function replay(
  records: AsyncIterable<CaptureRecord>,
  options: ReplayOptions,
): Promise<ReplayReport> {
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
  now: () => performance.now(),
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
