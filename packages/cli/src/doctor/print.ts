// Findings and the report as text. Text from outside is made safe for a terminal.

import { oneLine } from "../text/printable.ts";
import type { Facts } from "./facts.ts";
import type { Finding, Severity } from "./finding.ts";

const MARKS: Readonly<Record<Severity, string>> = {
  problem: "PROBLEM",
  warning: "warning",
  note: "note",
  ok: "ok",
};

/** Prints findings for people: problems in full, the rest in one line. */
export function findingsText(findings: readonly Finding[]): string {
  if (findings.length === 0)
    return "ok       nothing wrong was found; name a port to have it examined\n";
  const blocks = findings.map((finding) =>
    finding.severity === "ok" ? headline(finding) : fullText(finding),
  );
  return `${blocks.join("\n")}\n`;
}

function headline({ id, severity, summary }: Finding): string {
  return `${MARKS[severity].padEnd(8)} ${id.padEnd(18)} ${oneLine(summary)}`;
}

function fullText(finding: Finding): string {
  return [
    headline(finding),
    ...finding.evidence.map((line) => `         seen: ${oneLine(line)}`),
    ...(finding.hint === undefined ? [] : [`         do:   ${oneLine(finding.hint)}`]),
    ...finding.fix.flatMap(({ command, note }) => [
      `           $ ${oneLine(command)}`,
      ...(note === undefined ? [] : [`             ${oneLine(note)}`]),
    ]),
  ].join("\n");
}

/** Options of {@link reportText}. */
export interface ReportOptions {
  /** Serial numbers are shown. */
  readonly isUnmasked: boolean;
}

/** One block to paste into a bug report. */
export function reportText(
  facts: Facts,
  findings: readonly Finding[],
  { isUnmasked }: ReportOptions,
): string {
  const { system, info, inspections } = facts;
  const rows = [
    `system:   ${system.platform} ${system.kernel} ${system.arch} (${system.distribution ?? "unknown"})`,
    `runtime:  ${system.runtime}`,
    `place:    ${system.isContainer ? "container" : system.isWsl ? "WSL" : "host"}`,
    `path:     ${facts.path ?? "none"}`,
    `adapter:  ${info === undefined ? "unknown" : `${info.description ?? info.name}, ${info.hardwareId ?? ""}`}`,
    `driver:   ${info?.driver ?? "unknown"}`,
    `settings: ${inspections[0] === undefined ? "not read" : JSON.stringify(inspections[0].settings)}`,
    ...findings.map(headline),
    ...findings.flatMap(({ id, severity, evidence }) =>
      severity === "ok" ? [] : evidence.map((line) => `  ${id}: ${line}`),
    ),
  ].map(oneLine);
  const text = ["```", ...rows, "```", ""].join("\n");
  return isUnmasked ? text : masked(text, facts);
}

/** Serial numbers name one device, and so one person: they are left out unless asked for. */
function masked(text: string, facts: Facts): string {
  const secrets = [facts.info, ...facts.ports]
    .map((port) => port?.serialNumber)
    .filter((serial) => serial !== undefined && serial.length > 2);
  return secrets.reduce<string>((result, secret) => result.replaceAll(secret ?? "", "****"), text);
}
