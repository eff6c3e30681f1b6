// The lines of a member behind its error boundary: a call that fails is reported, and the rest works on.

import type { LineSignals, MemberLines } from "../model/line-levels.ts";
import { type LineEnd, type LineError, type LineWants, NO_WANTS } from "./line-end.ts";

/** Lines whose calls do not throw. */
export class GuardedLines implements LineEnd {
  readonly #lines: LineEnd;
  readonly #onFailed: (error: unknown) => void;

  constructor(lines: LineEnd, onFailed: (error: unknown) => void) {
    this.#lines = lines;
    this.#onFailed = onFailed;
  }

  get isReal(): boolean {
    return this.#lines.isReal;
  }

  get wants(): LineWants {
    return this.#try(() => this.#lines.wants) ?? NO_WANTS;
  }

  levels(): MemberLines | undefined {
    return this.#try(() => this.#lines.levels());
  }

  setSignals(signals: LineSignals): void | Promise<void> {
    const taking = this.#try(() => this.#lines.setSignals(signals));
    return taking instanceof Promise ? taking.catch((error) => this.#onFailed(error)) : undefined;
  }

  lineError(error: LineError): void {
    this.#try(() => this.#lines.lineError?.(error));
  }

  sendBroken(byte: number, error: Exclude<LineError, "break">): number {
    return this.#try(() => this.#lines.sendBroken?.(byte, error)) ?? 0;
  }

  watch(wants: LineWants): void {
    this.#try(() => this.#lines.watch?.(wants));
  }

  async read(): Promise<void> {
    try {
      await this.#lines.read?.();
    } catch (error) {
      this.#onFailed(error);
    }
  }

  #try<T>(call: () => T): T | undefined {
    try {
      return call();
    } catch (error) {
      this.#onFailed(error);
      return undefined;
    }
  }
}
