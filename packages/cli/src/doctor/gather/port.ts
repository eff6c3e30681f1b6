// Inspects the port itself, and the driver's answer to a rate.

import { setTimeout as sleep } from "node:timers/promises";
import { inspectSerialPort, openSerialPort, type PortInspection } from "anyserial";
import type { FailureFacts, RateFacts } from "../facts.ts";
import { failureOf } from "./failure.ts";

/** Pause between the two inspections: long enough for errors on a live line to count up. */
const BETWEEN_LOOKS_MS = 150;

/** Result of the inspections. */
export interface Inspections {
  readonly inspections: PortInspection[];
  readonly failure: FailureFacts | undefined;
}

/** Inspects once, where the driver counts nothing and each inspection opens the port itself. */
export async function inspectOnce(path: string): Promise<Inspections> {
  try {
    return { inspections: [await inspectSerialPort(path)], failure: undefined };
  } catch (error) {
    return { inspections: [], failure: failureOf(error) };
  }
}

/** Inspects twice, so that rising counters show. */
export async function inspectTwice(path: string, signal: AbortSignal): Promise<Inspections> {
  const inspections: PortInspection[] = [];
  try {
    inspections.push(await inspectSerialPort(path));
    await sleep(BETWEEN_LOOKS_MS, undefined, { signal });
    inspections.push(await inspectSerialPort(path));
    return { inspections, failure: undefined };
  } catch (error) {
    signal.throwIfAborted();
    return { inspections, failure: failureOf(error) };
  }
}

/** Asks the driver for a rate; call this only while no other program has the port open. */
export async function tryRate(path: string, asked: number): Promise<RateFacts> {
  try {
    const port = await openSerialPort(path, { baudRate: asked, unsupportedPolicy: "ignore" });
    try {
      return { asked, taken: (await port.effectiveConfig()).baudRate, failure: undefined };
    } finally {
      await port.close();
    }
  } catch (error) {
    return { asked, taken: undefined, failure: failureOf(error) };
  }
}
