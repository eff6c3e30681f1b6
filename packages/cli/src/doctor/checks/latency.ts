// latency: bytes that arrive in lumps of 16 ms.

import type { Facts } from "../facts.ts";
import type { Finding } from "../finding.ts";
import { quote } from "../shell.ts";

/** Checks the FTDI timer and the driver's flag. */
export function checkLatency({ path, adapter, inspections }: Facts): readonly Finding[] {
  const timerMs = adapter?.latencyTimerMs;
  const flag = inspections[0]?.lowLatency;
  if (path === undefined || timerMs === undefined) return [];
  const evidence = [
    `latency timer ${timerMs} ms (${adapter?.latencyTimerFile ?? ""})`,
    ...(flag === undefined ? [] : [`the driver's low-latency flag is ${flag ? "set" : "clear"}`]),
  ];
  if (timerMs <= 1) {
    const summary = "Received bytes are delivered at once";
    return [{ id: "latency", severity: "ok", summary, evidence, fix: [] }];
  }
  const file = adapter?.latencyTimerFile ?? "";
  return [
    {
      id: "latency",
      severity: "warning",
      summary: `The adapter holds received bytes back for up to ${timerMs} ms`,
      evidence,
      hint: "open the port with lowLatency: true, or set the timer to 1 ms",
      fix: [
        {
          command: `echo 1 | sudo tee ${quote(file)}`,
          note:
            adapter?.isLatencyTimerWritable === true
              ? "sudo is not needed here"
              : "until the next plug",
        },
      ],
    },
  ];
}
