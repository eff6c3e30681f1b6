// The messages of the log that a filter lets through, as they come.

import { useEffect, useMemo, useRef } from "preact/hooks";
import { useFrame } from "../parts/use-frame.ts";
import type { Filter } from "./filter.ts";
import { type Entry, MESSAGES_MAX, type TrafficLog } from "./traffic-log.ts";

/**
 * Filters a log.
 *
 * @param isPaused Nothing is added meanwhile.
 * @returns The messages that are shown; the array grows in place.
 */
export function useEntries(log: TrafficLog, filter: Filter, isPaused: boolean): readonly Entry[] {
  const draw = useFrame();
  const shown = useRef<Entry[]>([]);
  useMemo(() => {
    if (!isPaused) shown.current = log.entries.filter(filter);
  }, [log, filter, isPaused]);
  useEffect(() => {
    if (isPaused) return undefined;
    return log.watch((added) => {
      if (log.entries.length === 0) shown.current = [];
      for (const entry of added) if (filter(entry)) shown.current.push(entry);
      if (shown.current.length > MESSAGES_MAX) shown.current = log.entries.filter(filter);
      draw();
    });
  }, [log, filter, isPaused, draw]);
  return shown.current;
}
