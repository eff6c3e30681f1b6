// The errors of a link that cannot be made: each names the path that was asked for, the state, and what to
// do about it.

import { dirname } from "node:path";
import { PortBusyError, type SerialError } from "../../errors/errors.ts";
import { errnoError, errnoName } from "../errno.ts";
import type { Fail } from "./folder.ts";
import type { Refusal } from "./link-lock.ts";

/** Whose link it is. */
export interface LinkErrorParts {
  readonly path: string;
  /** Code where another process has the path. */
  readonly heldCode: string;
  /** Error numbers by name. */
  readonly errno: Readonly<Record<string, number>>;
}

/** Builds the errors of one link. */
export class LinkErrors {
  /** The failed operation, for messages. */
  operation: "create" | "restore" = "create";
  readonly #parts: LinkErrorParts;

  constructor(parts: LinkErrorParts) {
    this.#parts = parts;
  }

  /** A system call failed. */
  readonly fail: Fail = (syscall, result) => {
    const { path, errno } = this.#parts;
    const hint = hintOf(errnoName(-result, errno), dirname(path));
    const failed = { context: "create", path, syscall } as const;
    return errnoError({
      ...failed,
      operation: this.operation,
      errno: -result,
      errnoByName: errno,
      hint,
    });
  };

  /** Another process has the lock, or the entry with its name is no lock. */
  readonly refuse = (refusal: Refusal): SerialError => {
    const { heldCode } = this.#parts;
    if (refusal.kind === "other-file") {
      return this.#busy("EEXIST", `"${refusal.file}" is in use`, `remove ${refusal.file}`);
    }
    if (refusal.kind === "foreign") {
      const state = `a process of another user (${refusal.uid}) has it, or has left it`;
      return this.#busy(heldCode, state, `end that process; if none runs, remove ${refusal.file}`);
    }
    const { pid } = refusal;
    if (pid === process.pid) {
      return this.#busy(heldCode, "this process has it", "close the port that has the path");
    }
    const who = pid === undefined ? "another process" : `process ${pid}`;
    const advice = pid === undefined ? "stop it" : `stop ${who}`;
    return this.#busy(heldCode, `${who} has it`, advice);
  };

  /**
   * Something else is at the path.
   *
   * @param setAside New names of the previous entries, because a third program took their place.
   */
  taken(setAside: readonly string[] = []): SerialError {
    const { path } = this.#parts;
    const moved = setAside.map((name) => `; the previous entry is at ${name} now`).join("");
    return this.#busy("EEXIST", `the path is in use${moved}`, `remove ${path} if nothing uses it`);
  }

  #busy(code: string, state: string, advice: string): PortBusyError {
    const { path } = this.#parts;
    return new PortBusyError(`Cannot ${this.operation} port "${path}": ${state}`, {
      code,
      path,
      operation: this.operation,
      hint: `${advice}, or choose another path`,
    });
  }
}

function hintOf(code: string, folder: string): string {
  switch (code) {
    case "EACCES":
    case "EPERM":
      return `let this user write to ${folder}, or choose another path`;
    case "EROFS":
      return `choose a path on a file system that may be written to: that of ${folder} is read-only`;
    case "ENAMETOOLONG":
      return "choose a shorter path: a name has at most 255 bytes, a path 4095 (1023 on macOS)";
    case "ENOTDIR":
      return `choose another path: a part of ${folder} is a file`;
    case "ELOOP":
      return `choose another path: the links in ${folder} lead in a circle`;
    case "ENOSPC":
    case "EDQUOT":
      return `make room on the file system of ${folder}, or choose another path`;
    case "EMFILE":
      return "close unused files, or raise the limit of open files (ulimit -n)";
    default:
      return `choose another path than one in ${folder}`;
  }
}
