// The device control block: a configuration laid over the driver's values, and read back. Pure.
// Other fields, the reserved bits above all, keep the driver's values.

import type {
  DataBits,
  EffectiveConfig,
  Parity,
  SerialConfig,
  StopBits,
} from "../config/config.ts";
import type { LineTuning } from "../config/line-tuning.ts";
import { Struct } from "../ffi/struct.ts";
import type { ControlLines } from "../model/modem-lines.ts";
import { DCB_FLAGS as BIT, DCB, type DcbField, DCB_VALUES as VALUE } from "./abi.ts";

const XON = 0x11;
const XOFF = 0x13;

const PARITIES: Readonly<Record<Parity, number>> = {
  none: VALUE.NOPARITY,
  odd: VALUE.ODDPARITY,
  even: VALUE.EVENPARITY,
  mark: VALUE.MARKPARITY,
  space: VALUE.SPACEPARITY,
};
const STOP_BITS: Readonly<Record<StopBits, number>> = {
  1: VALUE.ONESTOPBIT,
  1.5: VALUE.ONE5STOPBITS,
  2: VALUE.TWOSTOPBITS,
};
/** Input as it comes: no byte replaced or dropped, and no error stops the driver. */
const RAW_OFF =
  BIT.fDsrSensitivity | BIT.fErrorChar | BIT.fNull | BIT.fAbortOnError | BIT.fOutX | BIT.fInX;

const RTS_MODES: Readonly<Record<LineTuning["rtsMode"], number>> = {
  handshake: VALUE.CONTROL_HANDSHAKE,
  enable: VALUE.CONTROL_ENABLE,
  toggle: VALUE.CONTROL_TOGGLE,
};

/** What a DCB is laid over with. */
interface Overlay {
  readonly config: SerialConfig;
  /**
   * Levels that the caller asked for so far; an omitted line stays as it is, unless flow control
   * drove it.
   */
  readonly lines: ControlLines;
  readonly tuning?: LineTuning | undefined;
}

/**
 * Lays a configuration over a DCB.
 *
 * @param current DCB as the driver gave it.
 * @param overlay Settings.
 * @returns A new DCB.
 */
export function overlayDcb(current: Uint8Array, { config, lines, tuning }: Overlay): Uint8Array {
  const { flowControl } = config;
  const { sendsXoff = flowControl.xonXoff, rtsMode = "handshake" } = tuning ?? {};
  const dcb = new Struct<DcbField>(DCB, current.slice());
  dcb.set("DCBlength", DCB.size);
  dcb.set("BaudRate", config.baudRate);
  dcb.set("ByteSize", config.dataBits);
  dcb.set("Parity", PARITIES[config.parity]);
  dcb.set("StopBits", STOP_BITS[config.stopBits]);
  let flags = dcb.get("flags");
  const keep = (mask: number): void => {
    flags = (flags & ~mask) >>> 0;
  };
  keep(RAW_OFF | BIT.fParity | BIT.fOutxCtsFlow | BIT.fOutxDsrFlow);
  flags |= BIT.fBinary;
  if (config.parity !== "none") flags |= BIT.fParity;
  if (flowControl.rtsCts) flags |= BIT.fOutxCtsFlow;
  if (flowControl.dtrDsr) flags |= BIT.fOutxDsrFlow;
  if (flowControl.xonXoff) flags |= BIT.fOutX;
  if (sendsXoff) flags |= BIT.fInX;
  if (flowControl.xonXoff || sendsXoff) {
    dcb.set("XonChar", XON);
    dcb.set("XoffChar", XOFF);
  }
  const rts = control((flags & BIT.fRtsControl) >>> BIT.fRtsControlShift, {
    driven: flowControl.rtsCts ? RTS_MODES[rtsMode] : undefined,
    level: lines.rts,
  });
  const dtr = control((flags & BIT.fDtrControl) >>> BIT.fDtrControlShift, {
    driven: flowControl.dtrDsr ? VALUE.CONTROL_HANDSHAKE : undefined,
    level: lines.dtr,
  });
  keep(BIT.fRtsControl | BIT.fDtrControl);
  flags |= (rts << BIT.fRtsControlShift) | (dtr << BIT.fDtrControlShift);
  dcb.set("flags", flags >>> 0);
  return dcb.bytes;
}

/**
 * Reads a DCB.
 *
 * @param bytes DCB as the driver gave it.
 * @returns The settings in force.
 */
export function readDcb(bytes: Uint8Array): EffectiveConfig {
  const dcb = new Struct<DcbField>(DCB, bytes);
  const flags = dcb.get("flags");
  return Object.freeze({
    baudRate: dcb.get("BaudRate"),
    dataBits: dcb.get("ByteSize") as DataBits, // the driver may answer 4 or 16, which can never be configured
    parity: keyOf(PARITIES, dcb.get("Parity"), "none") as Parity,
    stopBits: Number(keyOf(STOP_BITS, dcb.get("StopBits"), "1")) as StopBits,
    flowControl: Object.freeze({
      xonXoff: (flags & BIT.fOutX) !== 0,
      rtsCts: (flags & BIT.fOutxCtsFlow) !== 0,
      dtrDsr: (flags & BIT.fOutxDsrFlow) !== 0,
    }),
    hangupOnClose: true, // a Windows driver drops DTR when the port is closed
    rs485: null,
  });
}

/** Whether the same line is received as other bytes under two DCBs. */
export function isOtherInput(one: Uint8Array, other: Uint8Array): boolean {
  const [a, b] = [one, other].map((bytes) => new Struct<DcbField>(DCB, bytes));
  const differs = (field: DcbField): boolean => a?.get(field) !== b?.get(field);
  if ((["BaudRate", "ByteSize", "Parity", "StopBits"] as const).some(differs)) return true;
  const changed = (a?.get("flags") ?? 0) ^ (b?.get("flags") ?? 0);
  return (changed & (RAW_OFF | BIT.fParity | BIT.fBinary)) !== 0;
}

function control(
  current: number,
  { driven, level }: { readonly driven: number | undefined; readonly level: boolean | undefined },
): number {
  if (driven !== undefined) return driven;
  if (level !== undefined) return level ? VALUE.CONTROL_ENABLE : VALUE.CONTROL_DISABLE;
  return current === VALUE.CONTROL_DISABLE ? VALUE.CONTROL_DISABLE : VALUE.CONTROL_ENABLE;
}

function keyOf(table: Readonly<Record<string, number>>, value: number, otherwise: string): string {
  return Object.keys(table).find((key) => table[key] === value) ?? otherwise;
}
