// Writes lines to a stream or a file. Lines that a slow or full disk does not take are lost and
// counted; the hub never waits for the disk.

import { fstatSync, write } from "node:fs";
import type { OutputStream } from "../../terminal/streams.ts";

/** Called when a line is written, or with the reason that it is lost. */
type OnEnd = (error?: Error) => void;

export interface LineSink {
  /** Bytes that wait for the reader or the disk. */
  readonly waitingBytes: number;
  /** Writes a line with its line end. */
  write(line: string, onEnd: OnEnd): void;
  /** Resolves when nothing waits any more. */
  finished(): Promise<void>;
}

/** Writes a part of some bytes. @returns How many were taken. */
export type WritePart = (bytes: Uint8Array, at: number) => Promise<number>;

/**
 * Finds out where the lines of a stream go.
 *
 * @param stream Standard output or standard error.
 * @returns The file itself, if it is one: Node's own stream for it blocks, and drops the rest of a line
 *   that a full disk takes in part.
 */
export function sinkOf(stream: OutputStream): LineSink {
  const { fd } = stream as { readonly fd?: unknown };
  return typeof fd === "number" && isFile(fd)
    ? new FileSink(partWriter(fd))
    : new StreamSink(stream);
}

function isFile(fd: number): boolean {
  try {
    return fstatSync(fd).isFile();
  } catch {
    return false;
  }
}

function partWriter(fd: number): WritePart {
  return (bytes, at) =>
    new Promise((resolve, reject) => {
      write(fd, bytes, at, bytes.length - at, null, (error, count) => {
        if (error === null) resolve(count);
        else reject(error);
      });
    });
}

/** A pipe, a terminal or a device. */
class StreamSink implements LineSink {
  readonly #stream: OutputStream;

  constructor(stream: OutputStream) {
    this.#stream = stream;
  }

  get waitingBytes(): number {
    return this.#stream.writableLength;
  }

  write(line: string, onEnd: OnEnd): void {
    this.#stream.write(line, (error) => onEnd(error ?? undefined));
  }

  async finished(): Promise<void> {
    if (this.#stream.writableLength === 0) return;
    await new Promise((resolve) => this.#stream.write("", resolve));
  }
}

/** A file, one line after the other. */
export class FileSink implements LineSink {
  readonly #write: WritePart;
  #waitingBytes = 0;
  /** The last line was taken in part: the next one begins after a line end. */
  #isTorn = false;
  #work: Promise<void> = Promise.resolve();

  /** @param writePart Writes to the end of the file. */
  constructor(writePart: WritePart) {
    this.#write = writePart;
  }

  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  write(line: string, onEnd: OnEnd): void {
    const bytes = Buffer.from(line);
    this.#waitingBytes += bytes.length;
    this.#work = this.#work.then(async () => {
      const error = await this.#writeAll(bytes);
      this.#waitingBytes -= bytes.length;
      onEnd(error);
    });
  }

  finished(): Promise<void> {
    return this.#work;
  }

  /** @returns Why it could not be written. */
  async #writeAll(line: Uint8Array): Promise<Error | undefined> {
    const start = this.#isTorn ? 1 : 0;
    const bytes = start === 0 ? line : Buffer.concat([Buffer.from("\n"), line]);
    let at = 0;
    try {
      while (at < bytes.length) at += await this.#write(bytes, at);
      this.#isTorn = false;
      return undefined;
    } catch (error) {
      this.#isTorn = at > start || (at === 0 && start === 1);
      return error as Error; // of a system call
    }
  }
}
