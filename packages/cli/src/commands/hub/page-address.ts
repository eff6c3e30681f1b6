// The address of a hub's page with its token, for hubs whose configuration a command writes itself.

import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";

const TOKEN_BYTES = 16;
const PRIVATE_MODE = 0o600;

/** Name of the token's file, beside the configuration. */
export const TOKEN_FILE = "token";

/**
 * Writes the file of a new token.
 *
 * @param folder Folder of the configuration.
 * @returns The token.
 * @throws The system's error — the file cannot be made.
 */
export async function writeToken(folder: string): Promise<string> {
  const token = randomBytes(TOKEN_BYTES).toString("hex");
  await writeFile(join(folder, TOKEN_FILE), `${token}\n`, { mode: PRIVATE_MODE, flag: "wx" });
  return token;
}

/**
 * Puts the token into an address. The page takes it out again; a browser sends this part to no server.
 *
 * @param http Address of the hub, as `http://127.0.0.1:7070`.
 */
export function pageAddress(http: string, token: string): string {
  return `${http}/#token=${token}`;
}
