// Events as lines: text for people, JSON for programs. When the reader is too slow or the disk is
// full, lines are lost and counted, and the hub continues.

import type { HubEvent } from "@anyserial/hub";
import type { LogStatus } from "@anyserial/hub/service";
import { describeError } from "../../terminal/output.ts";
import type { OutputStream } from "../../terminal/streams.ts";
import { formatMoment } from "../../text/line-stamper.ts";
import { oneLine } from "../../text/printable.ts";
import { eventText } from "./event-text.ts";
import { type LineSink, sinkOf } from "./line-sink.ts";

/** Text that may wait for the reader, in bytes. */
const WAITING_BYTES_MAX = 1024 * 1024;
const NOT_READ = "the reader was too slow";
/** A disk that is full again and again is reported this often at most, in milliseconds. */
const REPORT_EVERY_MS = 60_000;

/** Options of {@link LogView}. */
export interface LogViewOptions {
  /** Is called when lines begin to be lost because they cannot be written, and again at most once a minute. */
  readonly onFailure?: ((error: Error) => void) | undefined;
}

export class LogView {
  readonly #sink: LineSink;
  readonly #isJson: boolean;
  readonly #onFailure: (error: Error) => void;
  /** Lines that were lost since the last one that was not, and why. */
  #lost = 0;
  #reason = NOT_READ;
  #lostInAll = 0;
  #error: Error | undefined;
  #reportedAt = Number.NEGATIVE_INFINITY;

  /**
   * @param stream Where to print.
   * @param isJson One JSON object a line instead of text.
   * @param options Who learns of failures.
   */
  constructor(stream: OutputStream, isJson: boolean, options: LogViewOptions = {}) {
    this.#sink = sinkOf(stream);
    this.#isJson = isJson;
    this.#onFailure = options.onFailure ?? ((): void => undefined);
  }

  /** Lines lost so far; `undefined` when there are none. */
  get status(): LogStatus | undefined {
    if (this.#lostInAll === 0) return undefined;
    const error = this.#error === undefined ? undefined : this.#reason;
    return { lostLines: this.#lostInAll, error };
  }

  /** Resolves when nothing waits any more. */
  finished(): Promise<void> {
    return this.#sink.finished();
  }

  /** Prints what happened in the hub. */
  event(event: HubEvent): void {
    const error = "error" in event ? { error: describeError(event.error) } : {};
    this.print(event.type, eventText(event), { ...event, ...error });
  }

  /** Prints something else; `fields` are for programs. */
  print(name: string, text: string, fields: Readonly<Record<string, unknown>> = {}): void {
    if (this.#sink.waitingBytes > WAITING_BYTES_MAX) {
      this.#lose(NOT_READ);
      return;
    }
    this.#printLoss();
    this.#write(this.#lineOf(name, text, fields), () => this.#lose(this.#reason));
  }

  #printLoss(): void {
    const lost = this.#lost;
    if (lost === 0) return;
    this.#lost = 0;
    const line = this.#lineOf("lost-lines", `${lost} lines lost: ${this.#reason}`, { lines: lost });
    this.#write(line, () => {
      this.#lost += lost;
    });
  }

  #lose(reason: string): void {
    this.#lost++;
    this.#lostInAll++;
    this.#reason = reason;
  }

  #write(line: string, onLost: () => void): void {
    this.#sink.write(line, (error) => {
      if (error === undefined) {
        this.#error = undefined;
        return;
      }
      this.#onWriteFailed(error);
      onLost();
    });
  }

  #onWriteFailed(error: Error): void {
    this.#reason = reasonOf(error);
    const isFirst = this.#error === undefined;
    this.#error = error;
    const now = performance.now();
    if (!isFirst || now - this.#reportedAt < REPORT_EVERY_MS) return;
    this.#reportedAt = now;
    this.#onFailure(new Error(`Cannot write the log: ${this.#reason}`, { cause: error }));
  }

  #lineOf(name: string, text: string, fields: Readonly<Record<string, unknown>>): string {
    const { type: _type, ...rest } = fields;
    const line = this.#isJson
      ? JSON.stringify({ event: name, time: Date.now(), ...rest })
      : `${formatMoment(new Date())}  ${oneLine(text)}`;
    return `${line}\n`;
  }
}

/**
 * The reason in Node's `ENOSPC: no space left on device, write`, phrased as in the library's
 * errors.
 */
function reasonOf(error: NodeJS.ErrnoException): string {
  const [, text = error.message] = /^\w+: ([^,]+)/.exec(error.message) ?? [];
  return error.code === undefined ? text : `${text} (${error.code})`;
}
