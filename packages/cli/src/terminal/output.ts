// Text and JSON on standard output, status and errors on standard error: nothing else in the command
// writes there, except monitor/display.ts at a terminal. One event is one line.

import { isSerialError } from "anyserial";
import { oneLine } from "../text/printable.ts";
import { type OutputStream, writeAll } from "./streams.ts";

/** Where a command prints. */
export interface OutputOptions {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  /** JSON, one object a line, instead of text. */
  readonly json: boolean;
  /** Ends waiting for a slow reader. */
  readonly signal: AbortSignal;
}

/** An error as a program reads it. */
export interface ErrorReport {
  readonly name: string;
  readonly code: string | null;
  readonly message: string;
  readonly hint: string | null;
  readonly path: string | null;
}

/** Something that happened, for standard error. */
export interface StatusEvent {
  /** Name for programs. */
  readonly event: string;
  /** Sentence for people. */
  readonly message: string;
  /** More for programs. */
  readonly [field: string]: unknown;
}

/** Prints for one command. */
export class Output {
  readonly #options: OutputOptions;

  /** @param options Where to print, and how. */
  constructor(options: OutputOptions) {
    this.#options = options;
  }

  /** Results are printed as JSON. */
  get isJson(): boolean {
    return this.#options.json;
  }

  /** The reader of standard output is behind. */
  get isBehind(): boolean {
    return this.#options.stdout.writableNeedDrain;
  }

  /** Prints text as it is, on standard output. */
  async text(text: string): Promise<void> {
    await this.bytes(text);
  }

  /** Prints one JSON object, on standard output. */
  async json(value: unknown): Promise<void> {
    await this.bytes(`${JSON.stringify(value)}\n`);
  }

  /** Writes payload unchanged to standard output. */
  async bytes(data: string | Uint8Array): Promise<void> {
    await writeAll(this.#options.stdout, data, this.#options.signal);
  }

  /** Prints an event on standard error. */
  status(status: StatusEvent): void {
    this.#options.stderr.write(this.isJson ? jsonLine(status) : textLine(status.message));
  }

  /** Passes on a warning of the process on standard error. */
  warning(warning: Error): void {
    this.status({ event: "warning", message: `warning: ${warning.message}`, name: warning.name });
  }

  /** Prints on standard error why the command failed. */
  error(error: unknown): void {
    const report = describeError(error);
    const hint = report.hint === null ? "" : `: hint: ${report.hint}`;
    const text = `${report.message}${hint}`;
    this.#options.stderr.write(this.isJson ? jsonLine({ error: report }) : textLine(text));
  }
}

/**
 * Reduces any thrown value to the printed fields.
 *
 * @param error Anything.
 * @returns Every field is present; `null` where the error has none.
 */
export function describeError(error: unknown): ErrorReport {
  if (!(error instanceof Error)) {
    return { name: "Error", code: null, message: String(error), hint: null, path: null };
  }
  const { code, hint, path } = error as { code?: unknown; hint?: unknown; path?: unknown };
  return {
    name: error.name,
    code: stringOrNull(code),
    message: isSystemError(error) ? systemMessage(error) : error.message,
    hint: stringOrNull(hint),
    path: stringOrNull(path),
  };
}

function isSystemError(error: Error): error is NodeJS.ErrnoException {
  return !isSerialError(error) && typeof (error as NodeJS.ErrnoException).syscall === "string";
}

/** Node's `ENOENT: no such file or directory, open 'x'`, phrased as the library's errors. */
function systemMessage(error: NodeJS.ErrnoException): string {
  const reason = /^\w+: ([^,]+)/.exec(error.message)?.[1];
  if (reason === undefined || error.path === undefined) return error.message;
  return `Cannot ${error.syscall ?? "use"} "${error.path}": ${reason} (${error.code ?? ""})`;
}

function stringOrNull(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

function jsonLine(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}

function textLine(text: string): string {
  return `anyserial: ${oneLine(text)}\n`;
}
