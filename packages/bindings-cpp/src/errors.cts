// The error of a binding: what users of node-serialport match in its text, with a code and a hint beside it.

import type { BindingsErrorInterface } from "@serialport/bindings-interface";

/** An operation of a binding failed. */
export class BindingsError extends Error implements BindingsErrorInterface {
  /** The port was closed meanwhile. */
  canceled: boolean;
  /** Node's spelling of the system's error (`ENOENT`), or a stable `ERR_SERIAL_…` code. */
  declare code?: string | undefined;
  /** The system's number for the error, positive. */
  declare errno?: number | undefined;
  /** The system call that failed. */
  declare syscall?: string | undefined;
  /** Path or address of the port. */
  declare path?: string | undefined;
  /** One sentence that says what to do next. */
  declare hint?: string | undefined;

  /**
   * @param message What failed.
   * @param options.canceled The port was closed meanwhile.
   */
  constructor(message: string, { canceled = false }: { canceled?: boolean | undefined } = {}) {
    super(message);
    this.canceled = canceled;
  }
}

/** The error of a call on a port that is not open. */
export function notOpen(): Error {
  return new Error("Port is not open");
}
