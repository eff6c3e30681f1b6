// A request of the program failed, for a reason that the program makes an error of.

/** The reason. */
export class AdapterError extends Error {
  /** Name of a system error, such as `EACCES`. */
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}
