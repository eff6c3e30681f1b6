// macOS as a POSIX platform: its family's, with its own way to set a rate.

import { createCapabilities, type SerialCapabilities } from "../model/capabilities.ts";
import { bsdFamilyPlatform } from "../posix/bsd-platform.ts";
import type { Libc } from "../posix/libc.ts";
import type { PosixPlatform } from "../posix/posix-platform.ts";
import type { DarwinAbi } from "./abi.ts";
import { commitWithRate } from "./baud-rate.ts";
import { openHint } from "./hints.ts";

/** Capabilities of macOS; `unknown` depends on the driver. */
export const DARWIN_CAPABILITIES: SerialCapabilities = createCapabilities("darwin", "darwin", {
  customBaudRate: "supported",
  xonXoff: "supported",
  rtsCts: "supported",
  dtrDsr: "unknown",
  modemLines: "unknown",
  modemLineEvents: "unknown",
  breakSignal: "unknown",
  exclusiveAccess: "supported",
  inputWaiting: "supported",
  outputWaiting: "supported",
  portDiscovery: "supported",
});

/** Dependencies of the platform; tests replace them. */
export interface DarwinParts {
  readonly libc: Libc;
  /** tcdrain(3), blocking. */
  readonly tcdrain: (fd: number) => number;
  readonly abi: DarwinAbi;
}

export function darwinPlatform({ libc, tcdrain, abi }: DarwinParts): PosixPlatform {
  return {
    ...bsdFamilyPlatform({
      name: "darwin",
      abi,
      libc,
      tcdrain,
      capabilities: DARWIN_CAPABILITIES,
      ptyPaths: /^\/dev\/(ttys\d+|tty[p-w][0-9a-f])$/,
    }),
    // The kqueue filter of a serial port goes by select(2), which is ready when the device is gone,
    // and has no EV_EOF (IOSerialBSDClient::iossselect(); spec_vnops.c, spec_kqfilter()).
    isGone: (fd) =>
      libc.ioctl(fd, abi.FIONREAD, new Uint8Array(4)) === -(abi.errno["ENXIO"] as number),
    commitTermios: (fd, termios) => commitWithRate({ libc, abi }, fd, termios),
    openHint,
  };
}
