// A pty on Linux: /dev/ptmx, TIOCGPTN and TIOCGPTPEER. See pts(4) and ioctl_tty(2).

import { createSerialConfig } from "../config.ts";
import type { SerialError } from "../errors.ts";
import { errnoError } from "../posix/errno.ts";
import type { PosixPlatform } from "../posix/posix-platform.ts";
import { PtyPort } from "../posix/pty-port.ts";
import type { Readiness } from "../posix/readiness/readiness.ts";
import type { LinuxAbi } from "./abi.ts";
import type { DevicePresence } from "./inotify.ts";

const MULTIPLEXER = "/dev/ptmx";

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
  const { libc } = platform;
  const flags = abi.O_RDWR | abi.O_NOCTTY | abi.O_NONBLOCK | abi.O_CLOEXEC;
  const fd = libc.open(MULTIPLEXER, flags);
  if (fd < 0) throw failed(system, "open", fd);
  let port: PtyPort | undefined;
  try {
    const devicePath = `/dev/pts/${unlock(system, fd)}`;
    port = PtyPort.create(
      {
        platform,
        readiness,
        openDevice: (controller) => libc.ioctlValue(controller, abi.TIOCGPTPEER, flags),
        openSyscall: "ioctl(TIOCGPTPEER)",
        watchDevice: ({ path, onChange }) => presence.watch(path, onChange),
      },
      { fd, path: name ?? devicePath, isPseudoTerminal: true },
      devicePath,
    );
    port.configure(createSerialConfig(), () => undefined);
    return port;
  } catch (error) {
    if (port === undefined) libc.close(fd);
    else port.abandon();
    throw error;
  }
}

function unlock(system: LinuxPtySystem, fd: number): number {
  const { abi, platform } = system;
  const cell = new Int32Array(1);
  const bytes = new Uint8Array(cell.buffer);
  const unlocked = platform.libc.ioctl(fd, abi.TIOCSPTLCK, bytes);
  if (unlocked < 0) throw failed(system, "ioctl(TIOCSPTLCK)", unlocked);
  const numbered = platform.libc.ioctl(fd, abi.TIOCGPTN, bytes);
  if (numbered < 0) throw failed(system, "ioctl(TIOCGPTN)", numbered);
  return cell[0] as number;
}

function failed({ abi }: LinuxPtySystem, syscall: string, result: number): SerialError {
  return errnoError({
    context: "open",
    operation: "create",
    path: MULTIPLEXER,
    syscall,
    errno: -result,
    errnoByName: abi.errno,
  });
}
