// The conformance suite over a backend of another POSIX system on ptys of Linux: the backend's own flags,
// structs and numbers, translated by the headers of the target (translated-libc.ts).

import { test } from "node:test";
import { createSerialConfig, type SerialConfigInput, type SerialPort } from "anyserial";
import { createVirtualPort } from "anyserial/pty";
import { backendSuite, type PtyPair, type SuiteTest } from "anyserial/testing";
import type { Backend } from "#internal/backend/backend.js";
import { openWith } from "#internal/open.js";
import { leakFree } from "./leak-free.ts";
import { openPtyCable } from "./pty-cable.ts";

const NO_LINE = "a pty has no line";
const missing = {
  framing: "the kernel's pty driver keeps 8 data bits and no parity",
  outputQueue: "a pty has no output queue: what is written is at the other side at once",
  modemLines: NO_LINE,
  modemLineCounts: NO_LINE,
  ring: NO_LINE,
  rtsCts: NO_LINE,
  break: NO_LINE,
  lineErrorCounters: NO_LINE,
  injectError: NO_LINE,
} as const;

/** Opens a port of the backend on a pty. */
export async function openOnPty(backend: Backend, config: SerialConfigInput): Promise<PtyPair> {
  const device = await createVirtualPort();
  let port: SerialPort;
  try {
    const target = { path: device.path, info: undefined };
    port = await openWith(backend, target, createSerialConfig(config));
  } catch (error) {
    await device.close();
    throw error;
  }
  const close = async (): Promise<void> => {
    await Promise.all([port.close(), device.close()]);
  };
  return { port, device, close, [Symbol.asyncDispose]: close };
}

/** Each test leaves no descriptor, timer or thread behind. */
const cleanTest: SuiteTest = (name, options, run) => test(name, options, leakFree(run));

/**
 * Runs the suite.
 *
 * @param target System and CPU whose numbers the backend speaks: `freebsd-x64`, …
 * @param backend The backend.
 */
export function translatedPtySuite(target: string, backend: Backend): void {
  backendSuite({
    test: cleanTest,
    name: target,
    makePair: (config) => openPtyCable(config, (settings) => openOnPty(backend, settings)),
    missing,
  });
}
