// Writes the blocks of a capture to files in order, never holding up who hands them over. The first
// failure ends it: what was written before stays readable.

import type { FileHandle } from "node:fs/promises";
import { createCapture, rotateCapture } from "./rotation.ts";

/** Bytes that may wait for the disk. */
const PENDING_BYTES_MAX = 8 * 1024 * 1024;

/** A file, as far as it is needed; a test gives one that fails. */
export interface CaptureTarget {
  /** Writes all of it, or rejects. */
  write(bytes: Uint8Array): Promise<void>;
  /** Cuts the file to a length in bytes. */
  truncate(length: number): Promise<void>;
  close(): Promise<void>;
}

/** Options of {@link CaptureFile}. */
export interface CaptureFileOptions {
  /** Path of the current file. */
  readonly file: string;
  /** Files to keep. */
  readonly keep: number;
  /** Hears of the failure that ended it; called once at most. */
  readonly onError: (error: Error) => void;
  /** Makes the current file; by default on the disk, after the older ones were renamed. */
  readonly create?: ((file: string, keep: number) => Promise<CaptureTarget>) | undefined;
}

/** The current file and what waits for it. */
export class CaptureFile {
  readonly #options: CaptureFileOptions;
  readonly #create: (file: string, keep: number) => Promise<CaptureTarget>;
  #target: CaptureTarget | undefined;
  /** Bytes of the current file that are known to be complete blocks. */
  #written = 0;
  /** Blocks by file: the current one's first. */
  #queue: Uint8Array[][] = [[]];
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
   * @returns `false` when too much is waiting for the disk: nothing was taken.
   */
  append(blocks: readonly Uint8Array[]): boolean {
    const bytes = blocks.reduce((sum, block) => sum + block.length, 0);
    if (this.#isEnded || this.#pendingBytes + bytes > PENDING_BYTES_MAX) return false;
    this.#pendingBytes += bytes;
    this.#queue.at(-1)?.push(...blocks);
    this.#start();
    return true;
  }

  /** What is appended from here on goes to a new file. */
  rotate(): void {
    this.#queue.push([]);
    this.#start();
  }

  /** Writes what waits and closes the file. */
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
      await new Promise((resolve) => setImmediate(resolve));
      for (;;) {
        const [blocks = []] = this.#queue;
        this.#queue[0] = [];
        if (blocks.length > 0) await this.#write(Buffer.concat(blocks));
        else if (this.#queue.length > 1) await this.#next();
        else return;
      }
    } catch (error) {
      await this.#fail(error as Error); // system calls throw errors
    }
  }

  async #write(bytes: Uint8Array): Promise<void> {
    await this.#target?.write(bytes);
    this.#written += bytes.length;
    this.#pendingBytes -= bytes.length;
  }

  async #next(): Promise<void> {
    await this.#target?.close();
    this.#target = undefined;
    this.#target = await this.#create(this.#options.file, this.#options.keep);
    this.#written = 0;
    this.#queue.shift();
  }

  async #fail(error: Error): Promise<void> {
    this.#isEnded = true;
    this.#queue = [[]];
    this.#pendingBytes = 0;
    const target = this.#target;
    this.#target = undefined;
    await target?.truncate(this.#written).catch(() => undefined); // the error is told already
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
    close: () => handle.close(),
  };
}

async function writeAll(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  let at = 0;
  while (at < bytes.length) {
    const { bytesWritten } = await handle.write(bytes, at);
    at += bytesWritten;
  }
}
