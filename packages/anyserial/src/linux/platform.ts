// Linux as a POSIX platform: its constants, and where it goes beyond termios.

import { Struct } from "../ffi/struct.ts";
import {
  type Capability,
  createCapabilities,
  type Feature,
  type SerialCapabilities,
} from "../model/capabilities.ts";
import type { Libc } from "../posix/libc.ts";
import type { DriverSetting, PosixPlatform } from "../posix/posix-platform.ts";
import type { Termios } from "../posix/termios.ts";
import type { NativeThreads } from "../posix/threads/native-threads.ts";
import { type LinuxAbi, PTY_DEVICE_MAJORS } from "./abi.ts";
import { applyBaudRate, readBaudRate } from "./baud-rate.ts";
import { findHolders, isOpenHere } from "./holder.ts";
import { readIcounter } from "./icounter.ts";
import { LowLatency } from "./low-latency.ts";
import { decodeRs485, readRs485 } from "./rs485.ts";
import { Rs485Setting } from "./rs485-setting.ts";
import { ttyDriver } from "./tty-driver.ts";

/** Capabilities of Linux; `unknown` depends on the driver. */
export const LINUX_CAPABILITIES: SerialCapabilities = createCapabilities("linux", "linux", {
  customBaudRate: "supported",
  markSpaceParity: "supported",
  xonXoff: "supported",
  rtsCts: "supported",
  modemLines: "unknown",
  modemLineEvents: "unknown",
  breakSignal: "unknown",
  exclusiveAccess: "supported",
  lowLatency: "unknown",
  rs485: "unknown",
  inputWaiting: "supported",
  outputWaiting: "supported",
  lineErrorCounters: "unknown",
  portDiscovery: "supported",
});

/** Dependencies of the platform; tests replace them. */
export interface LinuxParts {
  readonly libc: Libc;
  /** tcdrain(3), blocking. */
  readonly tcdrain: (fd: number) => number;
  /** Threads for calls that wait in the driver. */
  readonly threads?: NativeThreads | undefined;
  /** Constants of the CPU. */
  readonly abi: LinuxAbi;
  /**
   * Root of sysfs.
   * @defaultValue `/sys`
   */
  readonly sysfs?: string;
}

/**
 * Builds the platform.
 *
 * @param parts Calls, constants, and the root of sysfs.
 */
export function linuxPlatform(parts: LinuxParts): PosixPlatform {
  const { libc, tcdrain, threads, abi, sysfs = "/sys" } = parts;
  return {
    name: "linux",
    abi,
    libc,
    capabilities: LINUX_CAPABILITIES,
    applyBaudRate: (termios, baudRate) => applyBaudRate(abi, termios, baudRate),
    readBaudRate: (_fd: number, termios: Termios) => readBaudRate(termios),
    isPseudoTerminal: (fd) => isPseudoTerminal(libc, abi, fd),
    ptyQueuesNothing: true,
    discard: (fd, queue) =>
      libc.ioctlValue(fd, abi.TCFLSH, queue === "input" ? abi.TCIFLUSH : abi.TCOFLUSH),
    driverSettings: (fd, path): DriverSetting[] => [
      new LowLatency({ libc, abi, fd, path, sysfs }),
      new Rs485Setting({ libc, abi, fd, path }),
    ],
    readRs485: (fd) => {
      const block = readRs485({ libc, abi, fd, path: "" });
      return typeof block === "number" ? null : decodeRs485(abi, block);
    },
    probe: (fd) => probe(libc, abi, fd),
    readCounts: (fd) => readIcounter(libc, abi, fd),
    // It asks the chip for the levels, and counts what the next status packet shows.
    countsLinesLate: (path) => ttyDriver(sysfs, path)?.name === "ftdi_sio",
    isTransmitterEmpty: (fd) => isTransmitterEmpty(libc, abi, fd),
    isExclusive: (fd) => {
      const cell = new Int32Array(1);
      const result = libc.ioctl(fd, abi.TIOCGEXCL, new Uint8Array(cell.buffer));
      return result < 0 ? undefined : cell[0] !== 0;
    },
    isLowLatency: (fd) => {
      const struct = new Struct(abi.serialStruct);
      if (libc.ioctl(fd, abi.TIOCGSERIAL, struct.bytes) < 0) return undefined;
      return (struct.get("flags") & abi.ASYNC_LOW_LATENCY) !== 0;
    },
    tcdrain,
    threads,
    isOpenHere: (path) => isOpenHere(path),
    findHolder: async (path) => {
      const [first, ...others] = await findHolders(path);
      if (first === undefined) return undefined;
      const more = others.length === 0 ? "" : ` and ${others.length} more`;
      return `${first.name} (pid ${first.pid})${more}`;
    },
  };
}

/** By ioctl, since runtimes other than Node.js refuse descriptors that they did not open. */
function isPseudoTerminal(libc: Libc, abi: LinuxAbi, fd: number): boolean {
  const device = new Uint32Array(1);
  if (libc.ioctl(fd, abi.TIOCGDEV, new Uint8Array(device.buffer)) < 0) return false;
  const major = ((device[0] as number) >>> 8) & 0xfff; // new_encode_dev() of <linux/kdev_t.h>
  return major >= PTY_DEVICE_MAJORS.first && major <= PTY_DEVICE_MAJORS.last;
}

function probe(libc: Libc, abi: LinuxAbi, fd: number): Partial<Record<Feature, Capability>> {
  const missing = -(abi.errno["ENOTTY"] as number);
  const answers = (request: number, size: number): Capability =>
    libc.ioctl(fd, request, new Uint8Array(size)) === missing ? "unsupported" : "supported";
  const modemLines = answers(abi.TIOCMGET, 4);
  // Reading the RS-485 block or the serial_struct promises nothing about writing them.
  const readable = (request: number, size: number): Capability =>
    answers(request, size) === "unsupported" ? "unsupported" : "unknown";
  return {
    modemLines,
    modemLineEvents: modemLines,
    lineErrorCounters: answers(abi.TIOCGICOUNT, abi.serialIcounter.size),
    lowLatency: readable(abi.TIOCGSERIAL, abi.serialStruct.size),
    rs485: readable(abi.TIOCGRS485, abi.serialRs485.size),
  };
}

function isTransmitterEmpty(libc: Libc, abi: LinuxAbi, fd: number): boolean | number | undefined {
  const status = new Int32Array(1);
  const result = libc.ioctl(fd, abi.TIOCSERGETLSR, new Uint8Array(status.buffer));
  if (result === -(abi.errno["ENOTTY"] as number)) return undefined;
  return result < 0 ? result : ((status[0] as number) & abi.TIOCSER_TEMT) !== 0;
}
