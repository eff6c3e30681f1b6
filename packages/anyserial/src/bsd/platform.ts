// The BSDs as a POSIX platform: the capabilities of each, and where its ptys are. Everything else
// is shared.

import { createCapabilities, type SerialCapabilities } from "../model/capabilities.ts";
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

/** Interval of polling an open port of NetBSD, in milliseconds. */
const GONE_POLL_MS = 1000;
/** Errors of a request on a device that is gone. */
const GONE = ["ENXIO", "EIO", "ENODEV", "EBADF"] as const;

/**
 * Capabilities of a BSD; `unknown` depends on the driver, and was never tried on hardware.
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

/** Dependencies of the platform; tests replace them. */
export interface BsdParts {
  readonly variant: BsdVariant;
  readonly libc: Libc;
  /** tcdrain(3), blocking. */
  readonly tcdrain: (fd: number) => number;
  /** Constants of the system and the CPU. */
  readonly abi: BsdFamilyAbi;
  /**
   * Interval of polling an open port whose end has no event, in milliseconds.
   * @defaultValue 1000
   */
  readonly gonePollMs?: number;
}

export function bsdPlatform(bsd: BsdParts): PosixPlatform {
  const { variant, gonePollMs = GONE_POLL_MS, ...parts } = bsd;
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
    ...(variant === "netbsd" ? { isGone, gonePollMs } : {}),
  };
}
