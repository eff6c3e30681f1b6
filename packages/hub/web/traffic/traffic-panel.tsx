// Traffic: the last messages, filtered, searched and saved.

import { useMemo, useRef, useState } from "preact/hooks";
import { download, fileName } from "../parts/download.ts";
import { countText } from "../parts/quantities.ts";
import { useSession } from "../state/session.ts";
import { exportEntries } from "./export.ts";
import { createFilter, type Filter, type FilterOptions, NO_FILTER } from "./filter.ts";
import { MessageDetail } from "./message-detail.tsx";
import { MessageList, type View } from "./message-list.tsx";
import type { Entry, TrafficLog } from "./traffic-log.ts";
import { TrafficToolbar } from "./traffic-toolbar.tsx";
import { useEntries } from "./use-entries.ts";

const EXTENSIONS = { pcapng: "pcapng", text: "txt", csv: "csv" } as const;
/** Each message once: as its sender sent it. */
const FIRST_OPTIONS: FilterOptions = { ...NO_FILTER, direction: "in" };

export function TrafficPanel({ isShown }: { readonly isShown: boolean }) {
  const { traffic } = useSession();
  const [options, setOptions] = useState(FIRST_OPTIONS);
  const [view, setView] = useState<View>("both");
  const [isPaused, setPaused] = useState(false);
  const [isFollowing, setFollowing] = useState(true);
  const [selected, setSelected] = useState<Entry | undefined>(undefined);
  const { filter, isWrong } = useFilter(options);
  const entries = useEntries(traffic, filter, { isPaused, isShown });
  const select = (entry: Entry): void => {
    setSelected(entry);
    setFollowing(false);
  };
  return (
    <section class="card fill">
      <TrafficToolbar
        options={options}
        isWrong={isWrong}
        view={view}
        isPaused={isPaused}
        onOptions={setOptions}
        onView={setView}
        onPause={() => setPaused(!isPaused)}
        onClear={() => traffic.clear()}
        onExport={(kind) =>
          download(fileName("traffic", EXTENSIONS[kind]), exportEntries(kind, entries))
        }
      />
      <Summary log={traffic} shown={entries.length} isPaused={isPaused} />
      <MessageList
        entries={entries}
        view={view}
        isFollowing={isFollowing && !isPaused}
        selected={selected}
        onSelect={select}
        onFollow={setFollowing}
      />
      {selected?.kind === "message" && (
        <MessageDetail message={selected} onClose={() => setSelected(undefined)} />
      )}
    </section>
  );
}

/** A search that is being typed keeps the last filter that was right. */
function useFilter(options: FilterOptions): { readonly filter: Filter; readonly isWrong: boolean } {
  const last = useRef<Filter>(() => true);
  return useMemo(() => {
    const filter = createFilter(options);
    last.current = filter ?? last.current;
    return { filter: last.current, isWrong: filter === undefined };
  }, [options]);
}

interface SummaryProps {
  readonly log: TrafficLog;
  readonly shown: number;
  readonly isPaused: boolean;
}

function Summary({ log, shown, isPaused }: SummaryProps) {
  const { sampled } = log;
  return (
    <p class="muted summary" role="status">
      {`${countText(shown)} messages shown${isPaused ? ", paused" : ""}`}
      {sampled > 0 && (
        <span class="badge warning">
          {`sampled: ${countText(sampled)} more passed, too fast to show`}
        </span>
      )}
    </p>
  );
}
