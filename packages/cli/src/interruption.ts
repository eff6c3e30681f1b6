// Why a command is told to stop: the reasons of `CommandContext.signal`.

/** The process was told to end. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
  /** The signal that told it. */
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

  /** @param cause What the stream reported. */
  constructor(cause: NodeJS.ErrnoException) {
    super(`Cannot write to standard output: ${cause.message}`, { cause });
    this.code = cause.code ?? "ERR_OUTPUT";
  }

  /** Whoever read the output went away, as `head` does: no reason to complain. */
  get isReaderGone(): boolean {
    return READER_GONE.includes(this.code);
  }
}
