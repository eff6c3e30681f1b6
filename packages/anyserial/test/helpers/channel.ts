// The bytes of a channel as promises, for tests below io/.

import { type BlockingChannel, type Channel, READ, WRITE } from "../../dist/backend/channel.js";
import { keepAlive, letEnd } from "../../dist/backend/keep-alive.js";
import { tryUntil } from "../../dist/io/blocking.js";
import { clockMs } from "../../dist/process/timers.js";

/** Reads what is there, or waits for it. */
export function readInto(port: Channel, into: Uint8Array): Promise<number> {
  return until(port, READ, () => port.tryRead(into));
}

/** Writes what there is room for, or waits for some. */
export function writeSome(port: Channel, data: Uint8Array): Promise<number> {
  return until(port, WRITE, () => port.tryWrite(data));
}

/** Reads, and blocks for so many milliseconds. */
export function readBlocking(port: BlockingChannel, into: Uint8Array, timeoutMs: number): number {
  const deadline = clockMs() + timeoutMs;
  return tryUntil(port, READ, { attempt: () => port.tryRead(into), deadline });
}

/** Writes, and blocks for so many milliseconds. */
export function writeBlocking(port: BlockingChannel, data: Uint8Array, timeoutMs: number): number {
  const deadline = clockMs() + timeoutMs;
  return tryUntil(port, WRITE, { attempt: () => port.tryWrite(data), deadline });
}

function until(port: Channel, interest: number, attempt: () => number): Promise<number> {
  return new Promise((resolve, reject) => {
    const { onReady } = port;
    keepAlive();
    const tryNow = (): void => {
      try {
        const count = attempt();
        if (count === 0) {
          port.arm(interest);
          return;
        }
        letEnd();
        resolve(count);
      } catch (error) {
        letEnd();
        reject(error);
      }
    };
    port.onReady = (ready) => {
      if ((ready & interest) !== 0) tryNow();
      if ((ready & ~interest) !== 0) onReady?.(ready & ~interest);
    };
    tryNow();
  });
}
