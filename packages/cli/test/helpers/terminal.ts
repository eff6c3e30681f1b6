// A terminal with an operator: a program's standard streams on a pty, its keys and its screen.

import { spawnSync } from "node:child_process";
import { closeSync, constants, openSync } from "node:fs";
import type { TestContext } from "node:test";
import { createVirtualPort, type VirtualPort } from "anyserial/pty";
import { TextWatch } from "./text-watch.ts";

/** A terminal; its content is in `screen`. */
export class Terminal {
  readonly screen = new TextWatch("the screen");
  readonly #pty: VirtualPort;
  readonly #reading = new AbortController();
  readonly #read: Promise<void>;
  #fd: number | undefined;

  private constructor(pty: VirtualPort, fd: number) {
    this.#pty = pty;
    this.#fd = fd;
    this.#read = this.#follow().catch(() => this.screen.end());
  }

  /** Makes a terminal in the mode that shells set; it is gone when the test is over. */
  static async create(t: TestContext): Promise<Terminal> {
    const pty = await createVirtualPort();
    const fd = openSync(pty.path, constants.O_RDWR | constants.O_NOCTTY);
    const terminal = new Terminal(pty, fd);
    t.after(() => terminal.close());
    terminal.reset();
    return terminal;
  }

  /** Descriptor to give to a program as a standard stream. */
  get fd(): number {
    if (this.#fd === undefined) throw new Error("the terminal is closed");
    return this.#fd;
  }

  /** All settings of the terminal, to be compared. */
  get settings(): string {
    return this.#stty("-g");
  }

  /** Types; the bytes of the text are its Latin-1 ones. */
  async type(text: string): Promise<void> {
    await this.#pty.send(Buffer.from(text, "latin1"));
  }

  /** Stops reading: the screen stands still, and fills. */
  async freeze(): Promise<void> {
    this.#reading.abort();
    await this.#read;
  }

  /** Goes away, as when its window is closed. */
  async close(): Promise<void> {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
    await this.#pty.close();
    await this.#read;
  }

  /** Sets the mode that shells set, as a shell does for the next program. */
  reset(): void {
    this.#stty("sane");
  }

  async #follow(): Promise<void> {
    for (;;) {
      const bytes = await this.#pty.receive({ signal: this.#reading.signal });
      this.screen.add(Buffer.from(bytes).toString("latin1"));
    }
  }

  #stty(argument: string): string {
    const stdio = [this.fd, "pipe", "pipe"] as const;
    const { status, stdout, stderr } = spawnSync("stty", [argument], { stdio: [...stdio] });
    if (status !== 0) throw new Error(`stty ${argument}: ${String(stderr)}`);
    return String(stdout);
  }
}
