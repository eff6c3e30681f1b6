// The token file: the secret that a request must carry to change state.

import { randomBytes } from "node:crypto";
import { closeSync, constants, fstatSync, openSync, readFileSync, writeSync } from "node:fs";
import { ConfigurationError } from "anyserial";
import { isPosix } from "../process/is-posix.ts";

const TOKEN_BYTES = 32;
const PRIVATE_MODE = 0o600;
const LENGTH_MIN = 16;

/**
 * Reads the token, or makes a random one.
 *
 * @param file Path; created with mode 0600 if missing.
 * @returns The token.
 * @throws `ConfigurationError` `ERR_INVALID_ARG_VALUE` — others can read it, or it holds no token.
 * @throws The system's error — it cannot be read or made.
 */
export function loadToken(file: string): string {
  try {
    return makeToken(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    return readToken(file);
  }
}

function makeToken(file: string): string {
  const token = randomBytes(TOKEN_BYTES).toString("hex");
  const { O_CREAT, O_EXCL, O_WRONLY } = constants;
  const fd = openSync(file, O_CREAT | O_EXCL | O_WRONLY, PRIVATE_MODE);
  try {
    writeSync(fd, `${token}\n`);
  } finally {
    closeSync(fd);
  }
  return token;
}

function readToken(file: string): string {
  const fd = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const status = fstatSync(fd);
    if (!status.isFile()) throw unusable(file, "it is no file", "give another listen.tokenFile");
    // On Windows, the rights of the folder decide; there are no modes.
    if (isPosix() && (status.mode & 0o077) !== 0) {
      throw unusable(file, "other users can read it", `chmod 600 ${file}`);
    }
    const token = readFileSync(fd, "utf8").trim();
    if (token.length >= LENGTH_MIN && /^\S+$/.test(token)) return token;
    throw unusable(
      file,
      `it holds no token of ${LENGTH_MIN} characters`,
      "remove it: a new one is made",
    );
  } finally {
    closeSync(fd);
  }
}

function unusable(file: string, reason: string, hint: string): ConfigurationError {
  return new ConfigurationError(`Cannot use token file "${file}": ${reason}`, {
    code: "ERR_INVALID_ARG_VALUE",
    path: file,
    operation: "listen",
    hint,
  });
}
