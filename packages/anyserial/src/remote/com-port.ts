// The telnet option COM-PORT-OPTION on the wire (RFC 2217): every command, both ways. Pure.

import { subnegotiation } from "./telnet.ts";
import { COM_PORT } from "./telnet-options.ts";

/** Commands with one byte of value, by their code from the client; the server's are higher by 100. */
const BYTE_COMMANDS = {
  dataBits: 2,
  parity: 3,
  stopBits: 4,
  control: 5,
  lineState: 6,
  modemState: 7,
  lineStateMask: 10,
  modemStateMask: 11,
  purge: 12,
} as const;
const SIGNATURE = 0;
const BAUD_RATE = 1;
const SUSPEND = 8;
const RESUME = 9;
/** Offset of a server's command codes. */
const SERVER = 100;

/** A command with one byte of value. */
export type ByteCommand = keyof typeof BYTE_COMMANDS;

/** Values of SET-CONTROL. */
export const CONTROL = {
  askFlow: 0,
  flowNone: 1,
  flowXonXoff: 2,
  flowRtsCts: 3,
  askBreak: 4,
  breakOn: 5,
  breakOff: 6,
  askDtr: 7,
  dtrOn: 8,
  dtrOff: 9,
  askRts: 10,
  rtsOn: 11,
  rtsOff: 12,
  askInboundFlow: 13,
  inboundNone: 14,
  inboundXonXoff: 15,
  inboundRtsCts: 16,
  flowDcd: 17,
  inboundDtr: 18,
  flowDsr: 19,
} as const;

/** Subject of a value of SET-CONTROL: its answer has a value of the same group. */
export type ControlGroup = "flow" | "break" | "dtr" | "rts" | "inboundFlow";

/** Bits of NOTIFY-LINESTATE. */
export const LINE_STATE = {
  timeout: 128,
  transmitterEmpty: 64,
  holdingEmpty: 32,
  break: 16,
  framing: 8,
  parity: 4,
  overrun: 2,
  data: 1,
} as const;

/** Bits of NOTIFY-MODEMSTATE; the lower four mark lines that changed. */
export const MODEM_STATE = {
  dcd: 128,
  ri: 64,
  dsr: 32,
  cts: 16,
  dcdChanged: 8,
  riChanged: 4,
  dsrChanged: 2,
  ctsChanged: 1,
} as const;

/** Values of PURGE-DATA. */
export const PURGE = { input: 1, output: 2, both: 3 } as const;

/** One command or answer. */
export type ComPortMessage =
  | { readonly kind: "signature"; readonly text: Uint8Array }
  | {
      readonly kind: "baudRate";
      /** In baud; 0 asks. */
      readonly value: number;
      /** Came as Cisco's one byte, and is answered so; `value` is -1 for a code that stands for no rate. */
      readonly isCisco?: boolean;
    }
  | { readonly kind: ByteCommand; readonly value: number }
  | { readonly kind: "suspend" | "resume" };

/** The side that sends: the codes of the two sides differ. */
export type ComPortSender = "client" | "server";

const BYTE_KINDS = new Map(
  Object.entries(BYTE_COMMANDS).map(([kind, code]) => [code as number, kind as ByteCommand]),
);

/** Cisco's codes of rates. */
const CISCO_RATES = new Map([
  [3, 300],
  [4, 600],
  [5, 1200],
  [6, 2400],
  [7, 4800],
  [8, 9600],
  [10, 19_200],
  [12, 38_400],
  [13, 57_600],
  [14, 115_200],
  [15, 230_400],
]);

/**
 * Builds a command or an answer, ready to be sent.
 *
 * @param sender The side that sends it.
 */
export function encodeComPort(sender: ComPortSender, message: ComPortMessage): Uint8Array {
  const base = sender === "server" ? SERVER : 0;
  return subnegotiation(COM_PORT, Uint8Array.of(base + codeOf(message), ...valueBytes(message)));
}

/**
 * Reads the payload of a subnegotiation.
 *
 * @param sender The side that sent it.
 * @param payload As the telnet decoder gives it.
 * @returns `undefined` for bytes that are no message of that sender: they are ignored.
 */
export function decodeComPort(
  sender: ComPortSender,
  payload: Uint8Array,
): ComPortMessage | undefined {
  const [given] = payload;
  if (given === undefined) return undefined;
  const code = sender === "server" ? given - SERVER : given;
  const value = payload.subarray(1);
  if (code === SIGNATURE) return { kind: "signature", text: value };
  if (code === BAUD_RATE) return readRate(value);
  if (code === SUSPEND) return { kind: "suspend" };
  if (code === RESUME) return { kind: "resume" };
  const kind = BYTE_KINDS.get(code);
  const [byte] = value;
  return kind === undefined || byte === undefined ? undefined : { kind, value: byte };
}

/**
 * Finds the subject of a value of SET-CONTROL.
 *
 * @returns `undefined` for a value that means nothing.
 */
export function controlGroup(value: number): ControlGroup | undefined {
  if (value <= CONTROL.flowRtsCts || value === CONTROL.flowDcd || value === CONTROL.flowDsr) {
    return "flow";
  }
  if (value <= CONTROL.breakOff) return "break";
  if (value <= CONTROL.dtrOff) return "dtr";
  if (value <= CONTROL.rtsOff) return "rts";
  return value <= CONTROL.inboundDtr ? "inboundFlow" : undefined;
}

function codeOf(message: ComPortMessage): number {
  switch (message.kind) {
    case "signature":
      return SIGNATURE;
    case "baudRate":
      return BAUD_RATE;
    case "suspend":
      return SUSPEND;
    case "resume":
      return RESUME;
    default:
      return BYTE_COMMANDS[message.kind];
  }
}

function valueBytes(message: ComPortMessage): Uint8Array {
  switch (message.kind) {
    case "signature":
      return message.text;
    case "baudRate":
      return message.isCisco === true
        ? Uint8Array.of(ciscoCode(message.value))
        : rate(message.value);
    case "suspend":
    case "resume":
      return new Uint8Array(0);
    default:
      return Uint8Array.of(message.value);
  }
}

function readRate(value: Uint8Array): ComPortMessage | undefined {
  if (value.length >= 4) {
    return { kind: "baudRate", value: new DataView(value.buffer, value.byteOffset).getUint32(0) };
  }
  const [code] = value;
  if (value.length !== 1 || code === undefined) return undefined;
  return { kind: "baudRate", value: code === 0 ? 0 : (CISCO_RATES.get(code) ?? -1), isCisco: true };
}

function rate(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}

/** 0, which is no rate, for one that has no code. */
function ciscoCode(value: number): number {
  for (const [code, known] of CISCO_RATES) if (known === value) return code;
  return 0;
}
