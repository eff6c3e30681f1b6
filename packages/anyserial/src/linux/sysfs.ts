// Reading sysfs, which may change or vanish under the reader: nothing here fails for a device that went,
// and nothing waits. Links, ids and the names of interfaces are answered from memory; texts of a USB
// device wait for its lock, so they are read off the event loop (drivers/usb/core/sysfs.c).

import {
  closeSync,
  constants,
  openSync,
  read,
  readlinkSync,
  readSync,
  realpathSync,
} from "node:fs";
import { basename } from "node:path";
import { SerialError } from "../errors/errors.ts";
import { MOST_CHARACTERS } from "../model/port-info.ts";

/** A FIFO or a device in a strange tree must not make the open wait. */
const FLAGS = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY;
/** An attribute has at most one page; its first line, cut to the kept length, fits this. */
const MOST_BYTES = 4 * MOST_CHARACTERS;
/** The characters that Python's `str.strip()` removes, and the line ends of its `readline()`. */
const BLANKS =
  "[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]+";
const OUTER_BLANKS = new RegExp(`^${BLANKS}|${BLANKS}$`, "gu");
const LINE_END = /[\r\n]/;

/**
 * Reads the first line of an attribute as pySerial does.
 *
 * @param path Path of the attribute.
 * @returns The line without blanks around it, at most 256 characters; `undefined` where there is no
 *   such attribute.
 * @throws {@link SerialError} — the process or the system has no descriptors left.
 */
export function readAttribute(path: string): Promise<string | undefined> {
  const fd = openAttribute(path);
  if (fd === undefined) return Promise.resolve(undefined);
  return new Promise((resolve) => {
    const buffer = Buffer.alloc(MOST_BYTES);
    read(fd, buffer, 0, MOST_BYTES, null, (error, length) => {
      closeSync(fd);
      resolve(error ? undefined : firstLine(buffer.toString("utf8", 0, length)));
    });
  });
}

/** The same at once, for an attribute whose reading takes no lock. */
export function readAttributeNow(path: string): string | undefined {
  const fd = openAttribute(path);
  if (fd === undefined) return undefined;
  try {
    const buffer = Buffer.alloc(MOST_BYTES);
    return firstLine(buffer.toString("utf8", 0, readSync(fd, buffer, 0, MOST_BYTES, null)));
  } catch {
    return undefined;
  } finally {
    closeSync(fd);
  }
}

/**
 * Follows a link one step.
 *
 * @param path Path of the link.
 * @returns Last part of where it leads; `undefined` where there is no link.
 */
export function linkName(path: string): string | undefined {
  const target = linkTarget(path);
  return target === undefined ? undefined : basename(target);
}

/** Where a link leads, as it is written; `undefined` where there is no link. */
export function linkTarget(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

/** Follows every link of a path; `undefined` where it leads nowhere. */
export function resolvePath(path: string): string | undefined {
  try {
    return realpathSync.native(path);
  } catch {
    return undefined;
  }
}

function openAttribute(path: string): number | undefined {
  try {
    return openSync(path, FLAGS);
  } catch (cause) {
    const { code = "ERR_SERIAL" } = cause as NodeJS.ErrnoException; // fs throws nothing else
    if (code !== "EMFILE" && code !== "ENFILE") return undefined;
    throw new SerialError(`Cannot list ports: no descriptors left (${code})`, {
      code,
      operation: "list",
      syscall: "open",
      cause,
    });
  }
}

function firstLine(text: string): string {
  return (text.split(LINE_END, 1)[0] ?? "").replace(OUTER_BLANKS, "").slice(0, MOST_CHARACTERS);
}
