// The conformance suite over the BSD backend on ptys of Linux: the backend's own flags, structs and numbers,
// translated by the headers of the target (translated-libc.ts). What is left out is kqueue, for epoll.

import { arch } from "node:process";
import { bsdAbi } from "../../dist/bsd/abi.js";
import { bsdPlatform } from "../../dist/bsd/platform.js";
import type { BsdVariant } from "../../dist/bsd/variant.js";
import { ffi } from "../../dist/ffi/koffi.js";
import { linuxParts } from "../../dist/linux/backend.js";
import { bindTcdrain } from "../../dist/posix/libc.js";
import { PosixBackend } from "../../dist/posix/posix-backend.js";
import { keepReactor } from "./leak-free.ts";
import { translatedLibc } from "./translated-libc.ts";
import { translatedPtySuite } from "./translated-pty-suite.ts";

const parts = linuxParts(ffi, arch);

function backendOf(target: string): PosixBackend {
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
  return new PosixBackend({ ...parts, platform });
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
