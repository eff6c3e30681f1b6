// The conformance suite over the BSD backend on ptys of Linux: the backend's own flags, structs and numbers,
// translated by the headers of the target (translated-libc.ts). What is left out is kqueue, for epoll.

import { arch } from "node:process";
import { test } from "node:test";
import { createSerialConfig, type SerialConfigInput, type SerialPort } from "anyserial";
import { createVirtualPort } from "anyserial/pty";
import { backendSuite, type PtyPair, type SuiteTest } from "anyserial/testing";
import { bsdAbi } from "#internal/bsd/abi.js";
import { BsdBackend } from "#internal/bsd/backend.js";
import { bsdPlatform } from "#internal/bsd/platform.js";
import type { BsdVariant } from "#internal/bsd/variant.js";
import { ffi } from "#internal/ffi/koffi.js";
import { linuxParts } from "#internal/linux/backend.js";
import { openWith } from "#internal/open.js";
import { bindTcdrain } from "#internal/posix/libc.js";
import { keepReactor, leakFree } from "./leak-free.ts";
import { openPtyCable } from "./pty-cable.ts";
import { translatedLibc } from "./translated-libc.ts";

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

const parts = linuxParts(ffi, arch);

function backendOf(target: string): BsdBackend {
  const [variant, cpu = ""] = target.split("-");
  const abi = bsdAbi(variant as BsdVariant, cpu); // as the fixture names them
  if (abi === undefined) throw new Error(`no table for ${target}`);
  const libc = translatedLibc(target, parts.platform.libc);
  const platform = bsdPlatform({
    variant: variant as BsdVariant,
    libc,
    tcdrain: bindTcdrain(ffi),
    abi,
  });
  return new BsdBackend({ ...parts, platform });
}

/** Opens a port of the backend on a pty. */
async function openPort(backend: BsdBackend, config: SerialConfigInput): Promise<PtyPair> {
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

await keepReactor();

/** Each test leaves no descriptor, timer or thread behind. */
const cleanTest: SuiteTest = (name, options, run) => test(name, options, leakFree(run));

/**
 * Runs the suite.
 *
 * @param target System and CPU whose numbers the backend speaks: `freebsd-x64`, …
 */
export function bsdPtySuite(target: string): void {
  const backend = backendOf(target);
  backendSuite({
    test: cleanTest,
    name: target,
    makePair: (config) => openPtyCable(config, (settings) => openPort(backend, settings)),
    missing,
  });
}
