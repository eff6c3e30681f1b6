// A chart in an element, made again when the names or the colors change.

import { useEffect, useRef, useState } from "preact/hooks";
import { loadStyle } from "../parts/load-style.ts";
import { onSchemeChange } from "../parts/on-scheme-change.ts";
import { useSize } from "../parts/use-size.ts";
import type { Chart } from "./chart.ts";
import type { Series } from "./series.ts";

/**
 * @param names Names of the series, as one text: another text makes another chart.
 * @returns A reference for the element, and the chart once it is there.
 */
export function useChart(series: Series, names: string) {
  const [element, { width, height }] = useSize<HTMLDivElement>();
  const chart = useRef<Chart | undefined>(undefined);
  const [schemes, setSchemes] = useState(0);
  useEffect(() => onSchemeChange(() => setSchemes((count) => count + 1)), []);
  useEffect(() => {
    let isOver = false;
    const open = async (): Promise<void> => {
      const [{ createChart }] = await Promise.all([import("./chart.ts"), loadStyle("plot.css")]);
      if (!isOver && element.current !== null) chart.current = createChart(element.current, series);
    };
    if (names !== "") void open();
    return () => {
      isOver = true;
      chart.current?.dispose();
      chart.current = undefined;
    };
  }, [series, names, element, schemes]);
  useEffect(() => {
    if (width > 0) chart.current?.resize();
  }, [width, height]);
  return [element, chart] as const;
}
