// Writes the blocks of a capture to files in order; callers never wait. The first failure ends the
// capture, and the blocks written before stay readable. When another program removes or renames the
// file, the capture continues in a new file at the path.

import { type FileHandle, lstat } from "node:fs/promises";
import { clockMs, nextTurn } from "../process/timers.ts";
import { createCapture, rotateCapture } from "./rotation.ts";

/** Bytes that may wait for the disk. */
const PENDING_BYTES_MAX = 8 * 1024 * 1024;
/** Interval of the check, while writing, that the file is still at its path, in milliseconds. */
const CHECK_EVERY_MS = 1000;

/** A file, as far as it is needed; a test gives one that fails. */
export interface CaptureTarget {
  /** Writes all of it, or rejects. */
  write(bytes: Uint8Array): Promise<void>;
  /** Cuts the file to a length in bytes. */
  truncate(length: number): Promise<void>;
  /** The file has not been removed or renamed. */
  isInPlace?(): Promise<boolean>;
  close(): Promise<void>;
}

/** Options of {@link CaptureFile}. */
export interface CaptureFileOptions {
  /** Path of the current file. */
  readonly file: string;
  /** Files to keep. */
  readonly keep: number;
  /** Receives the failure that ended the capture; called once at most. */
  readonly onError: (error: Error) => void;
  /** Is called when the file was removed or renamed, and a fresh one is begun. */
  readonly onMoved?: (() => void) | undefined;
  /** Makes the current file; by default on the disk, after the older ones were renamed. */
  readonly create?: ((file: string, keep: number) => Promise<CaptureTarget>) | undefined;
}

/** The current file and the blocks that wait for it. */
export class CaptureFile {
  readonly #options: CaptureFileOptions;
  readonly #create: (file: string, keep: number) => Promise<CaptureTarget>;
  #target: CaptureTarget | undefined;
  /** Bytes of the current file that are known to be complete blocks. */
  #written = 0;
  /** Blocks that say how to read what follows; a file that replaces another begins with them. */
  readonly #isDescription = new WeakSet<Uint8Array>();
  /** Those in the current file. */
  #descriptions: Uint8Array[] = [];
  /** Blocks by file: the current one's first. */
  #queue: Uint8Array[][] = [[]];
  #checkedAt = Number.NEGATIVE_INFINITY;
  #pendingBytes = 0;
  #work: Promise<void> | undefined;
  #isEnded = false;

  /** @param options Where to write. */
  constructor(options: CaptureFileOptions) {
    this.#options = options;
    this.#create = options.create ?? createTarget;
  }

  /** Makes the first file. */
  async open(): Promise<void> {
    this.#target = await this.#create(this.#options.file, this.#options.keep);
  }

  /** Nothing is written any more. */
  get isEnded(): boolean {
    return this.#isEnded;
  }

  /**
   * Hands blocks over.
   *
   * @param blocks Whole blocks; must not change any more.
   * @param descriptions Those of them that say how to read what follows.
   * @returns `false` when too much is waiting for the disk: nothing was taken.
   */
  append(blocks: readonly Uint8Array[], descriptions: readonly Uint8Array[] = []): boolean {
    const bytes = blocks.reduce((sum, block) => sum + block.length, 0);
    if (this.#isEnded || this.#pendingBytes + bytes > PENDING_BYTES_MAX) return false;
    this.#pendingBytes += bytes;
    this.#queue.at(-1)?.push(...blocks);
    for (const block of descriptions) this.#isDescription.add(block);
    this.#start();
    return true;
  }

  /** Later blocks go to a new file. */
  rotate(): void {
    this.#queue.push([]);
    this.#start();
  }

  /** Writes the waiting blocks and closes the file. */
  async close(): Promise<void> {
    await this.#work;
    this.#isEnded = true;
    const target = this.#target;
    this.#target = undefined;
    await target?.close();
  }

  #start(): void {
    if (this.#work !== undefined || this.#isEnded) return;
    this.#work = this.#drain().finally(() => {
      this.#work = undefined;
    });
  }

  async #drain(): Promise<void> {
    try {
      // Blocks of the same turn of the event loop are written together.
      await nextTurn();
      for (;;) {
        const [blocks = []] = this.#queue;
        this.#queue[0] = [];
        if (blocks.length > 0) await this.#write(blocks);
        else if (this.#queue.length > 1) await this.#next();
        else return;
      }
    } catch (error) {
      await this.#fail(error as Error); // system calls throw errors
    }
  }

  async #write(blocks: readonly Uint8Array[]): Promise<void> {
    if (await this.#isMoved()) await this.#beginAnew();
    const bytes = Buffer.concat(blocks);
    await this.#target?.write(bytes);
    this.#written += bytes.length;
    this.#pendingBytes -= bytes.length;
    this.#descriptions.push(...blocks.filter((block) => this.#isDescription.has(block)));
  }

  async #isMoved(): Promise<boolean> {
    if (clockMs() - this.#checkedAt < CHECK_EVERY_MS) return false;
    this.#checkedAt = clockMs();
    return (await this.#target?.isInPlace?.()) === false;
  }

  /** The blocks written before stay in the old file, which is not ours any more. */
  async #beginAnew(): Promise<void> {
    this.#options.onMoved?.();
    const descriptions = Buffer.concat(this.#descriptions);
    await this.#replaceTarget();
    await this.#target?.write(descriptions);
    this.#written = descriptions.length;
  }

  async #next(): Promise<void> {
    await this.#replaceTarget();
    this.#descriptions = [];
    this.#queue.shift();
  }

  async #replaceTarget(): Promise<void> {
    await this.#target?.close();
    this.#target = undefined;
    this.#target = await this.#create(this.#options.file, this.#options.keep);
    this.#written = 0;
  }

  async #fail(error: Error): Promise<void> {
    this.#isEnded = true;
    this.#queue = [[]];
    this.#pendingBytes = 0;
    const target = this.#target;
    this.#target = undefined;
    await target?.truncate(this.#written).catch(() => undefined); // the error was reported already
    await target?.close().catch(() => undefined);
    this.#options.onError(error);
  }
}

async function createTarget(file: string, keep: number): Promise<CaptureTarget> {
  await rotateCapture(file, keep);
  const handle = await createCapture(file);
  return {
    write: (bytes) => writeAll(handle, bytes),
    truncate: (length) => handle.truncate(length),
    isInPlace: () => isAt(file, handle),
    close: () => handle.close(),
  };
}

async function isAt(file: string, handle: FileHandle): Promise<boolean> {
  const [there, ours] = await Promise.all([lstat(file).catch(() => undefined), handle.stat()]);
  return there?.ino === ours.ino && there.dev === ours.dev;
}

async function writeAll(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  let at = 0;
  while (at < bytes.length) {
    const { bytesWritten } = await handle.write(bytes, at);
    at += bytesWritten;
  }
}
