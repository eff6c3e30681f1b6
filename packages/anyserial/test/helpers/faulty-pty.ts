// A port over a real pty whose system calls go wrong by plan.

import { arch } from "node:process";
import { createSerialConfig, type SerialConfigInput, type SerialPort } from "anyserial";
import { createVirtualPort } from "anyserial/pty";
import type { FaultPlan, PtyPair } from "anyserial/testing";
import { ffi } from "#internal/ffi/koffi.js";
import { LinuxBackend, linuxParts } from "#internal/linux/backend.js";
import { openWith } from "#internal/open.js";
import { withFaults } from "./faulty-system.ts";

/** Opens a port on a pty; the plan is for the port, the device has a system without faults. */
export async function openFaultyPty(
  plan: FaultPlan,
  config: SerialConfigInput = {},
): Promise<PtyPair> {
  const device = await createVirtualPort();
  let port: SerialPort;
  try {
    const target = { path: device.path, info: undefined };
    port = await openWith(faultyBackend(plan), target, createSerialConfig(config));
  } catch (error) {
    await device.close();
    throw error;
  }
  const close = async (): Promise<void> => {
    await Promise.all([port.close(), device.close()]);
  };
  return { port, device, close, [Symbol.asyncDispose]: close };
}

function faultyBackend(plan: FaultPlan): LinuxBackend {
  const parts = linuxParts(ffi, arch);
  const { platform } = parts;
  const { libc, readiness } = withFaults({ libc: platform.libc, readiness: parts.readiness }, plan);
  return new LinuxBackend({ ...parts, readiness, platform: { ...platform, libc } });
}
