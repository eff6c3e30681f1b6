// Places of control sockets: a folder that only this user can enter, and a name derived from the
// configuration file, so that `status FILE` finds the hub started by `hub FILE`. On Windows they
// are named pipes, which share one place for all users.

import { createHash } from "node:crypto";
import { existsSync, lstatSync, mkdirSync, readdirSync, realpathSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { ConfigurationError, PortPermissionError } from "anyserial";
import { SOCKET_PATH_BYTES_MAX } from "../config/paths.ts";
import { isPosix } from "../process/is-posix.ts";
import { controlError } from "./control-error.ts";

const FOLDER_MODE = 0o700;
const HASH_DIGITS = 8;
const NAME_MAX = 32;

/** Where Windows has its named pipes. @see "Pipe Names" of the Win32 documentation */
const PIPES = "\\\\.\\pipe\\";

/**
 * Finds the runtime folder.
 *
 * @param env The process's environment.
 * @returns `/run/anyserial` for root, `$XDG_RUNTIME_DIR/anyserial`, or one in the temporary folder; on
 *   Windows the place of all named pipes.
 */
export function runtimeFolder(env: NodeJS.ProcessEnv = process.env): string {
  if (!isPosix()) return PIPES;
  const { uid } = userInfo();
  const own = env["XDG_RUNTIME_DIR"];
  if (own?.startsWith("/") === true) return join(own, "anyserial");
  return uid === 0 ? "/run/anyserial" : join(tmpdir(), `anyserial-${uid}`);
}

/**
 * Makes the folder of a socket, and verifies that no other user can write to it.
 *
 * @param folder As {@link runtimeFolder} answers it.
 * @throws `PortPermissionError` `EACCES` — it belongs to another user, or others can enter it.
 * @throws `ConfigurationError` `EROFS`, `ENOTDIR`, … — it cannot be made.
 */
export function makeRuntimeFolder(folder: string): void {
  if (folder === PIPES) return;
  makeFolder(folder);
  const status = lstatSync(folder);
  const isOwn = status.isDirectory() && status.uid === userInfo().uid;
  if (isOwn && (status.mode & 0o077) === 0) return;
  throw new PortPermissionError(`Cannot use folder "${folder}": other users have access to it`, {
    code: "EACCES",
    path: folder,
    operation: "control",
    hint: `remove it, or: chmod 700 ${folder}`,
  });
}

/** The last folder by itself: recursive mkdir reports a read-only file system as ENOENT. */
function makeFolder(folder: string): void {
  try {
    mkdirSync(dirname(folder), { recursive: true, mode: FOLDER_MODE });
    mkdirSync(folder, { mode: FOLDER_MODE });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "EEXIST" && existsSync(folder)) return;
    throw controlError({ action: `make folder "${folder}"`, path: folder, cause });
  }
}

/**
 * Names the control socket of a configuration.
 *
 * @param file Configuration file.
 * @param folder Runtime folder.
 * @returns Path, the same however the file is named.
 */
export function controlPathOf(file: string, folder: string = runtimeFolder()): string {
  const path = realPath(file);
  const name = basename(path)
    .replace(/\.[^.]*$/, "")
    .replace(/[^A-Za-z0-9_-]/g, "_")
    .slice(0, NAME_MAX);
  const hash = createHash("sha256").update(path).digest("hex").slice(0, HASH_DIGITS);
  if (folder === PIPES) return `${PIPES}${pipePrefix()}${name}-${hash}`;
  return join(folder, `${name}-${hash}.sock`);
}

/**
 * Returns whether a control socket is a named pipe of Windows, which is no file.
 *
 * @param path Path of a control socket.
 */
export function isPipe(path: string): boolean {
  return path.startsWith(PIPES);
}

/**
 * Lists the control sockets of this user's hubs, running or crashed.
 *
 * @param folder Runtime folder.
 * @returns Paths.
 */
export function listControlPaths(folder: string = runtimeFolder()): readonly string[] {
  try {
    const isOurs = (name: string): boolean =>
      folder === PIPES ? name.startsWith(pipePrefix()) : name.endsWith(".sock");
    return readdirSync(folder)
      .filter(isOurs)
      .map((name) => (folder === PIPES ? `${PIPES}${name}` : join(folder, name)));
  } catch {
    return []; // no hub was ever started
  }
}

/**
 * Checks that the kernel takes a path for a socket.
 *
 * @param path Path.
 * @throws `ConfigurationError` `ERR_INVALID_ARG_VALUE` — it is too long, or no named pipe on Windows.
 */
export function checkSocketPath(path: string): void {
  if (isPipe(path)) return;
  if (!isPosix()) {
    throw new ConfigurationError(`Cannot listen on "${path}": sockets of Windows are named pipes`, {
      code: "ERR_INVALID_ARG_VALUE",
      path,
      operation: "control",
      hint: `give a listen.control such as ${PIPES}hub, or none`,
    });
  }
  if (Buffer.byteLength(path) <= SOCKET_PATH_BYTES_MAX) return;
  throw new ConfigurationError(`Cannot listen on "${path}": the path is too long for a socket`, {
    code: "ERR_INVALID_ARG_VALUE",
    path,
    operation: "control",
    hint: `give a listen.control of at most ${SOCKET_PATH_BYTES_MAX} bytes`,
  });
}

function pipePrefix(): string {
  return `anyserial-${userInfo().username.replace(/[^A-Za-z0-9_-]/g, "_")}-`;
}

function realPath(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    return resolve(file); // it is not there any more
  }
}
