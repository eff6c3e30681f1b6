// The lock of a link: a hidden file beside it, locked by flock(2) for as long as the path is
// claimed. The kernel releases the lock with its process, so no program has to check whether that
// process is still alive. The file names the process and the link's target, for programs that find
// it after a kill.

import { createHash } from "node:crypto";
import { join } from "node:path";
import type { SerialError } from "../../errors/errors.ts";
import type { Entry, Fail, Folder, FolderSystem } from "./folder.ts";
import { S_IFMT, S_IFREG } from "./folder-abi.ts";
import type { EntryFacts, FolderCalls } from "./folder-calls.ts";

/** `NAME_MAX` of Linux and macOS, in bytes. */
const LONGEST_NAME = 255;
/** The file has this size from the beginning: it is written over in place, in one call. */
const RECORD_SIZE = 512;
/** Other programs may take and leave the lock between any two steps. */
const MOST_ROUNDS = 100;
/** Only this user, and root, may have the lock: a lock that all may have, all may keep. */
const MODE = 0o600;

/** Why the lock is unavailable. */
export type Refusal =
  /** A process has it; `pid` is `undefined` where it has not written that down yet. */
  | { readonly kind: "held"; readonly pid: number | undefined }
  /** The file belongs to a user whose files this one may not open. */
  | { readonly kind: "foreign"; readonly uid: number; readonly file: string }
  /** The file is no lock of ours. */
  | { readonly kind: "other-file"; readonly file: string };

/** Arguments of {@link LinkLock.take}. */
export interface LockParts {
  readonly system: FolderSystem;
  readonly folder: Folder;
  /** Name of the link. */
  readonly name: string;
  readonly fail: Fail;
  readonly refuse: (refusal: Refusal) => SerialError;
}

/** Content of a lock file. */
interface LockRecord {
  readonly pid: number | undefined;
  readonly devices: readonly string[];
}

interface Locked {
  readonly identity: string;
  readonly left: readonly string[];
}

/** A lock that this process has. */
export class LinkLock {
  /** Devices that the link of a killed process may lead to. */
  readonly left: readonly string[];
  readonly #parts: LockParts;
  readonly #fd: number;
  readonly #identity: string;

  private constructor(parts: LockParts, fd: number, { identity, left }: Locked) {
    this.#parts = parts;
    this.#fd = fd;
    this.#identity = identity;
    this.left = left;
  }

  /**
   * Takes the lock.
   *
   * @returns `undefined` where the file system has no locks: the link alone decides then.
   * @throws Errors made by `refuse` and `fail`.
   */
  static take(parts: LockParts): LinkLock | undefined {
    const { system, refuse } = parts;
    for (let round = 0; round < MOST_ROUNDS; round++) {
      const fd = openFile(parts);
      if (fd === undefined) continue;
      let locked: Locked | "again" | "no locks" = "again";
      try {
        locked = lock(parts, fd);
      } finally {
        if (typeof locked === "string") system.calls.close(fd);
      }
      if (locked === "no locks") return undefined;
      if (locked !== "again") return new LinkLock(parts, fd, locked);
    }
    throw refuse({ kind: "held", pid: undefined });
  }

  /** The file is where it was made. */
  get isInPlace(): boolean {
    const { system, folder, name } = this.#parts;
    return isSame(system.calls.stat(folder.fd, lockName(name)), this.#identity);
  }

  /** Writes down where the link leads, or is about to. */
  record(devices: readonly string[]): void {
    this.#parts.system.calls.write(this.#fd, recordOf(devices));
  }

  /** Removes the file, if it is still this one, and lets go of the lock. */
  release(): void {
    const { system, folder, name } = this.#parts;
    try {
      folder.remove(lockName(name), isIdentity(this.#identity));
    } finally {
      system.calls.close(this.#fd);
    }
  }
}

/** Hidden, so that no list of ports has it; of a name that is too long for that, a hash. */
export function lockName(name: string): string {
  const plain = `.${name}.lock`;
  if (Buffer.byteLength(plain) <= LONGEST_NAME) return plain;
  return `.${createHash("sha256").update(name).digest("hex")}.lock`;
}

/** Opens the file, or makes it. @returns `undefined` to retry. */
function openFile({ system, folder, name, fail, refuse }: LockParts): number | undefined {
  const { calls, abi } = system;
  const file = lockName(name);
  const flags = abi.O_RDWR | abi.O_NOFOLLOW | abi.O_NONBLOCK | abi.O_CLOEXEC;
  const opened = calls.open(folder.fd, file, { flags });
  if (opened >= 0) return opened;
  if (opened === -abi.errno.ENOENT) {
    const made = calls.open(folder.fd, file, {
      flags: flags | abi.O_CREAT | abi.O_EXCL,
      mode: MODE,
    });
    if (made === -abi.errno.EEXIST) return undefined;
    if (made < 0) throw fail("open", made);
    return made;
  }
  const present = calls.stat(folder.fd, file);
  if (typeof present === "number") throw fail("open", opened);
  const isForbidden = opened === -abi.errno.EACCES || opened === -abi.errno.EPERM;
  if (isForbidden && present.uid !== ownId()) {
    throw refuse({ kind: "foreign", uid: present.uid, file: join(folder.path, file) });
  }
  if (isRegular(present)) throw fail("open", opened);
  throw refuse({ kind: "other-file", file: join(folder.path, file) });
}

function lock(parts: LockParts, fd: number): Locked | "again" | "no locks" {
  const { system, folder, name, refuse } = parts;
  const { calls, abi } = system;
  const file = lockName(name);
  const locked = calls.lock(fd, abi.LOCK_EX | abi.LOCK_NB);
  if (locked === -abi.errno.EAGAIN) throw refuse({ kind: "held", pid: read(calls, fd)?.pid });
  const facts = calls.statFd(fd);
  if (typeof facts === "number" || !isSame(calls.stat(folder.fd, file), facts.identity)) {
    return "again"; // another process removed it meanwhile
  }
  const record = isRegular(facts) && facts.links === 1 ? read(calls, fd) : undefined;
  const isOwn = facts.uid === ownId();
  if (record === undefined || (!isOwn && record.pid === undefined)) {
    throw refuse({ kind: "other-file", file: join(folder.path, file) });
  }
  if (locked < 0 || !isOwn) folder.remove(file, isIdentity(facts.identity));
  if (locked < 0) return "no locks";
  if (!isOwn) return "again"; // of another user's process that is gone: root makes its own
  const written = calls.write(fd, recordOf(record.devices));
  if (written >= 0) return { identity: facts.identity, left: record.devices };
  folder.remove(file, isIdentity(facts.identity));
  throw parts.fail("write", written);
}

function recordOf(devices: readonly string[]): Uint8Array {
  const text = JSON.stringify({ pid: process.pid, devices });
  return Buffer.from(`${text.padEnd(RECORD_SIZE - 1)}\n`);
}

/** The content of the file; an empty file is a record as well, any other text is not. */
function read(calls: FolderCalls, fd: number): LockRecord | undefined {
  const bytes = Buffer.alloc(RECORD_SIZE);
  const length = calls.read(fd, bytes);
  const text = bytes.toString("utf8", 0, Math.max(length, 0)).replaceAll("\0", " ").trim();
  if (text === "") return { pid: undefined, devices: [] };
  try {
    const { pid, devices } = JSON.parse(text) as { pid?: unknown; devices?: unknown };
    if (!Number.isSafeInteger(pid) || !Array.isArray(devices)) return undefined;
    const paths = devices.filter((device) => typeof device === "string");
    return { pid: pid as number, devices: paths };
  } catch {
    return undefined;
  }
}

function isSame(facts: EntryFacts | number, identity: string): boolean {
  return typeof facts !== "number" && facts.identity === identity;
}

function isIdentity(identity: string): (entry: Entry) => boolean {
  return (entry) => "identity" in entry && entry.identity === identity;
}

function isRegular({ mode }: EntryFacts): boolean {
  return (mode & S_IFMT) === S_IFREG;
}

function ownId(): number {
  return process.geteuid?.() ?? 0;
}
