// A full screen on a terminal that is drawn over and over, and the terminal as it was afterwards, however
// the process ends.

import type { OutputStream } from "../../terminal/streams.ts";

/** Alternate screen, no cursor, no wrapping; and back. @see ctlseqs of xterm: DECSET 1049, 25, 7 */
const ENTER = "\x1b[?1049h\x1b[?25l\x1b[?7l";
const LEAVE = "\x1b[?7h\x1b[?25h\x1b[?1049l";
const HOME = "\x1b[H";
const CLEAR_LINE_END = "\x1b[K";
const CLEAR_BELOW = "\x1b[J";
const DEFAULT_ROWS = 24;
const DEFAULT_COLUMNS = 120;

/** Standard output, when it is a terminal. */
export interface TerminalStream extends OutputStream {
  readonly rows?: number;
  readonly columns?: number;
}

/** Draws on a terminal. */
export class Screen {
  readonly #stdout: TerminalStream;
  readonly #onChange: () => void;
  #isOn = false;

  /**
   * @param stdout The terminal.
   * @param onChange Called when the screen must be redrawn: its size changed, or the process was
   *   continued.
   */
  constructor(stdout: TerminalStream, onChange: () => void) {
    this.#stdout = stdout;
    this.#onChange = onChange;
  }

  /** Takes the terminal. */
  enter(): void {
    this.#isOn = true;
    this.#stdout.write(ENTER);
    this.#stdout.on("resize", this.#onChange);
    process.on("exit", this.#leaveAtExit);
    process.on("SIGTSTP", this.#suspend);
    process.on("SIGCONT", this.#resume);
  }

  /** Gives the terminal back. */
  leave(): void {
    if (!this.#isOn) return;
    this.#isOn = false;
    this.#stdout.off("resize", this.#onChange);
    process.off("exit", this.#leaveAtExit);
    process.off("SIGTSTP", this.#suspend);
    process.off("SIGCONT", this.#resume);
    this.#stdout.write(LEAVE);
  }

  /** Lines that fit; a serial console does not know its size, and says 0. */
  get rows(): number {
    return this.#stdout.rows || DEFAULT_ROWS;
  }

  /**
   * Draws; a terminal that has not taken the picture before is left alone, so that one which is stopped
   * costs nothing.
   *
   * @param lines Content from the top, already safe; lines that do not fit are left out.
   */
  draw(lines: readonly string[]): void {
    if (!this.#isOn || this.#stdout.writableLength > 0) return;
    const columns = this.#stdout.columns || DEFAULT_COLUMNS;
    const shown = lines.slice(0, this.rows).map((line) => line.slice(0, columns) + CLEAR_LINE_END);
    this.#stdout.write(HOME + shown.join("\r\n") + CLEAR_BELOW);
  }

  readonly #leaveAtExit = (): void => this.leave();

  readonly #suspend = (): void => {
    this.#stdout.write(LEAVE);
    process.kill(process.pid, "SIGSTOP");
  };

  readonly #resume = (): void => {
    this.#stdout.write(ENTER);
    this.#onChange();
  };
}
