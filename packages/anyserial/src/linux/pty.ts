// A pty on Linux: /dev/ptmx, TIOCGPTN and TIOCGPTPEER. See pts(4) and ioctl_tty(2).

import type { SerialError } from "../errors/errors.ts";
import type { Ffi } from "../ffi/ffi.ts";
import type { AccessCalls } from "../posix/device-access.ts";
import { openPty, type PtyDevice, ptyError } from "../posix/open-pty.ts";
import type { PosixPlatform } from "../posix/posix-platform.ts";
import type { PtyController } from "../posix/pty-controller.ts";
import type { Readiness } from "../posix/readiness/readiness.ts";
import type { LinuxAbi } from "./abi.ts";
import type { DeviceReads } from "./device-reads.ts";
import type { Inotify } from "./inotify.ts";
import { linuxRenewal } from "./last-close.ts";
import { watchPresence } from "./presence.ts";

/** Dependencies of a pty. */
export interface LinuxPtySystem {
  readonly platform: PosixPlatform;
  readonly abi: LinuxAbi;
  readonly readiness: Readiness;
  readonly inotify: Inotify;
  readonly reads: DeviceReads;
  readonly access: AccessCalls;
  /** dup3(2), close-on-exec; `-errno` on failure. */
  readonly duplicate: (from: number, to: number) => number;
}

/** Binds dup3(2). */
export function bindDuplicate(ffi: Ffi, abi: LinuxAbi): LinuxPtySystem["duplicate"] {
  const dup3 = ffi
    .program()
    .bind<(from: number, to: number, flags: number) => number>("dup3", "int", [
      "int",
      "int",
      "int",
    ]);
  return (from, to) => {
    const result = dup3(from, to, abi.O_CLOEXEC);
    return result < 0 ? -ffi.errno() : result;
  };
}

/**
 * Opens a pty, its device raw, without echo, at the default settings.
 *
 * @param system The running system.
 * @param name Name in errors; by default the path of its device.
 * @returns The controller.
 * @throws {@link SerialError} — there are no ptys, or no descriptors, left.
 */
export function openLinuxPty(system: LinuxPtySystem, name: string | undefined): PtyController {
  const { platform, abi, readiness, inotify, reads, access, duplicate } = system;
  const device = {
    readiness,
    access,
    unlock: (controller: number) => `/dev/pts/${unlock(system, controller)}`,
    openDevice: ({ controller, flags }) =>
      platform.libc.ioctlValue(controller, abi.TIOCGPTPEER, flags),
    openSyscall: "ioctl(TIOCGPTPEER)",
    watchDevice: (watched) => watchPresence(inotify, watched),
    markReads: (path) => reads.mark(path),
    renewal: linuxRenewal(platform.libc, abi, (fd, by) => duplicate(by, fd)),
  } satisfies PtyDevice;
  return openPty(platform, device, name);
}

function unlock(system: LinuxPtySystem, fd: number): number {
  const { abi, platform } = system;
  const cell = new Int32Array(1);
  const bytes = new Uint8Array(cell.buffer);
  const unlocked = platform.libc.ioctl(fd, abi.TIOCSPTLCK, bytes);
  if (unlocked < 0) throw ptyError(platform, "ioctl(TIOCSPTLCK)", unlocked);
  const numbered = platform.libc.ioctl(fd, abi.TIOCGPTN, bytes);
  if (numbered < 0) throw ptyError(platform, "ioctl(TIOCGPTN)", numbered);
  return cell[0] as number;
}
