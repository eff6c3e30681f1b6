// Plot: the numbers that a member sends, over time.

import { useEffect, useLayoutEffect, useMemo, useState } from "preact/hooks";
import { download, fileName } from "../parts/download.ts";
import { memberOptions, parseMember } from "../parts/member-options.ts";
import { countText } from "../parts/quantities.ts";
import { Select } from "../parts/select.tsx";
import { useFrame } from "../parts/use-frame.ts";
import { useSession } from "../state/session.ts";
import { useStore } from "../state/store.ts";
import { cell } from "../traffic/export.ts";
import type { Entry } from "../traffic/traffic-log.ts";
import { Series } from "./series.ts";
import { useChart } from "./use-chart.ts";

/** In seconds. */
const SPANS: Readonly<Record<string, number>> = { ten: 10, minute: 60, tenMinutes: 600 };
const SPAN_OPTIONS = [
  { value: "all", label: "all" },
  { value: "ten", label: "last 10 s" },
  { value: "minute", label: "last minute" },
  { value: "tenMinutes", label: "last 10 minutes" },
];

export function PlotPanel({ isShown }: { readonly isShown: boolean }) {
  const { traffic, status } = useSession();
  const options = memberOptions(useStore(status));
  const [chosen, setChosen] = useState("");
  const [span, setSpan] = useState("all");
  const [isPaused, setPaused] = useState(false);
  const member = useMemo(() => parseMember(chosen), [chosen]);
  const series = useMemo(() => new Series(), [member]);
  const draw = useFrame(isShown);
  const [element, chart] = useChart(series, JSON.stringify(series.names));
  // Before the browser does anything else: messages that came in between would be missed.
  useLayoutEffect(() => {
    if (isPaused) return undefined;
    const add = (entries: readonly Entry[]): void => {
      let isNew = false;
      for (const entry of entries) {
        if (entry.kind === "gap" || entry.direction !== "in") continue;
        const isChosen =
          member === undefined ||
          (entry.network === member.network && entry.member === member.member);
        if (isChosen && series.add(entry)) isNew = true;
      }
      if (isNew) draw();
    };
    if (series.times.length === 0) add(traffic.entries);
    return traffic.watch(add);
  }, [traffic, member, series, isPaused, draw]);
  useEffect(() => {
    if (isShown) chart.current?.update(SPANS[span]);
  });
  const clear = (): void => {
    series.clear();
    draw();
  };
  const save = (): void =>
    download(fileName("plot", "csv"), new Blob([series.toCsv(cell)], { type: "text/csv" }));
  return (
    <section class="card fill">
      <div class="toolbar">
        <Select
          label="Numbers from"
          value={chosen}
          options={[{ value: "", label: "all members" }, ...options]}
          onChange={setChosen}
        />
        <Select label="Show" value={span} options={SPAN_OPTIONS} onChange={setSpan} />
        <button type="button" aria-pressed={isPaused} onClick={() => setPaused(!isPaused)}>
          {isPaused ? "Go on" : "Pause"}
        </button>
        <button type="button" onClick={clear}>
          Clear
        </button>
        <button type="button" onClick={save} disabled={series.times.length === 0}>
          Save csv
        </button>
        <span class="muted" role="status">
          {series.times.length === 0
            ? 'No numbers yet: lines such as 1.5,2 or temp:20 or {"volts":12} are drawn.'
            : `${countText(series.times.length)} lines with numbers. Drag to zoom, double-click to see all.`}
        </span>
      </div>
      <div class="chart" ref={element} />
    </section>
  );
}
