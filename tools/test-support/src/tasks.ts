// Turns of the event loop: for code that has no event of its own, such as a rejection that stays unhandled.

/** Waits until the callbacks and promises that are due have run. */
export function nextTask(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Waits for several turns of the event loop. */
export async function tasks(count: number): Promise<void> {
  for (let task = 0; task < count; task++) await nextTask();
}
