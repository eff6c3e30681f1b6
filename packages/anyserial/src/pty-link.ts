// The link of an emulated port: the path that an application looks for. Nothing that is not such a
// link is ever overwritten or removed.

import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { dirname } from "node:path";
import { PortBusyError } from "./errors.ts";
import { invalid, isIntegerIn } from "./validate.ts";

/** Who may open the device. */
export interface DeviceAccess {
  /** Permission bits, 0 to 0o777. */
  readonly mode?: number | undefined;
  /** User name or id. */
  readonly owner?: string | number | undefined;
  /** Group name or id. */
  readonly group?: string | number | undefined;
}

/**
 * Checks that a link may be made: nothing is there, or the dangling link of an earlier port. To be
 * asked before the pty is opened, whose number may be the one that a dangling link points to.
 *
 * @param link Path to make.
 * @throws {@link PortBusyError} `EEXIST` — something else is at the path.
 */
export function checkLink(link: string): void {
  if (isFree(link)) return;
  throw new PortBusyError(`Cannot create port "${link}": the path is in use`, {
    code: "EEXIST",
    path: link,
    operation: "create",
    hint: `remove ${link} if nothing uses it, or choose another path`,
  });
}

/**
 * Makes the link, and its parent folders, in one step.
 *
 * @param link Path to make; checked before.
 * @param device Where it points.
 */
export function makeLink(link: string, device: string): void {
  mkdirSync(dirname(link), { recursive: true });
  const fresh = `${link}.${process.pid}.new`;
  symlinkSync(device, fresh);
  try {
    renameSync(fresh, link);
  } catch (error) {
    rmSync(fresh, { force: true });
    throw error;
  }
}

/** Removes the link if it still points to the device. */
export function removeLink(link: string, device: string): void {
  try {
    if (readlinkSync(link) === device) rmSync(link);
  } catch {
    // Somebody removed it: that is what was wanted.
  }
}

/** Mode and ownership as the system wants them; `undefined` leaves what is there. */
export interface CheckedAccess {
  readonly mode: number | undefined;
  readonly uid: number | undefined;
  readonly gid: number | undefined;
}

/**
 * Checks mode and ownership, and looks names up, before anything is made.
 *
 * @throws {@link ConfigurationError} `ERR_INVALID_ARG_VALUE` — one of them is wrong or unknown.
 */
export function checkAccess({ mode, owner, group }: DeviceAccess): CheckedAccess {
  if (mode !== undefined && !isIntegerIn(mode, 0, 0o777)) {
    throw invalid("mode", mode, "permission bits, 0 to 0o777");
  }
  return {
    mode,
    uid: owner === undefined ? undefined : idOf("owner", owner, "/etc/passwd"),
    gid: group === undefined ? undefined : idOf("group", group, "/etc/group"),
  };
}

/** Applies mode and ownership to the device node. */
export function applyAccess(device: string, { mode, uid, gid }: CheckedAccess): void {
  if (uid !== undefined || gid !== undefined) {
    const now = statSync(device);
    chownSync(device, uid ?? now.uid, gid ?? now.gid);
  }
  if (mode !== undefined) chmodSync(device, mode);
}

function isFree(link: string): boolean {
  const entry = lstatSync(link, { throwIfNoEntry: false });
  if (entry === undefined) return true;
  if (!entry.isSymbolicLink() || !readlinkSync(link).startsWith("/dev/pts/")) return false;
  return statSync(link, { throwIfNoEntry: false }) === undefined;
}

function idOf(field: string, value: string | number, database: string): number {
  if (isIntegerIn(value, 0, 0xffff_fffe)) return value;
  const rows = readFileSync(database, "utf8")
    .split("\n")
    .map((row) => row.split(":"));
  const id = rows.find(([name]) => name === value)?.[2];
  if (id === undefined) throw invalid(field, value, `an id, or a name in ${database}`);
  return Number(id);
}
