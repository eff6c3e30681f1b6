// A pty on Linux: /dev/ptmx, TIOCGPTN and TIOCGPTPEER. See pts(4) and ioctl_tty(2).

import type { SerialError } from "../errors.ts";
import { openPty, type PtyDevice, ptyError } from "../posix/open-pty.ts";
import type { PosixPlatform } from "../posix/posix-platform.ts";
import type { PtyPort } from "../posix/pty-port.ts";
import type { Readiness } from "../posix/readiness/readiness.ts";
import type { LinuxAbi } from "./abi.ts";
import type { DevicePresence } from "./inotify.ts";

/** What a pty is made with. */
export interface LinuxPtySystem {
  readonly platform: PosixPlatform;
  readonly abi: LinuxAbi;
  readonly readiness: Readiness;
  readonly presence: DevicePresence;
}

/**
 * Opens a pty, its device raw, without echo, at the default settings.
 *
 * @param system The running system.
 * @param name What errors call it; by default the path of its device.
 * @returns The controller.
 * @throws {@link SerialError} — there are no ptys, or no descriptors, left.
 */
export function openLinuxPty(system: LinuxPtySystem, name: string | undefined): PtyPort {
  const { platform, abi, readiness, presence } = system;
  const device = {
    readiness,
    unlock: (controller: number) => `/dev/pts/${unlock(system, controller)}`,
    openDevice: ({ controller, flags }) =>
      platform.libc.ioctlValue(controller, abi.TIOCGPTPEER, flags),
    openSyscall: "ioctl(TIOCGPTPEER)",
    watchDevice: ({ path, onChange }) => presence.watch(path, onChange),
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
