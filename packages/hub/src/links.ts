// The paths that applications look for: symbolic links that belong to one hub at a time. A lock file
// beside the link names the holder; what a killed hub left is taken over, anything else is never
// touched.

import { randomUUID } from "node:crypto";
import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { ConfigurationError, PortBusyError } from "anyserial";

/** What a lock file holds. */
interface Lock {
  readonly pid: number;
  /** When the process started, in the kernel's ticks: a number may be another process by now. */
  readonly startedAt: string;
  /** Where the link pointed last. */
  readonly device?: string | undefined;
}

/** A path that is ours until it is released: at the latest when the process exits. */
export class LinkClaim {
  readonly path: string;
  #device: string | undefined;
  #isReleased = false;

  private constructor(path: string) {
    this.path = path;
  }

  /**
   * Claims a path; nothing is visible there yet.
   *
   * @param path Path of the link to come; its folders are made.
   * @throws `PortBusyError` `ERR_HUB_LOCKED` — another hub, named by its pid, has the path.
   * @throws `PortBusyError` `EEXIST` — something that no hub made is there.
   * @throws `ConfigurationError` `ENOTDIR`, `EACCES`, … — the path cannot be used.
   */
  static take(path: string): LinkClaim {
    try {
      mkdirSync(dirname(path), { recursive: true });
      const left = lock(path);
      try {
        clear(path, left);
      } catch (error) {
        unlock(path);
        throw error;
      }
    } catch (error) {
      throw explained(path, error);
    }
    return new LinkClaim(path);
  }

  /**
   * Lets the path lead to a device, in one step.
   *
   * @throws `ConfigurationError` — the folder is gone and cannot be made.
   */
  point(device: string): void {
    const fresh = temporary(this.path);
    try {
      mkdirSync(dirname(this.path), { recursive: true });
      writeLock(lockOf(this.path), { ...ourselves(), device });
      symlinkSync(device, fresh);
      renameSync(fresh, this.path);
    } catch (error) {
      rmSync(fresh, { force: true });
      throw explained(this.path, error);
    }
    this.#device = device;
  }

  /** The link is where it was made, and leads where it was led. */
  get isInPlace(): boolean {
    return this.#device !== undefined && targetOf(this.path) === this.#device;
  }

  /** Removes link and lock, if they are still ours. */
  release(): void {
    if (this.#isReleased) return;
    this.#isReleased = true;
    try {
      if (this.isInPlace) rmSync(this.path, { force: true });
      unlock(this.path);
    } catch {
      // The folder is gone or closed to us: what is left is cleaned up by the next hub.
    }
  }
}

function lockOf(path: string): string {
  return `${path}.lock`;
}

function temporary(path: string): string {
  return `${path}.${randomUUID()}.new`;
}

/** Takes the lock. @returns The lock of a dead hub that was there. */
function lock(path: string): Lock | undefined {
  const fresh = temporary(lockOf(path));
  writeLock(fresh, ourselves());
  try {
    for (;;) {
      if (tryLink(fresh, lockOf(path))) return undefined;
      const holder = readLock(lockOf(path));
      if (holder === undefined && existsSync(lockOf(path))) throw taken(lockOf(path)); // no lock of ours
      if (holder !== undefined && isAlive(holder)) throw locked(path, holder.pid);
      if (takeOver(path, fresh)) return holder;
    }
  } finally {
    rmSync(fresh, { force: true });
  }
}

/** Removes a dead hub's lock and makes ours; of two hubs that try, one succeeds. */
function takeOver(path: string, fresh: string): boolean {
  const old = temporary(lockOf(path));
  try {
    renameSync(lockOf(path), old);
  } catch {
    return false; // somebody else was faster: look again
  }
  const moved = readLock(old);
  if (moved !== undefined && isAlive(moved)) tryLink(old, lockOf(path)); // it was a new one: put back
  rmSync(old, { force: true });
  return tryLink(fresh, lockOf(path));
}

function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

function unlock(path: string): void {
  const holder = readLock(lockOf(path));
  if (holder?.pid === process.pid) rmSync(lockOf(path), { force: true });
}

function writeLock(file: string, content: Lock): void {
  const fresh = temporary(file);
  writeFileSync(fresh, `${JSON.stringify(content)}\n`, { mode: 0o644, flag: "wx" });
  renameSync(fresh, file);
}

function readLock(file: string): Lock | undefined {
  try {
    const content: unknown = JSON.parse(readFileSync(file, "utf8"));
    if (typeof content !== "object" || content === null) return undefined;
    const { pid, startedAt, device } = content as Partial<Lock>;
    if (!Number.isInteger(pid) || typeof startedAt !== "string") return undefined;
    return { pid: pid as number, startedAt, device };
  } catch {
    return undefined;
  }
}

function ourselves(): Lock {
  return { pid: process.pid, startedAt: startOf(process.pid) ?? "" };
}

function isAlive({ pid, startedAt }: Lock): boolean {
  const start = startOf(pid);
  return start !== undefined && (startedAt === "" || start === startedAt);
}

/** Field 22 of /proc/PID/stat, see proc(5); what stands before may hold spaces and parentheses. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

/** Removes the link that a dead hub left; fails if anything else is there. */
function clear(path: string, left: Lock | undefined): void {
  const entry = lstatSync(path, { throwIfNoEntry: false });
  if (entry === undefined) return;
  const target = entry.isSymbolicLink() ? readlinkSync(path) : undefined;
  const isLeft = target !== undefined && target === left?.device;
  if (!isLeft && !isDangling(path, target)) throw taken(path);
  rmSync(path);
}

function isDangling(path: string, target: string | undefined): boolean {
  if (target?.startsWith("/dev/pts/") !== true) return false;
  return statSync(path, { throwIfNoEntry: false }) === undefined;
}

function targetOf(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

function locked(path: string, pid: number): PortBusyError {
  return new PortBusyError(`Cannot create port "${path}": process ${pid} has it`, {
    code: "ERR_HUB_LOCKED",
    path,
    operation: "create",
    hint: `stop process ${pid}, or choose another path`,
  });
}

function taken(path: string): PortBusyError {
  return new PortBusyError(`Cannot create port "${path}": the path is in use`, {
    code: "EEXIST",
    path,
    operation: "create",
    hint: `remove ${path} if nothing uses it, or choose another path`,
  });
}

function explained(path: string, error: unknown): unknown {
  if (error instanceof PortBusyError) return error;
  const { code = "ERR_HUB_LINK", syscall } = error as NodeJS.ErrnoException;
  return new ConfigurationError(
    `Cannot create port "${path}": ${syscall ?? "link"} failed (${code})`,
    {
      code,
      path,
      operation: "create",
      cause: error,
      hint: `let this user write to ${dirname(path)}, or choose another path`,
    },
  );
}
