// A new pty by /dev/ptmx: what the systems have in common. How its device is found and opened comes in.

import { createSerialConfig } from "../config.ts";
import type { SerialError } from "../errors.ts";
import { errnoError } from "./errno.ts";
import type { PosixPlatform } from "./posix-platform.ts";
import { PtyPort, type PtySystem } from "./pty-port.ts";

const MULTIPLEXER = "/dev/ptmx";

/** The system's own way with a pty. */
export interface PtyDevice extends Omit<PtySystem, "platform" | "openDevice"> {
  /** Lets the device be opened, and finds its path. */
  readonly unlock: (controller: number) => string;
  /** Opens the device with the flags of the controller; a descriptor, or `-errno`. */
  readonly openDevice: (parts: {
    readonly controller: number;
    readonly devicePath: string;
    readonly flags: number;
  }) => number;
}

/**
 * Opens a pty, its device raw, without echo, at the default settings.
 *
 * @param platform The running system.
 * @param device Its way with a pty.
 * @param name What errors call it; by default the path of its device.
 * @returns The controller.
 * @throws {@link SerialError} — there are no ptys, or no descriptors, left.
 */
export function openPty(
  platform: PosixPlatform,
  { unlock, openDevice, ...system }: PtyDevice,
  name: string | undefined,
): PtyPort {
  const { abi, libc } = platform;
  const flags = abi.O_RDWR | abi.O_NOCTTY | abi.O_NONBLOCK | abi.O_CLOEXEC;
  const fd = libc.open(MULTIPLEXER, flags);
  if (fd < 0) throw ptyError(platform, "open", fd);
  let port: PtyPort | undefined;
  try {
    const devicePath = unlock(fd);
    port = PtyPort.create(
      {
        ...system,
        platform,
        openDevice: (controller) => openDevice({ controller, devicePath, flags }),
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

/** Builds the error for a call on a new pty that failed with `-errno`. */
export function ptyError({ abi }: PosixPlatform, syscall: string, result: number): SerialError {
  return errnoError({
    context: "open",
    operation: "create",
    path: MULTIPLEXER,
    syscall,
    errno: -result,
    errnoByName: abi.errno,
  });
}
