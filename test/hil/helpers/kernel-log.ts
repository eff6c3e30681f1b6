// The kernel's log, with the times at which the kernel itself wrote it: the reference for reaction
// times. The records of /dev/kmsg are described in Documentation/ABI/testing/dev-kmsg.

import { closeSync, constants, openSync, readSync, writeSync } from "node:fs";

const PATH = "/dev/kmsg";
const LONGEST_RECORD = 8192;
/** The clocks are compared this often, and the closest comparison counts. The kernel takes ten records in five seconds. */
const CALIBRATIONS = 5;

interface LogRecord {
  /** Of the kernel's own clock. */
  readonly timeUs: number;
  readonly text: string;
}

/** The records of the kernel's log from here on. */
export class KernelLog {
  readonly #fd: number;
  /** What to add to a time of the kernel, in milliseconds, to get one of performance.now(). */
  readonly #offsetMs: number;

  constructor() {
    this.#fd = openSync(PATH, constants.O_RDWR | constants.O_NONBLOCK);
    this.#read();
    const tries = Array.from({ length: CALIBRATIONS }, () => this.#compareClocks());
    const best = tries.sort((one, other) => one.windowMs - other.windowMs)[0];
    this.#offsetMs = best?.offsetMs ?? 0;
  }

  /**
   * Finds when the kernel logged something for the first time since this was asked last.
   *
   * @param pattern Matches the record.
   * @returns The time, in milliseconds, as of performance.now().
   */
  timeOf(pattern: RegExp): number {
    const found = this.#read().find(({ text }) => pattern.test(text));
    if (found === undefined) throw new Error(`the kernel did not log ${pattern}`);
    return found.timeUs / 1000 + this.#offsetMs;
  }

  close(): void {
    closeSync(this.#fd);
  }

  /** Makes the kernel log the time; the duration of the call is the window in which it did. */
  #compareClocks(): { readonly offsetMs: number; readonly windowMs: number } {
    const mark = `anyserial-hil ${process.pid} ${performance.now()}`;
    const before = performance.now();
    writeSync(this.#fd, `${mark}\n`); // a record without an end is not handed out yet
    const after = performance.now();
    const own = this.#read().find(({ text }) => text === mark);
    if (own === undefined)
      throw new Error("the kernel's log lacks the record that was just written");
    return { offsetMs: (before + after) / 2 - own.timeUs / 1000, windowMs: after - before };
  }

  /** Reads the records that are new. */
  #read(): LogRecord[] {
    const records: LogRecord[] = [];
    const buffer = Buffer.alloc(LONGEST_RECORD);
    for (;;) {
      try {
        const line = buffer.toString("utf8", 0, readSync(this.#fd, buffer));
        const [, timeUs, text] = /^\d+,\d+,(\d+),[^;]*;([^\n]*)/.exec(line) ?? [];
        records.push({ timeUs: Number(timeUs), text: text ?? "" });
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code === "EAGAIN") return records;
        if (code !== "EPIPE") throw error; // EPIPE: records were overwritten before they were read
      }
    }
  }
}
