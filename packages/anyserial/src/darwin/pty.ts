// A pty on macOS: /dev/ptmx, and the requests behind grantpt(3), unlockpt(3) and ptsname(3), which
// take no memory of the C library. The peculiarities of its kernel are in docs/platforms/macos.md
// (xnu, tty_dev.c and tty_ptmx.c).

import type { SerialError } from "../errors/errors.ts";
import type { AccessCalls } from "../posix/device-access.ts";
import { openPty, type PtyDevice, ptyError } from "../posix/open-pty.ts";
import type { PosixPlatform } from "../posix/posix-platform.ts";
import type { PtyController } from "../posix/pty-controller.ts";
import type { Readiness } from "../posix/readiness/readiness.ts";
import { samplePresence } from "../posix/sampled-presence.ts";
import type { DarwinAbi } from "./abi.ts";

/** Size of the argument of TIOCPTYGNAME: `char[128]`. */
const NAME_BYTES = 128;

/** Dependencies of a pty. */
export interface DarwinPtySystem {
  readonly platform: PosixPlatform;
  readonly abi: DarwinAbi;
  readonly readiness: Readiness;
  readonly access: AccessCalls;
}

/**
 * Opens a pty.
 *
 * @param system The running system.
 * @param name Name in errors; by default the path of its device.
 * @returns The controller.
 * @throws {@link SerialError} — there are no ptys, or no descriptors, left.
 */
export function openDarwinPty(system: DarwinPtySystem, name: string | undefined): PtyController {
  const { platform, readiness, access } = system;
  const device = {
    readiness,
    access,
    unlock: (controller: number) => unlock(system, controller),
    openDevice: ({ devicePath, flags }) => platform.libc.open(devicePath, flags),
    openSyscall: "open",
    watchDevice: samplePresence,
  } satisfies PtyDevice;
  return openPty(platform, device, name);
}

/** Lets the device be opened, and finds its path. */
function unlock(system: DarwinPtySystem, fd: number): string {
  const { abi, platform } = system;
  const name = new Uint8Array(NAME_BYTES);
  const steps = [
    ["TIOCPTYGRANT", () => platform.libc.ioctlValue(fd, abi.TIOCPTYGRANT, 0)],
    ["TIOCPTYUNLK", () => platform.libc.ioctlValue(fd, abi.TIOCPTYUNLK, 0)],
    ["TIOCPTYGNAME", () => platform.libc.ioctl(fd, abi.TIOCPTYGNAME, name)],
  ] as const;
  for (const [request, run] of steps) {
    const result = run();
    if (result < 0) throw ptyError(platform, `ioctl(${request})`, result);
  }
  return Buffer.from(name.subarray(0, name.indexOf(0))).toString("utf8");
}
