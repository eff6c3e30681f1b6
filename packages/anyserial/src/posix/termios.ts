// Terminal settings as pure functions over an immutable snapshot; committed once, elsewhere. The
// rate is each platform's own affair (baud-rate.ts).

import type { TerminalMode } from "../backend/emulated-port.ts";
import type { DataBits, FlowControl, Parity, SerialConfig, StopBits } from "../config/config.ts";
import type { LineTuning } from "../config/line-tuning.ts";
import { Struct } from "../ffi/struct.ts";
import type { PosixAbi } from "./posix-abi.ts";

/** `struct termios`, decoded. */
export interface Termios {
  readonly iflag: number;
  readonly oflag: number;
  readonly cflag: number;
  readonly lflag: number;
  readonly ispeed: number;
  readonly ospeed: number;
  /** Control characters. */
  readonly cc: Uint8Array;
  /** The whole struct as the kernel gave it, so that fields not named here survive. */
  readonly raw: Uint8Array;
}

export function decodeTermios(abi: PosixAbi, raw: Uint8Array): Termios {
  const struct = new Struct(abi.termios, raw);
  const { ccOffset, ccLength } = abi.termios;
  return {
    iflag: struct.get("c_iflag"),
    oflag: struct.get("c_oflag"),
    cflag: struct.get("c_cflag"),
    lflag: struct.get("c_lflag"),
    ispeed: struct.get("c_ispeed"),
    ospeed: struct.get("c_ospeed"),
    cc: raw.slice(ccOffset, ccOffset + ccLength),
    raw,
  };
}

/** Encodes `struct termios` into fresh memory. */
export function encodeTermios(abi: PosixAbi, termios: Termios): Uint8Array {
  const bytes = termios.raw.slice();
  const struct = new Struct(abi.termios, bytes);
  struct.set("c_iflag", termios.iflag);
  struct.set("c_oflag", termios.oflag);
  struct.set("c_cflag", termios.cflag);
  struct.set("c_lflag", termios.lflag);
  struct.set("c_ispeed", termios.ispeed);
  struct.set("c_ospeed", termios.ospeed);
  bytes.set(termios.cc, abi.termios.ccOffset);
  return bytes;
}

/**
 * Applies everything in a configuration but the rate.
 *
 * @param abi The platform's constants.
 * @param termios Settings to start from.
 * @param config Wanted settings.
 * @returns New settings.
 */
export function applyConfig(abi: PosixAbi, termios: Termios, config: SerialConfig): Termios {
  let next = applyRaw(abi, termios);
  next = applyDataBits(abi, next, config.dataBits);
  next = applyParity(abi, next, config.parity);
  next = applyStopBits(abi, next, config.stopBits);
  next = applyFlowControl(abi, next, config.flowControl);
  next = applyLineErrors(abi, next, config.lineErrors);
  return applyHangup(abi, next, config.hangupOnClose);
}

/** Raw bytes in and out: no echo, signals, editing or translation; a read waits for one byte. */
export function applyRaw(abi: PosixAbi, termios: Termios): Termios {
  const cc = termios.cc.slice();
  cc[abi.VMIN] = 1;
  cc[abi.VTIME] = 0;
  const input =
    abi.IGNBRK |
    abi.BRKINT |
    abi.IGNPAR |
    abi.PARMRK |
    abi.INPCK |
    abi.ISTRIP |
    abi.INLCR |
    abi.IGNCR |
    abi.ICRNL |
    abi.IXON |
    abi.IXANY |
    abi.IMAXBEL |
    abi.IXOFF;
  const local = abi.ECHO | abi.ECHONL | abi.ICANON | abi.ISIG | abi.IEXTEN | abi.EXTPROC;
  return {
    ...termios,
    iflag: clear(termios.iflag, input),
    oflag: clear(termios.oflag, abi.OPOST),
    lflag: clear(termios.lflag, local),
    cflag: set(termios.cflag, abi.CREAD | abi.CLOCAL),
    cc,
  };
}

/** Bits per character. */
export function applyDataBits(abi: PosixAbi, termios: Termios, bits: DataBits): Termios {
  const size = { 5: abi.CS5, 6: abi.CS6, 7: abi.CS7, 8: abi.CS8 }[bits];
  return { ...termios, cflag: set(clear(termios.cflag, abi.CSIZE), size) };
}

/** Parity; received parity is checked whenever there is a parity bit. */
export function applyParity(abi: PosixAbi, termios: Termios, parity: Parity): Termios {
  const sticky = abi.CMSPAR ?? 0;
  const flags = {
    none: 0,
    even: abi.PARENB,
    odd: abi.PARENB | abi.PARODD,
    space: abi.PARENB | sticky,
    mark: abi.PARENB | abi.PARODD | sticky,
  }[parity];
  const iflag = clear(termios.iflag, abi.INPCK);
  return {
    ...termios,
    cflag: set(clear(termios.cflag, abi.PARENB | abi.PARODD | sticky), flags),
    iflag: parity === "none" ? iflag : set(iflag, abi.INPCK),
  };
}

/** One or two stop bits; the capabilities have decided on 1.5 before. */
export function applyStopBits(abi: PosixAbi, termios: Termios, bits: StopBits): Termios {
  const cflag = clear(termios.cflag, abi.CSTOPB);
  return { ...termios, cflag: bits === 1 ? cflag : set(cflag, abi.CSTOPB) };
}

/** Flow control; DC1 and DC3 are the characters of XON and XOFF. */
export function applyFlowControl(abi: PosixAbi, termios: Termios, flow: FlowControl): Termios {
  const dtrDsr = abi.DTRDSR ?? 0;
  const cflag = clear(termios.cflag, abi.CRTSCTS | dtrDsr);
  const lines = (flow.rtsCts ? abi.CRTSCTS : 0) | (flow.dtrDsr ? dtrDsr : 0);
  const iflag = clear(termios.iflag, abi.IXON | abi.IXOFF | abi.IXANY);
  const cc = termios.cc.slice();
  cc[abi.VSTART] = 0x11;
  cc[abi.VSTOP] = 0x13;
  return {
    ...termios,
    cflag: set(cflag, lines),
    iflag: flow.xonXoff ? set(iflag, abi.IXON | abi.IXOFF) : iflag,
    cc,
  };
}

/** `mark`: received errors and breaks are escaped in the stream, and parity is checked. */
export function applyLineErrors(
  abi: PosixAbi,
  termios: Termios,
  mode: SerialConfig["lineErrors"],
): Termios {
  if (mode === "count") return { ...termios, iflag: clear(termios.iflag, abi.PARMRK) };
  return { ...termios, iflag: set(termios.iflag, abi.PARMRK | abi.INPCK) };
}

/** DTR is dropped on the last close. */
export function applyHangup(abi: PosixAbi, termios: Termios, hangup: boolean): Termios {
  const cflag = clear(termios.cflag, abi.HUPCL);
  return { ...termios, cflag: hangup ? set(cflag, abi.HUPCL) : cflag };
}

/** Details beside the configuration, which comes first. */
export function applyTuning(abi: PosixAbi, termios: Termios, tuning: LineTuning): Termios {
  const off = abi.IXOFF | abi.IXANY | abi.IGNPAR;
  const on =
    (tuning.sendsXoff ? abi.IXOFF : 0) |
    (tuning.anyRestarts ? abi.IXANY : 0) |
    (tuning.dropsDamaged ? abi.IGNPAR : 0);
  const cc = termios.cc.slice();
  cc[abi.VMIN] = tuning.minimumBytes;
  cc[abi.VTIME] = tuning.timeoutTenths;
  return { ...termios, iflag: set(clear(termios.iflag, off), on), cc };
}

/** Reads the framing and flow control back. */
export function readFraming(
  abi: PosixAbi,
  { cflag, iflag }: Termios,
): {
  dataBits: DataBits;
  parity: Parity;
  stopBits: StopBits;
  flowControl: FlowControl;
  hangupOnClose: boolean;
} {
  const size = cflag & abi.CSIZE;
  return {
    dataBits: size === abi.CS5 ? 5 : size === abi.CS6 ? 6 : size === abi.CS7 ? 7 : 8,
    parity: readParity(abi, cflag),
    stopBits: has(cflag, abi.CSTOPB) ? 2 : 1,
    flowControl: {
      xonXoff: has(iflag, abi.IXON),
      rtsCts: hasAll(cflag, abi.CRTSCTS),
      dtrDsr: abi.DTRDSR !== undefined && hasAll(cflag, abi.DTRDSR),
    },
    hangupOnClose: has(cflag, abi.HUPCL),
  };
}

function readParity(abi: PosixAbi, cflag: number): Parity {
  if (!has(cflag, abi.PARENB)) return "none";
  const odd = has(cflag, abi.PARODD);
  if (abi.CMSPAR !== undefined && has(cflag, abi.CMSPAR)) return odd ? "mark" : "space";
  return odd ? "odd" : "even";
}

function has(flags: number, bit: number): boolean {
  return (flags & bit) !== 0;
}

/** A driver may take one half only of a flow control. */
function hasAll(flags: number, bits: number): boolean {
  return (flags & bits) >>> 0 === bits;
}

function set(flags: number, bits: number): number {
  return (flags | bits) >>> 0;
}

function clear(flags: number, bits: number): number {
  return (flags & ~bits) >>> 0;
}

/** Returns from the kernel's settings whether bytes pass unchanged. */
export function readTerminalMode(abi: PosixAbi, bytes: Uint8Array): TerminalMode {
  const { lflag, oflag } = decodeTermios(abi, bytes);
  const isCooked = (lflag & abi.ICANON) !== 0 || (oflag & abi.OPOST) !== 0;
  return { raw: !isCooked, echo: (lflag & abi.ECHO) !== 0 };
}
