// The chart, loaded when a plot is first shown.

import uPlot from "uplot";
import type { Series } from "./series.ts";

/** A chart in the page. */
export interface Chart {
  /** Draws the values as they are now. */
  update(): void;
  resize(width: number, height: number): void;
  dispose(): void;
}

const COLORS = 6;

/** Makes a chart in an element for the names that the series have now. */
export function createChart(element: HTMLElement, series: Series): Chart {
  const style = getComputedStyle(element);
  const color = (name: string): string => style.getPropertyValue(name).trim();
  const axis = { stroke: color("--muted"), grid: { stroke: color("--line"), width: 1 } };
  const chart = new uPlot(
    {
      width: Math.max(element.clientWidth, 200),
      height: Math.max(element.clientHeight - 40, 120),
      axes: [axis, axis],
      cursor: { drag: { x: true, y: false } },
      series: [
        {},
        ...series.names.map((name, at) => ({
          label: name,
          stroke: color(`--series-${(at % COLORS) + 1}`),
          width: 1.5,
          spanGaps: true,
        })),
      ],
    },
    dataOf(series),
    element,
  );
  return {
    update: () => chart.setData(dataOf(series), !isZoomed(chart)),
    resize: (width, height) => chart.setSize({ width, height: Math.max(height - 40, 120) }),
    dispose: () => chart.destroy(),
  };
}

/** The user looks at a part; new values must not move it. */
function isZoomed(chart: uPlot): boolean {
  const [times] = chart.data;
  const { min, max } = chart.scales["x"] ?? {};
  if (times.length < 2 || typeof min !== "number" || typeof max !== "number") return false;
  return min > (times[0] ?? min) || max < (times.at(-1) ?? max);
}

function dataOf({ times, columns }: Series): uPlot.AlignedData {
  return [times, ...columns] as unknown as uPlot.AlignedData; // uPlot changes neither
}
