// The conformance suite over the BSD backend on ptys of Linux: the backend's own flags, structs and numbers,
// translated by the headers of the target (translated-libc.ts). What is left out is kqueue, for epoll.

import { arch } from "node:process";
import { bsdAbi } from "#internal/bsd/abi.js";
import { BsdBackend } from "#internal/bsd/backend.js";
import { bsdPlatform } from "#internal/bsd/platform.js";
import type { BsdVariant } from "#internal/bsd/variant.js";
import { ffi } from "#internal/ffi/koffi.js";
import { linuxParts } from "#internal/linux/backend.js";
import { bindTcdrain } from "#internal/posix/libc.js";
import { keepReactor } from "./leak-free.ts";
import { translatedLibc } from "./translated-libc.ts";
import { translatedPtySuite } from "./translated-pty-suite.ts";

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

await keepReactor();

/**
 * Runs the suite.
 *
 * @param target System and CPU whose numbers the backend speaks: `freebsd-x64`, …
 */
export function bsdPtySuite(target: string): void {
  translatedPtySuite(target, backendOf(target));
}
