// disconnected: a device that is gone or keeps disconnecting, and power management as a cause.

import { hintFor } from "anyserial/internal";
import type { Facts } from "../facts.ts";
import type { Finding } from "../finding.ts";
import { quote } from "../shell.ts";

const GONE = /disconnect|reset .*USB device|device descriptor read|over-current|cannot enumerate/i;

/** Checks for signs of disconnections. */
export function checkDisconnected(facts: Facts): readonly Finding[] {
  const { path, adapter, failure, kernelLog } = facts;
  if (path === undefined) return [];
  const log = (kernelLog ?? []).filter((line) => GONE.test(line)).slice(-5);
  const isGone = failure?.name === "SerialDisconnectedError";
  const maySuspend = adapter?.powerControl === "auto";
  if (!isGone && log.length === 0 && !maySuspend) return [];
  const file = adapter?.powerControlFile;
  return [
    {
      id: "disconnected",
      severity: isGone ? "problem" : log.length > 0 ? "warning" : "note",
      summary: isGone
        ? `The device behind ${path} is gone`
        : log.length > 0
          ? "The kernel has seen the device go away"
          : "USB power management may suspend the adapter when it is idle",
      evidence: [
        ...(failure !== undefined && isGone ? [failure.message] : []),
        ...log.map((line) => `kernel: ${line}`),
        ...(maySuspend ? [`${file ?? "power/control"} is "auto"`] : []),
      ],
      hint: hintFor("SerialDisconnectedError", "EIO", { path }),
      fix:
        maySuspend && file !== undefined
          ? [{ command: `echo on | sudo tee ${quote(file)}`, note: "until the next plug" }]
          : [],
    },
  ];
}
