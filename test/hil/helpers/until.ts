// Waits for something that nobody tells of.

import { setTimeout as delay } from "node:timers/promises";

const EVERY_MS = 5;
const LIMIT_MS = 20_000;

/**
 * Waits until something holds.
 *
 * @param what Says it in words, for the failure.
 * @param holds Tells whether it does, by anything but `undefined` and `false`.
 * @returns What it told.
 */
export async function until<Value>(
  what: string,
  holds: () => Value | undefined | false | Promise<Value | undefined | false>,
): Promise<Value> {
  const end = Date.now() + LIMIT_MS;
  for (;;) {
    const value = await holds();
    if (value !== undefined && value !== false) return value;
    if (Date.now() > end) throw new Error(`waited ${LIMIT_MS} ms in vain: ${what}`);
    await delay(EVERY_MS);
  }
}
