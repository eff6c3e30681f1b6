// Permissions of the device of a pty: set on its open descriptor, so that they apply to this device
// and no other that a path leads to by then.

import type { CheckedAccess } from "../backend/emulated-port.ts";
import type { SerialError } from "../errors/errors.ts";
import type { Ffi } from "../ffi/ffi.ts";
import { errnoError, errnoName } from "./errno.ts";
import type { Tty } from "./tty.ts";

/** The calls; failures are `-errno`. */
export interface AccessCalls {
  /** fchown(2). */
  chown(fd: number, uid: number, gid: number): number;
  /** fchmod(2). */
  chmod(fd: number, mode: number): number;
}

/** The user or group id that keeps the present one. */
const AS_IT_IS = 0xffff_ffff;

export function bindAccessCalls(ffi: Ffi): AccessCalls {
  const library = ffi.program();
  type Chown = (fd: number, uid: number, gid: number) => number;
  const fchown = library.bind<Chown>("fchown", "int", ["int", "uint", "uint"]);
  type Chmod = (fd: number, mode: number) => number;
  const fchmod = library.bind<Chmod>("fchmod", "int", ["int", "uint"]);
  const result = (value: number): number => (value < 0 ? -ffi.errno() : value);
  return {
    chown: (fd, uid, gid) => result(fchown(fd, uid, gid)),
    chmod: (fd, mode) => result(fchmod(fd, mode)),
  };
}

/**
 * Sets mode and ownership.
 *
 * @param tty The controller, for errors.
 * @param device The open device, and the calls.
 * @param access What to set.
 * @throws `PortPermissionError` `EPERM` — this user may not give the device to that user or group.
 */
export function setAccess(
  tty: Tty,
  { fd, chown, chmod }: AccessCalls & { readonly fd: number },
  { mode, uid, gid }: CheckedAccess,
): void {
  if (uid !== undefined || gid !== undefined) {
    const result = chown(fd, uid ?? AS_IT_IS, gid ?? AS_IT_IS);
    const what = uid === undefined ? "group" : "owner";
    if (result < 0) throw failure(tty, { what, syscall: "fchown", result });
  }
  if (mode === undefined) return;
  const result = chmod(fd, mode);
  if (result < 0) throw failure(tty, { what: "mode", syscall: "fchmod", result });
}

interface Failed {
  readonly what: "owner" | "group" | "mode";
  readonly syscall: string;
  readonly result: number;
}

function failure({ abi, path }: Tty, { what, syscall, result }: Failed): SerialError {
  const isForbidden = errnoName(-result, abi.errno) === "EPERM";
  const call = { context: "create", operation: `set the ${what} of`, path, syscall } as const;
  const hint = isForbidden ? HINTS[what] : `leave out ${what}`;
  return errnoError({ ...call, errno: -result, errnoByName: abi.errno, hint });
}

const HINTS = {
  owner: "leave out owner, or run as root: only root gives a port to another user",
  group: "name a group that this user is in, or run as root",
  mode: "leave out mode, or run as the owner of the port",
} as const;
