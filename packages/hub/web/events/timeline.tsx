// The last ten minutes of events as marks on a line.

import { useSize } from "../parts/use-size.ts";
import type { ListedEvent } from "../state/event-list.ts";
import { eventText, subjectOf, toneOf } from "./event-text.ts";

const SPAN_MS = 600_000;
const HEIGHT = 44;
/** The first and the last text stay in the picture. */
function anchorOf(minutes: number): "start" | "middle" | "end" {
  if (minutes === 0) return "end";
  return minutes === SPAN_MS / 60_000 ? "start" : "middle";
}

const MINUTES = [10, 8, 6, 4, 2, 0];
/** Where there is room for no more texts. */
const MINUTES_NARROW = [10, 5, 0];
const NARROW = 400;

export function Timeline({
  events,
  now,
}: {
  readonly events: readonly ListedEvent[];
  readonly now: number;
}) {
  const [element, { width }] = useSize<HTMLDivElement>();
  const at = (time: number): number => 10 + (1 - (now - time) / SPAN_MS) * (width - 20);
  const recent = events.filter(({ time }) => now - time < SPAN_MS);
  return (
    <div ref={element}>
      <svg
        class="timeline"
        width={width}
        height={HEIGHT}
        role="img"
        aria-label={`${recent.length} events in the last ten minutes; the list has them as text`}
      >
        <line class="trunk" x1="10" x2={Math.max(width - 10, 10)} y1="14" y2="14" />
        {(width < NARROW ? MINUTES_NARROW : MINUTES).map((minutes) => (
          <text key={minutes} x={at(now - minutes * 60_000)} y="38" text-anchor={anchorOf(minutes)}>
            {minutes === 0 ? "now" : `−${minutes} min`}
          </text>
        ))}
        {recent.map((event, index) => (
          <circle
            key={`${event.time} ${index}`}
            class={toneOf(event)}
            cx={at(event.time)}
            cy="14"
            r="6"
          >
            <title>{`${subjectOf(event)}: ${eventText(event)}`}</title>
          </circle>
        ))}
      </svg>
    </div>
  );
}
