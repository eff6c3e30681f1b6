// send-never-waits: the limits of a timeout on send.

import type { Facts } from "../facts.ts";
import type { Finding } from "../finding.ts";

/** Checks the output queue. */
export function checkSendNeverWaits({ path, inspections }: Facts): readonly Finding[] {
  const [first, second = first] = inspections;
  if (path === undefined || first === undefined || second === undefined) return [];
  const before = first.outputWaiting ?? 0;
  const after = second.outputWaiting ?? 0;
  const isFull = !first.isWritable && !second.isWritable;
  const { xonXoff, rtsCts } = second.settings.flowControl;
  const flow = xonXoff ? "XON/XOFF" : rtsCts ? "RTS/CTS" : "none";
  const evidence = [
    `${before} bytes, then ${after}, waited to be sent`,
    isFull ? "the output queue is full: a write would wait" : "a write would be accepted",
    `flow control: ${flow}`,
  ];
  if (isFull || (after > 0 && after >= before)) {
    return [
      {
        id: "send-never-waits",
        severity: "problem",
        summary: `Output on ${path} does not move: the other end, or flow control, holds it back`,
        evidence,
        hint: "check that the other end reads, and flow control at both ends; discardOutput() frees a stuck port",
        fix: [],
      },
    ];
  }
  return [
    {
      id: "send-never-waits",
      severity: "ok",
      summary: "send() waits only when the kernel's queue is full; drain() waits for the line",
      evidence,
      fix: [],
    },
  ];
}
