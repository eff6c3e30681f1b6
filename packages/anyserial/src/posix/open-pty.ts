// A new pty by /dev/ptmx: the steps that the systems share. The way to its device comes in.

import type { SerialError } from "../errors/errors.ts";
import { errnoError } from "./errno.ts";
import type { PosixPlatform } from "./posix-platform.ts";
import { PtyController } from "./pty-controller.ts";
import type { Controller, PtySystem } from "./pty-system.ts";

const MULTIPLEXER = "/dev/ptmx";

/** The system's own way with a pty. */
export interface PtyDevice extends Omit<PtySystem, "platform" | "openController" | "openDevice"> {
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
 * @param name Name in errors; by default the path of its device.
 * @returns The controller.
 * @throws {@link SerialError} — there are no ptys, or no descriptors, left.
 */
export function openPty(
  platform: PosixPlatform,
  { unlock, openDevice, ...rest }: PtyDevice,
  name: string | undefined,
): PtyController {
  const { abi, libc } = platform;
  const flags = abi.O_RDWR | abi.O_NOCTTY | abi.O_NONBLOCK | abi.O_CLOEXEC;
  const system: PtySystem = {
    ...rest,
    platform,
    openController: () => openController(platform, flags, unlock),
    openDevice: ({ fd, devicePath }) => openDevice({ controller: fd, devicePath, flags }),
  };
  const controller = system.openController();
  try {
    return new PtyController(system, controller, name);
  } catch (error) {
    libc.close(controller.fd);
    throw error;
  }
}

function openController(
  platform: PosixPlatform,
  flags: number,
  unlock: PtyDevice["unlock"],
): Controller {
  const fd = platform.libc.open(MULTIPLEXER, flags);
  if (fd < 0) throw ptyError(platform, "open", fd);
  try {
    return { fd, devicePath: unlock(fd) };
  } catch (error) {
    platform.libc.close(fd);
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
