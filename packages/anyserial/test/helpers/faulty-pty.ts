// A port over a real pty whose system calls go wrong by plan.

import { arch } from "node:process";
import type { SerialConfigInput } from "anyserial";
import type { FaultPlan, PtyPair } from "anyserial/testing";
import { ffi } from "../../dist/ffi/koffi.js";
import { linuxParts } from "../../dist/linux/backend.js";
import { PosixBackend } from "../../dist/posix/posix-backend.js";
import { withFaults } from "./faulty-system.ts";
import { openOnPty } from "./on-pty.ts";

/** Opens a port on a pty; the plan is for the port, the device has a system without faults. */
export function openFaultyPty(plan: FaultPlan, config: SerialConfigInput = {}): Promise<PtyPair> {
  return openOnPty(faultyBackend(plan), config);
}

function faultyBackend(plan: FaultPlan): PosixBackend {
  const parts = linuxParts(ffi, arch);
  const { platform } = parts;
  const { libc, readiness } = withFaults({ libc: platform.libc, readiness: parts.readiness }, plan);
  return new PosixBackend({ ...parts, readiness, platform: { ...platform, libc } });
}
