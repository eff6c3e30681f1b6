// The result as text: a Markdown table, and facts about the machine.
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { pairedRatio } from "./statistics.mjs";

const NUMBER = new Intl.NumberFormat("en", { maximumSignificantDigits: 3, useGrouping: false });

/** The machine and its state before a run. */
export function describeMachine() {
  const [cpu] = cpus();
  return {
    date: new Date().toISOString(),
    system: `${process.platform} ${process.arch}`,
    cpu: `${cpus().length} × ${cpu?.model ?? "unknown"}`,
    runtime: `Node.js ${process.versions.node}`,
    loadAverageBefore: loadavg()[0],
  };
}

/**
 * Ends a run: saves the result in both forms, and prints it.
 *
 * @param result `{ machine, quick, contenders, lines }`.
 * @param name Of the files.
 * @param options `json` prints that form, with `strict` a missed goal is a failure.
 * @returns The exit code.
 */
export function deliver(result, name, { json, strict }) {
  result.machine.loadAverageAfter = loadavg()[0];
  const [asJson, asMarkdown] = [JSON.stringify(result, null, 2), toMarkdown(result)];
  const folder = new URL("results/", import.meta.url);
  mkdirSync(folder, { recursive: true });
  writeFileSync(new URL(`${name}.json`, folder), `${asJson}\n`);
  writeFileSync(new URL(`${name}.md`, folder), asMarkdown);
  console.log(json ? asJson : asMarkdown);
  return strict && result.lines.some(({ holds }) => holds === false) ? 1 : 0;
}

/** Date of a run, for the name of a file. */
export function dateOf({ date }) {
  return date.replaceAll(":", "-").replace(/\..*/, "");
}

/** The table. */
function toMarkdown({ machine, contenders, lines, quick }) {
  const shown = contenders.filter(({ skipped }) => !skipped);
  const hasCandidate = shown.some(({ id }) => id === "candidate");
  const header = ["measure", ...shown.map(({ title }) => title), "ratio", "goal", "holds"];
  if (hasCandidate) header.push("candidate ÷ anyserial");
  const rows = lines.map((line, index) => [
    ...toRow(line, lines[index - 1], shown),
    ...(hasCandidate ? [candidateText(line)] : []),
  ]);
  return [
    heading(machine, quick),
    "",
    tableRow(header),
    tableRow(header.map(() => "---")),
    ...rows.map(tableRow),
    ...contenders.flatMap(({ title, skipped }) => (skipped ? ["", `${title}: ${skipped}`] : [])),
    "",
  ].join("\n");
}

function heading(machine, quick) {
  const { date, runtime, system, cpu, loadAverageBefore, loadAverageAfter } = machine;
  const load = [loadAverageBefore, loadAverageAfter].map((value) => NUMBER.format(value));
  const run = quick ? "Quick run" : "Run";
  return `${run} of ${date}: ${runtime}, ${system}, ${cpu}, load average ${load.join(" to ")}.`;
}

/** Consecutive lines of one measure show its values once. */
function toRow(line, previous, contenders) {
  const repeats = previous?.measure === line.measure;
  const values = contenders.map(({ id }) => (repeats ? "" : valueText(line, id)));
  const verdict = line.skipped ?? { true: "yes", false: "**no**" }[line.holds] ?? "";
  return [repeats ? "" : line.measure, ...values, ratioText(line.ratio), line.goal ?? "", verdict];
}

function valueText({ values, unit }, id) {
  const value = values[id];
  return value === undefined ? "–" : `${NUMBER.format(value)} ${unit}`.trim();
}

function candidateText({ rounds: { candidate, anyserial } }) {
  return candidate === undefined ? "" : ratioText(pairedRatio(candidate, anyserial));
}

/** Median, and the quartiles in brackets. */
function ratioText(ratio) {
  if (ratio === undefined) return "";
  const [value, low, high] = [ratio.value, ratio.low, ratio.high].map((n) => n.toFixed(2));
  return `${value} (${low}–${high})`;
}

function tableRow(cells) {
  return `| ${cells.join(" | ")} |`;
}
