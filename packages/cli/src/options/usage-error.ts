// A wrong command line, with a suggestion.

/** The command line is wrong; nothing was done. */
export class UsageError extends Error {
  override readonly name = "UsageError";
  /** Stable code. */
  readonly code = "ERR_USAGE";
  /** What to type instead. */
  readonly hint: string | undefined;

  /**
   * @param message Names the mistake.
   * @param hint What to type instead.
   */
  constructor(message: string, hint?: string) {
    super(message);
    this.hint = hint;
  }
}
