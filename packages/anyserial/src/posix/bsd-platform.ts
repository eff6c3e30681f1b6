// The POSIX platform that macOS and the BSDs share: termios and the requests of <sys/ttycom.h>. A
// system with its own way overrides a step.

import { realpathSync } from "node:fs";
import type { Capability, Feature, SerialCapabilities } from "../model/capabilities.ts";
import type { BsdFamilyAbi } from "./bsd-abi.ts";
import type { Libc } from "./libc.ts";
import type { PosixPlatform } from "./posix-platform.ts";

/** Dependencies of the platform. */
export interface BsdFamilyParts {
  /** Name for errors: `freebsd`, `darwin`, … */
  readonly name: string;
  readonly abi: BsdFamilyAbi;
  readonly libc: Libc;
  /** tcdrain(3), blocking. */
  readonly tcdrain: (fd: number) => number;
  readonly capabilities: SerialCapabilities;
  /** Paths of the device sides of ptys. */
  readonly ptyPaths: RegExp;
}

export function bsdFamilyPlatform(parts: BsdFamilyParts): PosixPlatform {
  const { name, abi, libc, tcdrain, capabilities, ptyPaths } = parts;
  const noCounters = -(abi.errno["ENOTTY"] as number);
  return {
    name,
    abi,
    libc,
    capabilities,
    // A speed is the plain number: custom rates need nothing else.
    applyBaudRate: (termios, baudRate) => ({ ...termios, ispeed: baudRate, ospeed: baudRate }),
    readBaudRate: (_fd, { ospeed }) => ospeed,
    isPseudoTerminal: (_fd, path) => ptyPaths.test(realPath(path)),
    discard: (fd, queue) => {
      const which = new Int32Array([queue === "input" ? abi.FREAD : abi.FWRITE]);
      return libc.ioctl(fd, abi.TIOCFLUSH, new Uint8Array(which.buffer));
    },
    driverSettings: () => [],
    readRs485: () => null,
    probe: (fd) => probe(libc, abi, fd),
    readCounts: () => noCounters,
    isTransmitterEmpty: () => undefined,
    isExclusive: () => undefined,
    isLowLatency: () => undefined,
    tcdrain,
    findHolder: async () => undefined,
  };
}

function probe(libc: Libc, abi: BsdFamilyAbi, fd: number): Partial<Record<Feature, Capability>> {
  const missing = -(abi.errno["ENOTTY"] as number);
  const answers = (request: number): Capability =>
    libc.ioctl(fd, request, new Uint8Array(4)) === missing ? "unsupported" : "supported";
  const modemLines = answers(abi.TIOCMGET);
  return { modemLines, modemLineEvents: modemLines, outputWaiting: answers(abi.TIOCOUTQ) };
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
