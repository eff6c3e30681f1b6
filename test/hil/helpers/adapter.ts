// The adapter that the environment names: its wires, found out by trying, and the reasons for tests
// that it cannot run.

import type { SerialPort } from "anyserial";
import type { BackendSuiteOptions } from "anyserial/testing/conformance";
import { type EndPaths, JoinedPorts, openEnds } from "./joined-ports.ts";
import { passMark } from "./sweep.ts";

/** Long enough for a few bytes through any adapter, in milliseconds. */
const REPLY_MS = 1000;
/** Long enough for a level to come back, in milliseconds. */
const LEVEL_MS = 200;

/** Two paths with a cable between them, or one with its pins joined. */
export interface Adapter {
  readonly paths: EndPaths;
  readonly ends: JoinedPorts;
  /** One port is both ends. */
  readonly isLoop: boolean;
  /** Why nothing can be tested; `undefined` where sent bytes arrive. */
  readonly unusable: string | undefined;
  /** RTS of each end is CTS of the other, and DTR is DSR. */
  readonly lines: { readonly rtsCts: boolean; readonly dtrDsr: boolean };
  /** A break arrives. */
  readonly hasBreak: boolean;
  /** The driver keeps data bits and parity. */
  readonly hasFraming: boolean;
  /** The driver counts line errors. */
  readonly hasCounters: boolean;
}

const NOTHING = {
  lines: { rtsCts: false, dtrDsr: false },
  hasBreak: false,
  hasFraming: false,
  hasCounters: false,
} as const;

/** Finds out which pins are joined; leaves the port closed. */
export async function findAdapter(): Promise<Adapter> {
  const { ANYSERIAL_TEST_PORT: port, ANYSERIAL_TEST_PEER: peer } = process.env;
  const paths = { a: port ?? "", b: peer ?? port ?? "" };
  const found = { paths, ends: new JoinedPorts(paths), isLoop: peer === undefined };
  if (port === undefined) {
    return { ...found, unusable: "ANYSERIAL_TEST_PORT is not set", ...NOTHING };
  }
  const { a, b } = await openEnds(paths, { a: {}, b: {} });
  try {
    if (!(await arrives(a, b))) return { ...found, unusable: notJoined(found), ...NOTHING };
    return {
      ...found,
      unusable: undefined,
      lines: {
        rtsCts: await follows(a, b, ["rts", "cts"]),
        dtrDsr: await follows(a, b, ["dtr", "dsr"]),
      },
      hasBreak: await breakArrives(a, b),
      hasFraming: await keepsFraming(a),
      hasCounters: a.capabilities.lineErrorCounters === "supported",
    };
  } finally {
    await Promise.all([a.close(), b.close()]);
  }
}

/** Tests of the conformance suite that an adapter cannot run unattended, with the reasons. */
export function missingOf(adapter: Adapter): BackendSuiteOptions["missing"] {
  const { isLoop, lines, hasBreak, hasFraming, hasCounters } = adapter;
  const unheld = "nothing holds the sender back on a line without flow control";
  const hands = "the test runs unattended";
  const isJoined = lines.rtsCts && lines.dtrDsr;
  return {
    disconnect: hands,
    ring: hands,
    injectError: hands,
    backpressure: unheld,
    outputQueue: unheld,
    refusal: "the settings that the driver refuses are not known",
    modemLineCounts: "whether the driver counts edges is not known",
    wholeReads: "an adapter passes received bytes on in packets",
    rtsCts: "when the driver drops RTS is not known",
    ...(isLoop ? { twoEnds: "one port is both ends" } : {}),
    ...(isJoined ? {} : { modemLines: "join RTS and CTS, DTR and DSR" }),
    ...(hasFraming ? {} : { framing: "the driver keeps its own framing" }),
    ...(hasCounters ? {} : { lineErrorCounters: "the driver does not count them" }),
    ...(hasBreak ? {} : { break: "no break arrives" }),
  };
}

function notJoined({ isLoop, paths }: Pick<Adapter, "isLoop" | "paths">): string {
  return isLoop
    ? `nothing comes back at ${paths.a}: join TX and RX, or name a second port in ANYSERIAL_TEST_PEER`
    : `nothing sent at ${paths.a} arrives at ${paths.b}: join TX and RX of each with those of the other`;
}

async function arrives(a: SerialPort, b: SerialPort): Promise<boolean> {
  const signal = AbortSignal.timeout(REPLY_MS);
  try {
    await passMark(a, b, signal);
    return true;
  } catch (error) {
    if (error === signal.reason) return false;
    throw error;
  }
}

async function follows(
  a: SerialPort,
  b: SerialPort,
  [output, input]: readonly ["rts" | "dtr", "cts" | "dsr"],
): Promise<boolean> {
  if (a.capabilities.modemLines !== "supported") return false;
  for (const level of [false, true]) {
    await b.setControlLines({ [output]: level });
    const end = performance.now() + LEVEL_MS;
    while ((await a.modemLines())[input] !== level) if (performance.now() > end) return false;
  }
  return true;
}

async function breakArrives(a: SerialPort, b: SerialPort): Promise<boolean> {
  try {
    await a.sendBreak({ durationMs: 20 });
    const signal = AbortSignal.timeout(REPLY_MS);
    const [nul] = await b.receive({ signal }).catch(() => []);
    return nul === 0;
  } catch {
    return false; // the driver has none
  }
}

async function keepsFraming(port: SerialPort): Promise<boolean> {
  await port.configure({ dataBits: 7, parity: "even", unsupportedPolicy: "ignore" });
  const { dataBits, parity } = await port.effectiveConfig();
  return dataBits === 7 && parity === "even";
}
