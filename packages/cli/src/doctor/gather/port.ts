// Looks at the port itself, and what its driver makes of a rate.

import { setTimeout as sleep } from "node:timers/promises";
import { inspectSerialPort, isSerialError, openSerialPort, type PortInspection } from "anyserial";
import type { FailureFacts, RateFacts } from "../facts.ts";

/** Between two looks: long enough for errors on a live line to count up. */
const BETWEEN_LOOKS_MS = 150;

/** What looking gave. */
export interface Looks {
  readonly looks: PortInspection[];
  readonly failure: FailureFacts | undefined;
}

/** Looks once: where nothing is counted, and each look opens the port for itself. */
export async function lookOnce(path: string): Promise<Looks> {
  try {
    return { looks: [await inspectSerialPort(path)], failure: undefined };
  } catch (error) {
    return { looks: [], failure: failureOf(error) };
  }
}

/** Looks twice, so that what rises is seen to rise. */
export async function lookTwice(path: string, signal: AbortSignal): Promise<Looks> {
  const looks: PortInspection[] = [];
  try {
    looks.push(await inspectSerialPort(path));
    await sleep(BETWEEN_LOOKS_MS, undefined, { signal });
    looks.push(await inspectSerialPort(path));
    return { looks, failure: undefined };
  } catch (error) {
    signal.throwIfAborted();
    return { looks, failure: failureOf(error) };
  }
}

/** Asks the driver for a rate; only to be called while nobody else has the port open. */
export async function tryRate(path: string, asked: number): Promise<RateFacts> {
  try {
    const port = await openSerialPort(path, { baudRate: asked, unsupportedPolicy: "ignore" });
    try {
      return { asked, taken: port.effectiveConfig().baudRate, failure: undefined };
    } finally {
      await port.close();
    }
  } catch (error) {
    return { asked, taken: undefined, failure: failureOf(error) };
  }
}

function failureOf(error: unknown): FailureFacts {
  if (isSerialError(error)) {
    return { name: error.name, code: error.code, message: error.message, hint: error.hint };
  }
  return { name: "Error", code: "", message: String(error) };
}
