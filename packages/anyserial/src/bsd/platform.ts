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

/** How often an open port of NetBSD is looked at, in milliseconds. */
const GONE_LOOK_MS = 1000;
/** What a request answers on a device that is gone. */
const GONE = ["ENXIO", "EIO", "ENODEV", "EBADF"] as const;

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
  /**
   * How often an open port is looked at where its end has no event, in milliseconds.
   * @defaultValue 1000
   */
  readonly goneLookMs?: number;
}

/** Builds the platform. */
export function bsdPlatform(bsd: BsdParts): PosixPlatform {
  const { variant, goneLookMs = GONE_LOOK_MS, ...parts } = bsd;
  const { abi, libc } = parts;
  const isGone = (fd: number): boolean => {
    const result = libc.ioctl(fd, abi.FIONREAD, new Uint8Array(4));
    return GONE.some((name) => result === -(abi.errno[name] as number));
  };
  const hasOldPtys = variant === "openbsd" || variant === "netbsd";
  return {
    ...bsdFamilyPlatform({
      ...parts,
      name: variant,
      capabilities: bsdCapabilities(variant),
      ptyPaths: hasOldPtys ? OLD_PTY_PATHS : PTY_PATHS,
    }),
    openHint: (path, code) => openHint(variant, path, code),
    // NetBSD's filter of a tty knows data only, no hang-up (tty.c, filt_ttyread()).
    ...(variant === "netbsd" ? { isGone, goneLookMs } : {}),
  };
}
