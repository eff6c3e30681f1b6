// A pty on macOS: /dev/ptmx, and the requests behind grantpt(3), unlockpt(3) and ptsname(3), which take no
// memory of the C library. What its kernel does its own way is in docs/platforms/macos.md (xnu,
// tty_dev.c and tty_ptmx.c).

import { createSerialConfig } from "../config.ts";
import type { SerialError } from "../errors.ts";
import { errnoError } from "../posix/errno.ts";
import type { PosixPlatform } from "../posix/posix-platform.ts";
import { PtyPort } from "../posix/pty-port.ts";
import type { Readiness } from "../posix/readiness/readiness.ts";
import { samplePresence } from "../posix/sampled-presence.ts";
import type { DarwinAbi } from "./abi.ts";

const MULTIPLEXER = "/dev/ptmx";
/** Size of the argument of TIOCPTYGNAME: `char[128]`. */
const NAME_BYTES = 128;

/** What a pty is made with. */
export interface DarwinPtySystem {
  readonly platform: PosixPlatform;
  readonly abi: DarwinAbi;
  readonly readiness: Readiness;
}

/**
 * Opens a pty.
 *
 * @param system The running system.
 * @param name What errors call it; by default the path of its device.
 * @returns The controller.
 * @throws {@link SerialError} — there are no ptys, or no descriptors, left.
 */
export function openDarwinPty(system: DarwinPtySystem, name: string | undefined): PtyPort {
  const { platform, abi, readiness } = system;
  const { libc } = platform;
  const flags = abi.O_RDWR | abi.O_NOCTTY | abi.O_NONBLOCK | abi.O_CLOEXEC;
  const fd = libc.open(MULTIPLEXER, flags);
  if (fd < 0) throw failed(system, "open", fd);
  let port: PtyPort | undefined;
  try {
    const devicePath = unlock(system, fd);
    port = PtyPort.create(
      {
        platform,
        readiness,
        openDevice: () => libc.open(devicePath, flags),
        openSyscall: "open",
        watchDevice: samplePresence,
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
    if (result < 0) throw failed(system, `ioctl(${request})`, result);
  }
  return Buffer.from(name.subarray(0, name.indexOf(0))).toString("utf8");
}

function failed({ abi }: DarwinPtySystem, syscall: string, result: number): SerialError {
  return errnoError({
    context: "open",
    operation: "create",
    path: MULTIPLEXER,
    syscall,
    errno: -result,
    errnoByName: abi.errno,
  });
}
