// The chart, loaded when a plot is first shown.

import uPlot from "uplot";
import { clockText } from "../traffic/times.ts";
import type { Series } from "./series.ts";

/** A chart in the page. */
export interface Chart {
  /**
   * Draws the values as they are now.
   *
   * @param span Seconds before the last value that are shown; `undefined` for all.
   */
  update(span: number | undefined): void;
  /** Takes the size that its element has now. */
  resize(): void;
  dispose(): void;
}

const COLORS = 6;
/** Of the chart without its legend, in pixels. */
const HEIGHT_MIN = 200;
/** From one time to the next, in pixels: as wide as `14:03:07.123`. */
const TIME_SPACE = 96;

/** Makes a chart in an element for the names that the series have now. */
export function createChart(element: HTMLElement, series: Series): Chart {
  const style = getComputedStyle(element);
  const color = (name: string): string => style.getPropertyValue(name).trim();
  let range = rangeOf(series, undefined);
  let lastSpan: number | undefined;
  const axis = { stroke: color("--muted"), grid: { stroke: color("--line"), width: 1 } };
  const chart = new uPlot(
    {
      width: Math.max(element.clientWidth, 200),
      height: HEIGHT_MIN,
      axes: [{ ...axis, values: timeTexts, space: TIME_SPACE }, axis],
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
  fit(chart, element);
  return {
    update: (span) => {
      const isFree = span !== lastSpan || !isZoomed(chart, range);
      lastSpan = span;
      range = rangeOf(series, span);
      chart.setData(dataOf(series), isFree);
      if (isFree && span !== undefined) chart.setScale("x", { min: range.first, max: range.last });
    },
    resize: () => fit(chart, element),
    dispose: () => chart.destroy(),
  };
}

/** The legend takes as many lines as its names need; the chart has what is left. */
function fit(chart: uPlot, element: HTMLElement): void {
  const width = Math.max(element.clientWidth, 200);
  if (width !== chart.width) chart.setSize({ width, height: chart.height });
  const legend = chart.root.querySelector<HTMLElement>(".u-legend")?.offsetHeight ?? 0;
  element.style.minHeight = `${HEIGHT_MIN + legend}px`;
  chart.setSize({ width, height: Math.max(element.clientHeight - legend, HEIGHT_MIN) });
}

interface Range {
  readonly first: number;
  readonly last: number;
}

/** The times that were shown when the chart was drawn last: its arrays grow meanwhile. */
function rangeOf({ times }: Series, span: number | undefined): Range {
  const last = times.at(-1) ?? 0;
  return { first: span === undefined ? (times[0] ?? 0) : last - span, last };
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
