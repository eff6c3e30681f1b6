// Programs of Debian that the guest has unpacked in a folder, beside those of the host.

import { existsSync } from "node:fs";
import { join } from "node:path";

/** The folder; `undefined` where it could not be fetched. */
const FOLDER = process.env["ANYSERIAL_HIL_PROGRAMS"];
const LIBRARIES = ["usr/lib/x86_64-linux-gnu", "usr/lib", "lib/x86_64-linux-gnu"];
const FOLDERS = ["usr/bin", "usr/sbin", "bin", "sbin"];

/** Why a test is skipped: the program is not there. */
export function missing(name: string): string | false {
  return existsSync(pathOf(name)) ? false : `${name} could not be fetched`;
}

/** Path of a program. */
export function pathOf(name: string): string {
  const folders = FOLDERS.map((folder) => join(FOLDER ?? "/nowhere", folder, name));
  return folders.find((path) => existsSync(path)) ?? join(FOLDER ?? "/nowhere", name);
}

/** Path of another file of the packages. */
export function fileOf(path: string): string {
  return join(FOLDER ?? "/nowhere", path);
}

/** The environment that they need. */
export function programEnvironment(): NodeJS.ProcessEnv {
  const root = FOLDER ?? "/nowhere";
  return {
    ...process.env,
    LD_LIBRARY_PATH: LIBRARIES.map((folder) => join(root, folder)).join(":"),
    PYTHONPATH: join(root, "usr/lib/python3/dist-packages"),
    TERM: "xterm",
  };
}
