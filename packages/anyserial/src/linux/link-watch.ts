// Changes of a link and its folder: inotify on the folder, and on every folder above it, which may
// be moved or removed as well. Where the system refuses that, the link is polled once a second.

import { dirname } from "node:path";
import type { WatchedPlace } from "../posix/links/port-link.ts";
import { samplePlace } from "../posix/links/sampled-place.ts";
import { reportRefusedWatch } from "../process/refused-watch.ts";
import {
  IN,
  IN_IGNORED,
  type Inotify,
  type InotifyEvent,
  isNothingThere,
  isUnreadable,
} from "./inotify.ts";

const SELF = IN.DELETE_SELF | IN.MOVE_SELF | IN.ONLYDIR;
const INSIDE = IN.DELETE | IN.MOVED_FROM | IN.MOVED_TO;

/**
 * Watches the place of a link; does not keep the process alive.
 *
 * @param inotify The instance of this process.
 * @param place Folder and names.
 * @param onHint Called when the place may have changed.
 * @returns Stops watching.
 */
export function watchPlace(
  inotify: Inotify,
  { folder, names }: WatchedPlace,
  onHint: () => void,
): () => void {
  const watches: (() => void)[] = [];
  const onEvents = (events: readonly InotifyEvent[]): void => {
    if (events.some((event) => concerns(event, names))) onHint();
  };
  try {
    watches.push(inotify.watch(folder, INSIDE | SELF, onEvents));
    for (let above = folder; above !== "/"; ) {
      above = dirname(above);
      watches.push(inotify.watch(above, SELF, onHint));
    }
  } catch (error) {
    // A folder above that this user may not read (/var/lib/private of systemd) is no reason for a warning.
    const isNormal = isNothingThere(error) || (isUnreadable(error) && watches.length > 0);
    if (!isNormal) reportRefusedWatch("links", error);
    watches.push(samplePlace(onHint));
  }
  return () => {
    for (const unwatch of watches) unwatch();
  };
}

/** Events in the folder count by their names; events of the folder itself have none. */
function concerns({ mask, name }: InotifyEvent, names: readonly string[]): boolean {
  const isInside = (mask & INSIDE) !== 0;
  return !isInside || (mask & IN_IGNORED) !== 0 || names.includes(name);
}
