// Inspects a terminal without changing a setting and without taking a byte.

import type { PortInspection, TerminalState } from "../backend/port-inspection.ts";
import { UnsupportedFeatureError } from "../errors/errors.ts";
import { openDescriptor, readOriginal } from "./open-tty.ts";
import { TIOCM } from "./posix-abi.ts";
import { PosixControl } from "./posix-control.ts";
import type { PosixPlatform } from "./posix-platform.ts";
import { decodeTermios } from "./termios.ts";
import { Tty } from "./tty.ts";

/**
 * Inspects a port.
 *
 * @param platform The system.
 * @param path Path of the port.
 * @returns The driver's answers.
 * @throws The errors of opening.
 */
export function inspectTty(platform: PosixPlatform, path: string): PortInspection {
  const { abi, libc } = platform;
  const fd = openDescriptor(platform, path);
  try {
    const original = readOriginal(platform, fd, path);
    const handle = { fd, path, isPseudoTerminal: platform.isPseudoTerminal(fd, path) };
    const device = new PosixControl(platform, handle);
    const tty = new Tty(platform, handle);
    const bits = optional(() => tty.int("modemLines", "TIOCMGET"));
    return Object.freeze({
      path,
      isPseudoTerminal: handle.isPseudoTerminal,
      settings: device.effectiveConfig(),
      terminal: terminalState(platform, original),
      capabilities: device.capabilities,
      inputWaiting: optional(() => device.inputWaiting()),
      outputWaiting: optional(() => device.outputWaiting()),
      isWritable: (libc.poll(fd, abi.POLLOUT, 0) & abi.POLLOUT) !== 0,
      modemLines: bits === undefined ? undefined : device.modemLines(),
      controlLines:
        bits === undefined
          ? undefined
          : { rts: (bits & TIOCM.RTS) !== 0, dtr: (bits & TIOCM.DTR) !== 0 },
      lineErrors: optional(() => device.lineErrorCounts()),
      exclusive: platform.isExclusive(fd),
      lowLatency: platform.isLowLatency(fd),
    });
  } finally {
    libc.close(fd);
  }
}

function terminalState({ abi }: PosixPlatform, bytes: Uint8Array): TerminalState {
  const { lflag, oflag, cc } = decodeTermios(abi, bytes);
  return {
    canonical: (lflag & abi.ICANON) !== 0,
    echo: (lflag & abi.ECHO) !== 0,
    outputProcessing: (oflag & abi.OPOST) !== 0,
    minimumBytes: cc[abi.VMIN] ?? 0,
  };
}

function optional<T>(ask: () => T): T | undefined {
  try {
    return ask();
  } catch (error) {
    if (error instanceof UnsupportedFeatureError) return undefined;
    throw error;
  }
}
