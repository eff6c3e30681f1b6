// Reason of `CommandContext.signal` when a signal interrupts the command.

/** A signal asked the process to end. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
  /** The signal that arrived. */
  readonly signalName: NodeJS.Signals;

  /** @param signalName Signal that arrived. */
  constructor(signalName: NodeJS.Signals) {
    super(`Interrupted by ${signalName}`);
    this.signalName = signalName;
  }
}

const READER_GONE: readonly unknown[] = ["EPIPE", "EIO", "ECONNRESET", "ERR_STREAM_DESTROYED"];

/** Standard output cannot be written any more. */
export class OutputClosedError extends Error {
  override readonly name = "OutputClosedError";
  /** Node's code of the failed write. */
  readonly code: string;

  /** @param cause The stream's error. */
  constructor(cause: NodeJS.ErrnoException) {
    super(`Cannot write to standard output: ${cause.message}`, { cause });
    this.code = cause.code ?? "ERR_OUTPUT";
  }

  /** The reader of the output has closed it, as `head` does. This is no failure. */
  get isReaderGone(): boolean {
    return READER_GONE.includes(this.code);
  }
}
