// Discards bytes that a terminal had received before it was opened, as early as they can be
// distinguished: a device may greet at the moment of opening, and its greeting must not be taken
// for old input.

import type { SerialConfig } from "../config/config.ts";
import { errnoError } from "./errno.ts";
import type { PosixPlatform } from "./posix-platform.ts";
import { decodeTermios, type Termios } from "./termios.ts";
import type { PosixHandle } from "./tty.ts";

/** Called with the progress of the opening. */
export interface OpenSteps {
  /** The port is this program's, as far as it asked for that. */
  locked(): void;
  /**
   * The settings are in force.
   *
   * @param termios As read back.
   */
  committed(termios: Uint8Array): void;
}

/** The discarding of one opening. */
export class OpenDiscard implements OpenSteps {
  readonly #platform: PosixPlatform;
  readonly #fd: number;
  readonly #path: string;
  readonly #isWanted: boolean;
  readonly #isExclusive: boolean;
  #failure: number | undefined;
  #before: { readonly settings: Termios; readonly isPseudoTerminal: boolean } | undefined;

  /**
   * @param platform The system.
   * @param descriptor The open file; perhaps no terminal.
   * @param config Settings of the port.
   */
  constructor(
    platform: PosixPlatform,
    { fd, path }: { readonly fd: number; readonly path: string },
    config: SerialConfig,
  ) {
    this.#platform = platform;
    this.#fd = fd;
    this.#path = path;
    this.#isWanted = config.discardInputOnOpen;
    this.#isExclusive = config.exclusive;
  }

  /**
   * Discards at once, unless another program may hold the port. Each call before this one is time in which
   * a greeting can arrive and be lost, so a failure is thrown later, by {@link isTerminal}: a descriptor that
   * is no terminal has an error of its own.
   */
  opened(): void {
    if (!this.#isExclusive) this.#failure = this.#discard();
  }

  /** The descriptor is a terminal with these settings. */
  isTerminal({ isPseudoTerminal }: PosixHandle, original: Uint8Array): void {
    this.#throw(this.#failure);
    this.#before = { settings: decodeTermios(this.#platform.abi, original), isPseudoTerminal };
  }

  locked(): void {
    if (this.#isExclusive) this.#throw(this.#discard());
  }

  /** Input that arrived under other settings may be garbage, or have been edited as a line. */
  committed(termios: Uint8Array): void {
    const now = decodeTermios(this.#platform.abi, termios);
    if (this.#isOtherInput(now)) this.#throw(this.#discard());
  }

  /** Returns the errno of a failure. */
  #discard(): number | undefined {
    if (!this.#isWanted) return undefined;
    const result = this.#platform.discard(this.#fd, "input");
    return result < 0 ? -result : undefined;
  }

  #throw(errno: number | undefined): void {
    if (errno === undefined) return;
    const errnoByName = this.#platform.abi.errno;
    const call = { context: "io", operation: "discard", syscall: "tcflush" } as const;
    throw errnoError({ ...call, path: this.#path, errno, errnoByName });
  }

  /** Whether the same line would have been received as other bytes before. A pty has no line. */
  #isOtherInput(now: Termios): boolean {
    if (this.#before === undefined) return true;
    const { settings: was, isPseudoTerminal } = this.#before;
    if (now.iflag !== was.iflag || now.lflag !== was.lflag) return true;
    if (isPseudoTerminal) return false;
    const { CLOCAL, HUPCL, CRTSCTS } = this.#platform.abi;
    const sameFraming = ((now.cflag ^ was.cflag) & ~(CLOCAL | HUPCL | CRTSCTS)) === 0;
    return !sameFraming || now.ispeed !== was.ispeed || now.ospeed !== was.ospeed;
  }
}
