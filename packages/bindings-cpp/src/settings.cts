// From the options of node-serialport to the settings of anyserial. Values that it does not know mean what they
// mean there: the default. Pure.

import type { OpenOptions } from "@serialport/bindings-interface";
import type { CorePort } from "./core.cts";

/** The systems that have a binding of their own. */
export type Platform = "linux" | "darwin" | "win32";

/** Options as a program may give them, with those of every system. */
export type AnyOptions = Omit<OpenOptions, "parity"> & {
  parity?: string | undefined;
  vmin?: number | undefined;
  vtime?: number | undefined;
  rtsMode?: string | undefined;
};

type Config = Parameters<CorePort["configure"]>[0];
type Tuning = Parameters<
  typeof import("anyserial/internal", { with: { "resolution-mode": "import" }}).openTuned
>[2]["tuning"];

/** The defaults. */
interface Defaults {
  vmin: 1;
  vtime: 0;
  dataBits: 8;
  lock: true;
  stopBits: 1;
  parity: "none";
  rtscts: false;
  xon: false;
  xoff: false;
  xany: false;
  hupcl: true;
}

/** Options of a port that was opened: the defaults, and whatever the program gave. */
export function withDefaults<T extends object>(platform: Platform, options: T): T & Defaults {
  // The defaults are written out: a spread of two objects takes twenty times as long.
  if (platform === "win32") {
    const given = {
      dataBits: 8,
      lock: true,
      stopBits: 1,
      parity: "none",
      rtscts: false,
      rtsMode: "handshake",
      xon: false,
      xoff: false,
      xany: false,
      hupcl: true,
      ...options,
    };
    // A program may read the defaults of its own system only, as the types say.
    return given as unknown as T & Defaults;
  }
  return {
    vmin: 1,
    vtime: 0,
    dataBits: 8,
    lock: true,
    stopBits: 1,
    parity: "none",
    rtscts: false,
    xon: false,
    xoff: false,
    xany: false,
    hupcl: true,
    ...options,
  };
}

const PARITIES = ["none", "even", "mark", "odd", "space"] as const;
const RTS_MODES = ["enable", "handshake", "toggle"] as const;

/** What a port is opened with. */
export interface Settings {
  readonly config: Config;
  readonly tuning: Tuning;
}

/**
 * Derives the settings.
 *
 * @param platform The system that the options are for.
 * @param options With defaults.
 */
export function settingsOf(platform: Platform, options: AnyOptions): Settings {
  const { hupcl, lock, rtscts, xany, xoff, xon } = options;
  const isWindows = platform === "win32";
  return {
    config: {
      baudRate: Math.trunc(options.baudRate),
      dataBits: dataBitsOf(options.dataBits),
      parity: choice(options.parity, PARITIES, "none"),
      stopBits: stopBitsOf(options.stopBits),
      flowControl: { xonXoff: Boolean(xon), rtsCts: Boolean(rtscts) },
      exclusive: Boolean(lock) && !isWindows, // a COM port is never shared
      hangupOnClose: Boolean(hupcl) || isWindows, // there it decides about DTR on opening
      ...(isWindows && { controlLines: { dtr: Boolean(hupcl), ...(!rtscts && { rts: false }) } }),
    },
    tuning: {
      sendsXoff: Boolean(xoff),
      anyRestarts: Boolean(xany),
      dropsDamaged: true,
      minimumBytes: byteOf(options.vmin, 1),
      timeoutTenths: byteOf(options.vtime, 0),
      rtsMode: choice(options.rtsMode, RTS_MODES, "handshake"),
    },
  };
}

function dataBitsOf(value: unknown): 5 | 6 | 7 | 8 {
  const bits = Number(value);
  return bits === 5 || bits === 6 || bits === 7 ? bits : 8;
}

function stopBitsOf(value: unknown): 1 | 1.5 | 2 {
  const bits = Number(value);
  if (bits > 1.4 && bits < 1.6) return 1.5;
  return bits === 2 ? 2 : 1;
}

/** The first name that begins with a text of any case. */
function choice<T extends string>(given: unknown, names: readonly T[], otherwise: T): T {
  const start = String(given).toLowerCase();
  return names.find((name) => name.startsWith(start)) ?? otherwise;
}

/** A control character of termios: a byte. */
function byteOf(value: unknown, least: number): number {
  const number = Math.trunc(Number(value));
  return Number.isNaN(number) ? least : Math.min(Math.max(number, least), 255);
}
