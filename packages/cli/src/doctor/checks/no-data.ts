// no-data: bytes are on the wire and nothing is received, or rubbish is.

import type { PortInspection } from "anyserial";
import type { Facts } from "../facts.ts";
import type { Finding } from "../finding.ts";
import { quote } from "../shell.ts";

/** Checks for causes that keep bytes from the reader. */
export function checkNoData(facts: Facts): readonly Finding[] {
  const { path, inspections } = facts;
  const [first, second = first] = inspections;
  if (path === undefined || first === undefined || second === undefined) return [];
  const findings = [
    cooked(path, second, facts.holders.length > 0),
    risingErrors(first, second),
    flowControl(second),
    unread(path, second, facts.holders.length > 0),
  ].filter((finding) => finding !== undefined);
  if (findings.length > 0) return findings;
  const evidence = [`${second.inputWaiting ?? 0} bytes wait to be read`];
  return [
    { id: "no-data", severity: "ok", summary: "Nothing holds bytes back", evidence, fix: [] },
  ];
}

/** Another program set line editing: a reader gets nothing until a newline comes. */
function cooked(path: string, inspection: PortInspection, isHeld: boolean): Finding | undefined {
  if (!inspection.terminal.canonical) return undefined;
  return {
    id: "no-data",
    severity: isHeld ? "problem" : "note",
    summary: isHeld
      ? `${path} delivers whole lines only: another program took it out of raw mode (ICANON)`
      : `${path} is in line mode (ICANON), as it is while no program has it open; anyserial opens it raw`,
    evidence: [
      "ICANON is set",
      ...(inspection.terminal.echo ? ["ECHO is set: input comes back"] : []),
    ],
    hint: isHeld ? "do not share the port with a program that sets its terminal modes" : undefined,
    fix: isHeld ? [{ command: `stty -F ${quote(path)} raw -echo` }] : [],
  };
}

function risingErrors(first: PortInspection, second: PortInspection): Finding | undefined {
  const before = first.lineErrors;
  const after = second.lineErrors;
  if (before === undefined || after === undefined) return undefined;
  const rising = (["framing", "parity", "overrun", "bufferOverflow", "break"] as const)
    .map((kind) => ({ kind, by: after[kind] - before[kind] }))
    .filter(({ by }) => by > 0);
  if (rising.length === 0) return undefined;
  const isRate = rising.some(({ kind }) => kind === "framing" || kind === "parity");
  return {
    id: "no-data",
    severity: "problem",
    summary: isRate
      ? "Characters arrive malformed: the rate, parity or stop bits do not match the other end"
      : "Characters arrive and are lost",
    evidence: rising.map(({ kind, by }) => `${by} ${kind} errors within a moment`),
    hint: isRate
      ? "set the rate and framing of the other end; framing errors mean the rate first of all"
      : "read sooner, or turn on flow control at both ends",
    fix: [],
  };
}

function flowControl(inspection: PortInspection): Finding | undefined {
  const lines = inspection.modemLines;
  const isHeldBack = inspection.settings.flowControl.rtsCts && lines?.cts === false;
  const hasOutput = (inspection.outputWaiting ?? 0) > 0;
  if (!isHeldBack) return undefined;
  return {
    id: "no-data",
    severity: hasOutput ? "problem" : "warning",
    summary: "RTS/CTS flow control is on and the other end holds CTS low: nothing is sent",
    evidence: [`CTS is low`, `${inspection.outputWaiting ?? 0} bytes are waiting to be sent`],
    hint: "turn rtsCts off, or wire CTS; both ends must agree on flow control",
    fix: [],
  };
}

function unread(path: string, inspection: PortInspection, isHeld: boolean): Finding | undefined {
  const waiting = inspection.inputWaiting ?? 0;
  if (waiting === 0 || !isHeld) return undefined;
  return {
    id: "no-data",
    severity: "warning",
    summary: `${waiting} bytes wait on ${path} and the program that has it open does not read them`,
    evidence: [`${waiting} bytes wait to be read`],
    hint: "check the program that has the port open: it has stopped reading",
    fix: [],
  };
}
