// The chart, loaded when a plot is first shown.

import uPlot from "uplot";
import { clockText } from "../traffic/times.ts";
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
  let range = rangeOf(series);
  const axis = { stroke: color("--muted"), grid: { stroke: color("--line"), width: 1 } };
  const chart = new uPlot(
    {
      width: Math.max(element.clientWidth, 200),
      height: Math.max(element.clientHeight - 40, 120),
      axes: [{ ...axis, values: timeTexts }, axis],
      cursor: { drag: { x: true, y: false } },
      series: [
        {
          value: (_, seconds: number | null) => (seconds === null ? "" : clockText(seconds * 1000)),
        },
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
    update: () => {
      chart.setData(dataOf(series), !isZoomed(chart, range));
      range = rangeOf(series);
    },
    resize: (width, height) => chart.setSize({ width, height: Math.max(height - 40, 120) }),
    dispose: () => chart.destroy(),
  };
}

interface Range {
  readonly first: number;
  readonly last: number;
}

/** The times that were there when the chart was drawn last: its arrays grow meanwhile. */
function rangeOf({ times }: Series): Range {
  return { first: times[0] ?? 0, last: times.at(-1) ?? 0 };
}

/** The user looks at a part; new values must not move it. */
function isZoomed(chart: uPlot, { first, last }: Range): boolean {
  const { min, max } = chart.scales["x"] ?? {};
  if (first === last || typeof min !== "number" || typeof max !== "number") return false;
  return min > first || max < last;
}

/** As `14:03:07`, with milliseconds where the marks are close. */
function timeTexts(_: uPlot, marks: readonly number[]): string[] {
  const [first = 0, second = 1] = marks;
  return marks.map((mark) => clockText(mark * 1000).slice(0, second - first < 1 ? undefined : -4));
}

function dataOf({ times, columns }: Series): uPlot.AlignedData {
  return [times, ...columns] as unknown as uPlot.AlignedData; // uPlot changes neither
}
