// Permissions of an emulated port: checked, and names looked up, before anything is made.

import { readFileSync } from "node:fs";
import { invalid, isIntegerIn } from "../arguments/validate.ts";
import type { CheckedAccess } from "../backend/emulated-port.ts";

/** Permissions of the device. */
export interface DeviceAccess {
  /** Permission bits, 0 to 0o777. */
  readonly mode?: number | undefined;
  /** User name or id. */
  readonly owner?: string | number | undefined;
  /** Group name or id. */
  readonly group?: string | number | undefined;
}

/**
 * Checks mode and ownership, and looks names up.
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

function idOf(field: string, value: string | number, database: string): number {
  if (isIntegerIn(value, 0, 0xffff_fffe)) return value;
  const rows = textOf(database)
    .split("\n")
    .map((row) => row.split(":"));
  const id = rows.find(([name]) => name === value)?.[2];
  if (id === undefined) throw invalid(field, value, `an id, or a name in ${database}`);
  return Number(id);
}

/** A container may have no such file: then it has no names. */
function textOf(database: string): string {
  try {
    return readFileSync(database, "utf8");
  } catch {
    return "";
  }
}
