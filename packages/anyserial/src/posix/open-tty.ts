// The order of steps that opens a terminal, and the way back when one of them fails: no descriptor,
// no lock and no changed setting is left.

import type { OpenRequest } from "../backend/backend.ts";
import { sleepBlocking } from "../process/sleep-blocking.ts";
import { errnoError, errnoName, type FailedCall } from "./errno.ts";
import { OpenDiscard } from "./open-discard.ts";
import type { PosixPlatform } from "./posix-platform.ts";
import { PosixPort } from "./posix-port.ts";
import type { Readiness } from "./readiness/readiness.ts";

/** The shortest sleep: the system makes 0.1 ms of it. */
const NAP_MS = 0.01;

/**
 * Opens and configures a terminal.
 *
 * Never waits for carrier: O_NONBLOCK. Never becomes the controlling terminal: O_NOCTTY.
 *
 * @param platform The system.
 * @param request What to open and how.
 * @param readiness Waits for it; `undefined` for blocking use.
 * @returns The port: locked if asked, raw, configured, without input from before unless that is asked for.
 */
export function openTty(
  platform: PosixPlatform,
  request: OpenRequest,
  readiness: Readiness | undefined,
): PosixPort {
  const { path, config, tuning } = request;
  if (config.discardInputOnOpen && tuning === undefined) beginTurn();
  const fd = openDescriptor(platform, path);
  let port: PosixPort | undefined;
  try {
    const discard = new OpenDiscard(platform, { fd, path }, config);
    discard.opened();
    const original = readOriginal(platform, fd, path);
    const handle = { fd, path, isPseudoTerminal: platform.isPseudoTerminal(fd, path) };
    discard.isTerminal(handle, original);
    port = new PosixPort(platform, handle, readiness);
    port.takeOver(request, { steps: discard, original, tuning });
    return port;
  } catch (error) {
    if (port === undefined) platform.libc.close(fd);
    else port.abandon();
    throw error;
  }
}

/**
 * Sleeps for a moment, so that open(2) begins with a new turn of the processor. A program that emulates a device
 * wakes inside open(2). If this program has used up its turn by then, the system lets the other one run first: it
 * greets before input can be discarded, and its greeting is taken for old input.
 */
function beginTurn(): void {
  sleepBlocking(NAP_MS);
}

/** Opens a path without waiting and without becoming its session's terminal. */
export function openDescriptor(platform: PosixPlatform, path: string): number {
  const { abi, libc } = platform;
  const flags = abi.O_RDWR | abi.O_NOCTTY | abi.O_NONBLOCK | abi.O_CLOEXEC;
  let fd: number;
  do {
    fd = libc.open(path, flags);
  } while (fd === -abi.errno.EINTR);
  if (fd >= 0) return fd;
  throw failedOpen(platform, path, { syscall: "open", errno: -fd });
}

/** Reads the settings as they are: fails where the descriptor is no terminal. */
export function readOriginal(platform: PosixPlatform, fd: number, path: string): Uint8Array {
  const { abi, libc } = platform;
  const bytes = new Uint8Array(abi.termios.size);
  const result = libc.ioctl(fd, abi.TERMIOS_GET, bytes);
  if (result >= 0) return bytes;
  const syscall = `ioctl(${abi.termiosRequests.get})`;
  throw failedOpen(platform, path, { syscall, errno: -result });
}

function failedOpen(
  { abi, openHint }: PosixPlatform,
  path: string,
  call: Pick<FailedCall, "syscall" | "errno">,
): Error {
  const hint = openHint?.(path, errnoName(call.errno, abi.errno));
  const errnoByName = abi.errno;
  return errnoError({ context: "open", operation: "open", path, ...call, errnoByName, hint });
}
