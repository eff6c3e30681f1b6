// Users and groups in a configuration: names that this machine knows, or numbers.

import { readFileSync } from "node:fs";
import { invalid, nearest } from "anyserial/arguments";
import type { ConfigNode } from "./config-node.ts";
import { showValue } from "./problem.ts";
import type { Reader } from "./readers.ts";

/** The files in which the C library looks names up, too. */
const DATABASES = { user: "/etc/passwd", group: "/etc/group" } as const;

/** -1 means "as it is" to chown(2). */
const ID_MAX = 0xffff_fffe;

/**
 * Makes a reader of a user or a group: a name or a number; text of digits is a number.
 *
 * @param kind Which of the two.
 * @returns The reader.
 */
export function account(kind: keyof typeof DATABASES): Reader<string | number> {
  const allowed = "a name or a number";
  const read = (node: ConfigNode): string | number | undefined => {
    const given = node.value;
    const isDigits = typeof given === "string" && /^\d{1,10}$/.test(given);
    const id = isDigits ? Number(given) : given;
    if (typeof id === "number" && Number.isInteger(id) && id >= 0 && id <= ID_MAX) return id + 0;
    const isName = typeof id === "string" && /^[^\0:\s]+$/.test(id);
    if (isName && (namesIn(DATABASES[kind])?.includes(id) || !/^[\d.+-]/.test(id))) {
      return known(node, kind, id);
    }
    node.refuse(allowed);
    return undefined;
  };
  return { allowed, read };
}

/** Accounts come and go without the file: a hub starts without the member that needs one. */
function known(node: ConfigNode, kind: keyof typeof DATABASES, name: string): string {
  const database = DATABASES[kind];
  const names = namesIn(database);
  if (names === undefined || names.includes(name)) return name;
  const near = nearest(name, names);
  const hint =
    near === undefined ? `give its number, or a name in ${database}` : `did you mean ${near}?`;
  node.warn(`is no ${kind} of this machine`, hint, showValue(name));
  return name;
}

/**
 * Finds the number of a user or a group.
 *
 * @param kind Which of the two.
 * @param value A name or a number; `undefined` stays so.
 * @throws `ConfigurationError` `ERR_INVALID_ARG_VALUE` — this machine does not know the name.
 */
export function idOf(
  kind: keyof typeof DATABASES,
  value: string | number | undefined,
): number | undefined {
  if (typeof value !== "string") return value;
  const database = DATABASES[kind];
  const id = rowsOf(database)?.find(([name]) => name === value)?.[2];
  if (id !== undefined) return Number(id);
  throw invalid(kind === "user" ? "owner" : kind, value, `an id, or a name in ${database}`);
}

function namesIn(database: string): readonly string[] | undefined {
  return rowsOf(database)?.map(([name = ""]) => name);
}

/** `undefined` where there is no such file: it cannot be said then. */
function rowsOf(database: string): readonly (readonly string[])[] | undefined {
  try {
    const rows = readFileSync(database, "utf8").split("\n");
    return rows.filter((row) => row !== "").map((row) => row.split(":"));
  } catch {
    return undefined;
  }
}
