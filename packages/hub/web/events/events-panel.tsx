// Events: stalls, losses, arrivals and reloads, the newest first.

import { useState } from "preact/hooks";
import { countText } from "../parts/quantities.ts";
import { missingIn } from "../state/event-list.ts";
import { useSession } from "../state/session.ts";
import { useStore } from "../state/store.ts";
import { clockText } from "../traffic/times.ts";
import { Counters } from "./counters.tsx";
import { eventText, subjectOf, toneOf } from "./event-text.ts";
import { Timeline } from "./timeline.tsx";

const SHOWN_MAX = 500;

export function EventsPanel({ isShown }: { readonly isShown: boolean }) {
  const { events: list, status } = useSession();
  const events = useStore(list.all, isShown);
  const state = useStore(status, isShown);
  const [search, setSearch] = useState("");
  const wanted = search.toLowerCase();
  const found = events.filter((event) =>
    `${subjectOf(event)} ${eventText(event)}`.toLowerCase().includes(wanted),
  );
  const missing = missingIn(events);
  const shown = found.slice(-SHOWN_MAX).reverse();
  const now = state === undefined ? Date.now() : state.startedAt + state.uptimeMs;
  return (
    <section class="card fill">
      <div class="toolbar">
        <h2>Events</h2>
        <label class="field">
          <span>Filter</span>
          <input
            type="search"
            value={search}
            onInput={(event) => setSearch(event.currentTarget.value)}
          />
        </label>
        <span class="muted">{foundText(found.length, events.length)}</span>
        {missing > 0 && (
          <span class="badge warning">{`${countText(missing)} earlier events are missing`}</span>
        )}
      </div>
      <Counters />
      <Timeline events={events} now={now} />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, also by keys */}
      <section class="scroll" tabIndex={0} aria-label="List of events">
        <ol class="events">
          {shown.map((event, at) => (
            <li key={found.length - at} class={toneOf(event)}>
              <time>{clockText(event.time)}</time>
              <strong>{subjectOf(event)}</strong>
              <span>{eventText(event)}</span>
            </li>
          ))}
        </ol>
        {shown.length === 0 && <p class="muted">Nothing has happened.</p>}
      </section>
    </section>
  );
}

function foundText(found: number, all: number): string {
  const text = `${countText(found)} of ${countText(all)}`;
  return found > SHOWN_MAX ? `${text}, the newest ${SHOWN_MAX} are listed` : text;
}
