// Keeps the process alive while an operation waits. One timer for all of them, since the waits of a
// backend do not.

import { setInterval } from "../process/timers.ts";

/** The longest interval that a timer takes, in milliseconds. */
const FOR_EVER_MS = 0x7fff_ffff;

let waiting = 0;
let timer: NodeJS.Timeout | undefined;

/** An operation begins to wait. */
export function keepAlive(): void {
  waiting++;
  if (waiting > 1) return;
  if (timer === undefined) timer = setInterval(() => undefined, FOR_EVER_MS);
  else timer.ref();
}

/** An operation waits no longer; once for each {@link keepAlive}. */
export function letEnd(): void {
  waiting--;
  if (waiting === 0) timer?.unref();
}
