// The BSDs as a POSIX platform: what each can do, and where its ptys are. Everything else is shared.

import { createCapabilities, type SerialCapabilities } from "../capabilities.ts";
import type { BsdFamilyAbi } from "../posix/bsd-abi.ts";
import { bsdFamilyPlatform } from "../posix/bsd-platform.ts";
import type { Libc } from "../posix/libc.ts";
import type { PosixPlatform } from "../posix/posix-platform.ts";
import { openHint } from "./hints.ts";
import type { BsdVariant } from "./variant.ts";

/** Device sides of ptys: FreeBSD and DragonFly have no others; `ttyu0` of FreeBSD is a real port. */
const PTY_PATHS = /^\/dev\/pts\/\d+$/;
/** The names of old, which OpenBSD has only and NetBSD has as well. */
const OLD_PTY_PATHS = /^\/dev\/(pts\/\d+|tty[p-zP-T][0-9a-zA-Z])$/;

/**
 * What a BSD can do; `unknown` is for the driver to say, and nothing of it was tried on hardware.
 *
 * @param variant The system.
 */
export function bsdCapabilities(variant: BsdVariant): SerialCapabilities {
  const hasDtrDsr = variant === "freebsd" || variant === "dragonfly";
  return createCapabilities(variant, "bsd", {
    customBaudRate: "supported",
    markSpaceParity: "unknown",
    xonXoff: "supported",
    rtsCts: "supported",
    dtrDsr: hasDtrDsr ? "unknown" : "unsupported",
    modemLines: "unknown",
    modemLineEvents: "unknown",
    breakSignal: "supported",
    exclusiveAccess: "supported",
    inputWaiting: "supported",
    outputWaiting: "unknown",
    portDiscovery: "supported",
  });
}

/** What the platform is built from; tests bring their own. */
export interface BsdParts {
  readonly variant: BsdVariant;
  readonly libc: Libc;
  /** tcdrain(3), blocking. */
  readonly tcdrain: (fd: number) => number;
  /** Constants of the system and the CPU. */
  readonly abi: BsdFamilyAbi;
}

/** Builds the platform. */
export function bsdPlatform({ variant, ...parts }: BsdParts): PosixPlatform {
  const hasOldPtys = variant === "openbsd" || variant === "netbsd";
  return {
    ...bsdFamilyPlatform({
      ...parts,
      name: variant,
      capabilities: bsdCapabilities(variant),
      ptyPaths: hasOldPtys ? OLD_PTY_PATHS : PTY_PATHS,
    }),
    openHint: (path, code) => openHint(variant, path, code),
  };
}
