// The messages of the log that a filter lets through, as they come.

import { useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { useFrame } from "../parts/use-frame.ts";
import type { Filter } from "./filter.ts";
import { type Entry, MESSAGES_MAX, type TrafficLog } from "./traffic-log.ts";

/**
 * Filters a log.
 *
 * @param state Nothing is added while it `isPaused`, nothing drawn unless it `isShown`.
 * @returns The messages that are shown; the array grows in place.
 */
export function useEntries(
  log: TrafficLog,
  filter: Filter,
  { isPaused, isShown }: { readonly isPaused: boolean; readonly isShown: boolean },
): readonly Entry[] {
  const draw = useFrame(isShown);
  const shown = useRef<Entry[]>([]);
  /** The messages at the time of the pause: a search among them goes on. */
  const held = useRef<readonly Entry[] | undefined>(undefined);
  useMemo(() => {
    held.current = isPaused ? (held.current ?? [...log.entries]) : undefined;
    shown.current = (held.current ?? log.entries).filter(filter);
  }, [log, filter, isPaused]);
  // Before the browser does anything else: messages that came in between would be missed.
  useLayoutEffect(() => {
    return log.watch((added) => {
      const isCleared = log.entries.length === 0;
      if (isCleared) {
        shown.current = [];
        held.current &&= [];
      }
      if (isPaused && !isCleared) return;
      for (const entry of added) if (filter(entry)) shown.current.push(entry);
      if (shown.current.length > MESSAGES_MAX) shown.current = log.entries.filter(filter);
      draw();
    });
  }, [log, filter, isPaused, draw]);
  return shown.current;
}
