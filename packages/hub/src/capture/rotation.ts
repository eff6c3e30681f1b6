// The files of a capture: the current one, older ones with a number, up to a configured number.
// Other files are never renamed or removed.

import { constants } from "node:fs";
import { type FileHandle, lstat, open, rename, rm } from "node:fs/promises";
import { extname } from "node:path";
import { ConfigurationError } from "anyserial";

/** First bytes of every pcapng file. */
const MAGIC = Buffer.from([0x0a, 0x0d, 0x0d, 0x0a]);
const PRIVATE_MODE = 0o600;

/**
 * Names a file of a capture.
 *
 * @param file Path of the current one.
 * @param age 0 for the current one, 1 for the one before.
 * @returns `plant.pcapng`, `plant.1.pcapng`.
 */
function captureName(file: string, age: number): string {
  if (age === 0) return file;
  const extension = extname(file);
  return `${file.slice(0, file.length - extension.length)}.${age}${extension}`;
}

/**
 * Makes room for a new current file: every file gets one older, the oldest is removed.
 *
 * @param file Path of the current one.
 * @param keep Files to keep, the new one included.
 * @throws `ConfigurationError` `EEXIST` — something that is no capture is at one of the paths.
 * @throws The system's error — a file cannot be renamed or removed.
 */
export async function rotateCapture(file: string, keep: number): Promise<void> {
  const ages = Array.from({ length: keep }, (_, age) => age);
  const present: number[] = [];
  for (const age of ages) if (await isCapture(captureName(file, age))) present.push(age);
  const gap = ages.find((age) => !present.includes(age)) ?? keep - 1;
  for (let age = gap; age > 0; age--) {
    await rename(captureName(file, age - 1), captureName(file, age));
  }
  if (keep === 1 && present.length === 1) await rm(file);
}

/**
 * Makes the current file. Only this user can read it: traffic may be confidential.
 *
 * @param file Path; nothing is there.
 * @returns Open for writing.
 * @throws The system's error — it cannot be made.
 */
export function createCapture(file: string): Promise<FileHandle> {
  const { O_CREAT, O_EXCL, O_WRONLY, O_NOFOLLOW } = constants;
  return open(file, O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW, PRIVATE_MODE);
}

async function isCapture(path: string): Promise<boolean> {
  const status = await lstat(path).catch(ignoreMissing);
  if (status === undefined) return false;
  if (status.isFile() && (status.size === 0 || (await hasMagic(path)))) return true;
  throw new ConfigurationError(`Cannot record to "${path}": the file at the path is no capture`, {
    code: "EEXIST",
    path,
    operation: "capture",
    hint: "move it away, or give another capture.file",
  });
}

async function hasMagic(path: string): Promise<boolean> {
  const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(MAGIC.length), 0, MAGIC.length, 0);
    return bytesRead === MAGIC.length && buffer.equals(MAGIC);
  } finally {
    await handle.close();
  }
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT") throw error;
}
