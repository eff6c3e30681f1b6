// When the device of a pty is opened or closed, by any program: inotify on its node. Where the
// system refuses that, the device is polled.

import type { PresenceEvent } from "../posix/opener-count.ts";
import type { WatchedDevice } from "../posix/pty-system.ts";
import { samplePresence } from "../posix/sampled-presence.ts";
import { reportRefusedWatch } from "../process/refused-watch.ts";
import { IN, IN_Q_OVERFLOW, type Inotify, type InotifyEvent } from "./inotify.ts";

const CLOSED = IN.CLOSE_WRITE | IN.CLOSE_NOWRITE;
const PRESENCE = IN.OPEN | CLOSED;

/**
 * Watches presence; does not keep the process alive.
 *
 * @param inotify The instance of this process.
 * @param device What to watch, and what to call.
 * @returns Stops watching.
 */
export function watchPresence(inotify: Inotify, device: WatchedDevice): () => void {
  try {
    return inotify.watch(device.path, PRESENCE, (events) => {
      const presence = presenceOf(events);
      if (presence?.length !== 0) device.onChange(presence);
    });
  } catch (error) {
    reportRefusedWatch("presence", error);
    return samplePresence(device);
  }
}

/** `undefined` when events were lost. */
function presenceOf(events: readonly InotifyEvent[]): PresenceEvent[] | undefined {
  if (events.some(({ mask }) => (mask & IN_Q_OVERFLOW) !== 0)) return undefined;
  return events
    .filter(({ mask }) => (mask & PRESENCE) !== 0)
    .map(({ mask }) => ((mask & CLOSED) !== 0 ? "close" : "open"));
}
