// The file of a unix socket that a member listens on. It appears with its final permissions, in one
// step. A note beside it says which process made which socket, and a lock lasts as long as that process: the
// socket of a process that has ended is replaced, any other file stays.

import {
  type BigIntStats,
  chmodSync,
  chownSync,
  closeSync,
  constants,
  existsSync,
  fstatSync,
  lchownSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { connect, type Server } from "node:net";
import { basename, dirname, join } from "node:path";
import {
  ConfigurationError,
  isSerialError,
  PortBusyError,
  UnsupportedPlatformError,
} from "anyserial";
import { claimPortLink, type PortLink } from "anyserial/link";
import { SOCKET_PATH_BYTES_MAX } from "../config/paths.ts";

/** Names a file without opening it (fcntl.h of Linux). */
const O_PATH = 0o10000000;
/** A file that is held open, by the number of its descriptor (proc(5)). */
const HELD_FILES = "/proc/self/fd";

export interface SocketAccess {
  readonly mode: number;
  readonly uid: number | undefined;
  readonly gid: number | undefined;
}

/** Which file it is: a name may be given to another one. */
interface Identity {
  readonly dev: string;
  readonly ino: string;
  /** When it was made, in nanoseconds: numbers of files are used again. */
  readonly madeAt: string;
}

/** Content of the note. */
interface Note extends Identity {
  readonly pid: number;
}

/** Code of the error that another process has the lock. */
const HELD = "EADDRINUSE";

/** The file of a socket that is listened on; ours until it is released, at the latest when the process exits. */
export class SocketFile {
  readonly path: string;
  readonly #identity: Identity;
  readonly #lock: PortLink | undefined;
  readonly #onExit = (): void => this.release();

  private constructor(path: string, identity: Identity, lock: PortLink | undefined) {
    this.path = path;
    this.#identity = identity;
    this.#lock = lock;
    process.once("exit", this.#onExit);
  }

  /**
   * Listens.
   *
   * @param server The server, which is closed on failure.
   * @param path Absolute path of the socket; its folders are made.
   * @param access Who may connect.
   * @throws `PortBusyError` `EADDRINUSE` — a running hub has the socket.
   * @throws `PortBusyError` `EEXIST` — something that no hub made is at the path.
   * @throws `ConfigurationError` `ERR_INVALID_ARG_VALUE` — the path is too long for a socket.
   * @throws The system's error — the socket cannot be made.
   */
  static async listen(server: Server, path: string, access: SocketAccess): Promise<SocketFile> {
    mkdirSync(dirname(path), { recursive: true });
    const lock = await takeLock(path);
    try {
      await removeLeftover(path);
      return new SocketFile(path, await makeSocket(server, path, access), lock);
    } catch (error) {
      server.close();
      lock?.release();
      throw error;
    }
  }

  /** Applies other permissions. */
  apply(access: SocketAccess): void {
    applyAccess(this.path, this.#identity, access);
  }

  /** Removes the socket and its note, if they are still ours. */
  release(): void {
    process.removeListener("exit", this.#onExit);
    try {
      if (isSame(identityAt(this.path), this.#identity)) rmSync(this.path, { force: true });
      if (isSame(readNote(this.path), this.#identity)) rmSync(noteOf(this.path), { force: true });
    } catch {
      // The folder is gone or closed to us: the next hub cleans up.
    }
    this.#lock?.release();
  }
}

/**
 * Takes the lock of a socket, which the kernel releases with the process.
 *
 * @returns `undefined` on a system that has no such locks: then only a socket that answers is in use.
 */
async function takeLock(path: string): Promise<PortLink | undefined> {
  try {
    return await claimPortLink(`${path}.socket`, { heldCode: HELD });
  } catch (error) {
    if (error instanceof UnsupportedPlatformError) return undefined;
    throw isSerialError(error) && error.code === HELD ? busy(path) : error;
  }
}

async function makeSocket(server: Server, path: string, access: SocketAccess): Promise<Identity> {
  const workshop = mkdtempSync(join(dirname(path), ".")); // mode 0700: no one else reaches into it
  try {
    const draft = join(workshop, "s");
    if (Buffer.byteLength(draft) > SOCKET_PATH_BYTES_MAX) throw tooLong(path);
    await listening(server, draft);
    const identity = identityOf(draft);
    applyAccess(draft, identity, access);
    writeNote(workshop, path, { pid: process.pid, ...identity });
    putInPlace(draft, path);
    return identity;
  } finally {
    rmSync(workshop, { recursive: true, force: true });
  }
}

/** Removes the socket of a process that has ended; fails if anything else is there. */
async function removeLeftover(path: string): Promise<void> {
  const present = identityAt(path);
  if (present === undefined) return;
  const note = readNote(path);
  if (note === undefined || !isSame(note, present)) throw taken(path);
  if (await isAnswered(path)) throw busy(path);
  const workshop = mkdtempSync(join(dirname(path), "."));
  const aside = join(workshop, "s");
  renameSync(path, aside);
  if (isSame(identityAt(aside), present)) rmSync(aside);
  else linkSync(aside, path); // another program was faster: the path is its own, and stays so
  rmSync(workshop, { recursive: true, force: true });
}

/**
 * Returns whether a program listens: a file system without locks, or another machine, may hide the lock of
 * one that does.
 */
function isAnswered(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const finish = (answered: boolean): void => {
      socket.destroy();
      resolve(answered);
    };
    socket.once("connect", () => finish(true));
    socket.once("error", ({ code }: NodeJS.ErrnoException) =>
      finish(code !== "ECONNREFUSED" && code !== "ENOENT"),
    );
  });
}

function listening(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(path, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

/**
 * Sets owner and mode of our socket, and of nothing else: another user who may write to the folder can put
 * a link in its place at any moment. Only Linux can name a file and hold on to it without opening it.
 */
function applyAccess(path: string, identity: Identity, { mode, uid, gid }: SocketAccess): void {
  if (!existsSync(HELD_FILES)) {
    if (!isSame(identityAt(path), identity)) return;
    const { uid: owner, gid: group } = lstatSync(path);
    lchownSync(path, uid ?? owner, gid ?? group);
    chmodSync(path, mode);
    return;
  }
  const fd = openSync(path, O_PATH | constants.O_NOFOLLOW);
  try {
    const held = `${HELD_FILES}/${fd}`;
    const status = fstatSync(fd, { bigint: true });
    if (!isSame(identityFrom(status), identity)) return;
    if (uid !== undefined || gid !== undefined) {
      chownSync(held, uid ?? Number(status.uid), gid ?? Number(status.gid));
    }
    chmodSync(held, mode);
  } finally {
    closeSync(fd);
  }
}

/** A second name for the socket fails where the path is taken, a new name would overwrite what is there. */
function putInPlace(draft: string, path: string): void {
  try {
    linkSync(draft, path);
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === "EEXIST" ? taken(path) : error;
  }
}

function identityAt(path: string): Identity | undefined {
  const status = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  return status && identityFrom(status);
}

function identityFrom(status: BigIntStats): Identity {
  return { dev: `${status.dev}`, ino: `${status.ino}`, madeAt: `${status.mtimeNs}` };
}

function identityOf(path: string): Identity {
  return identityAt(path) as Identity; // it was just made
}

function isSame(one: Identity | undefined, other: Identity | undefined): boolean {
  if (one === undefined || other === undefined) return false;
  return one.dev === other.dev && one.ino === other.ino && one.madeAt === other.madeAt;
}

/** A hidden name: programs that list a folder of ports do not offer it. */
function noteOf(path: string): string {
  return join(dirname(path), `.${basename(path)}.socket`);
}

function writeNote(workshop: string, path: string, note: Note): void {
  const fresh = join(workshop, "note");
  writeFileSync(fresh, `${JSON.stringify(note)}\n`, { mode: 0o600 });
  renameSync(fresh, noteOf(path));
}

function readNote(path: string): Note | undefined {
  try {
    const note = JSON.parse(readFileSync(noteOf(path), "utf8")) as Partial<Note> | null;
    return Number.isInteger(note?.pid) ? (note as Note) : undefined; // its other fields are only compared
  } catch {
    return undefined; // there is none, or it is none
  }
}

function busy(path: string): PortBusyError {
  const pid = readNote(path)?.pid;
  const holder = pid === undefined ? "another process" : `process ${pid}`;
  return new PortBusyError(`Cannot listen on "${path}": ${holder} has it`, {
    code: HELD,
    path,
    operation: "create",
    hint: `stop ${holder}, or choose another path`,
  });
}

function taken(path: string): PortBusyError {
  return new PortBusyError(`Cannot listen on "${path}": the path is in use`, {
    code: "EEXIST",
    path,
    operation: "create",
    hint: `remove ${path} if nothing uses it, or choose another path`,
  });
}

function tooLong(path: string): ConfigurationError {
  return new ConfigurationError(`Cannot listen on "${path}": the path is too long for a socket`, {
    code: "ERR_INVALID_ARG_VALUE",
    path,
    operation: "create",
    hint: "choose a shorter one",
  });
}
