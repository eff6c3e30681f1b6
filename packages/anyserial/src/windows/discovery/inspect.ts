// Inspects a COM port without changing a setting and without taking a byte. Windows shares no COM
// port: an open one cannot be inspected, and no other program can open it during the inspection.

import type { PortInspection, TerminalState } from "../../backend/port-inspection.ts";
import { UnsupportedFeatureError } from "../../errors/errors.ts";
import { refineCapabilities } from "../../model/capabilities.ts";
import { WINDOWS_CAPABILITIES } from "../capabilities.ts";
import { CommHandle } from "../comm-handle.ts";
import { CommSettings } from "../comm-settings.ts";
import { modemLinesOf } from "../modem-status.ts";
import { openHandle, type WindowsSystem } from "../open-comm.ts";

/** There is no line discipline between a driver and its reader. */
const RAW: TerminalState = Object.freeze({
  canonical: false,
  echo: false,
  outputProcessing: false,
  minimumBytes: 1,
});

/**
 * Inspects a port.
 *
 * @param system Calls and sizes.
 * @param path Path of the port.
 * @returns The driver's answers; it does not report output lines and error counts.
 * @throws The errors of opening.
 */
export function inspectComm(system: WindowsSystem, path: string): PortInspection {
  const { kernel32 } = system;
  const handle = openHandle(kernel32, path);
  try {
    const comm = new CommHandle({ ...system, handle, path });
    const settings = new CommSettings(comm).effective();
    const lines = optional(() => modemLinesOf(comm.readLines("modemLines")));
    const modemLines = lines === undefined ? "unsupported" : "supported";
    const inputWaiting = comm.inputWaiting("inputWaiting");
    return Object.freeze({
      path,
      isPseudoTerminal: false,
      settings,
      terminal: RAW,
      capabilities: refineCapabilities(WINDOWS_CAPABILITIES, {
        modemLines,
        modemLineEvents: modemLines,
      }),
      inputWaiting,
      outputWaiting: comm.outputWaiting("outputWaiting"),
      isWritable: !comm.isHeld("inspect"),
      modemLines: lines,
      controlLines: undefined,
      lineErrors: undefined,
      exclusive: true,
      lowLatency: undefined,
    });
  } finally {
    kernel32.closeHandle(handle);
  }
}

function optional<T>(ask: () => T): T | undefined {
  try {
    return ask();
  } catch (error) {
    if (error instanceof UnsupportedFeatureError) return undefined;
    throw error;
  }
}
