// A port over a real pty whose system calls go wrong by plan.

import { arch } from "node:process";
import type { SerialConfigInput } from "anyserial";
import type { FaultPlan, PtyPair } from "anyserial/testing";
import { ffi } from "#internal/ffi/koffi.js";
import { LinuxBackend, linuxParts } from "#internal/linux/backend.js";
import { withFaults } from "./faulty-system.ts";
import { openOnPty } from "./on-pty.ts";

/** Opens a port on a pty; the plan is for the port, the device has a system without faults. */
export function openFaultyPty(plan: FaultPlan, config: SerialConfigInput = {}): Promise<PtyPair> {
  return openOnPty(faultyBackend(plan), config);
}

function faultyBackend(plan: FaultPlan): LinuxBackend {
  const parts = linuxParts(ffi, arch);
  const { platform } = parts;
  const { libc, readiness } = withFaults({ libc: platform.libc, readiness: parts.readiness }, plan);
  return new LinuxBackend({ ...parts, readiness, platform: { ...platform, libc } });
}
