// Completions for the fake Windows system: told in a later task, as by the thread of the real ones.

import type { SerialError } from "anyserial";
import type { CompletionListener, Completions } from "../../dist/windows/completion/completion.js";

/** Who is told of what. */
export class FakeCompletions implements Completions {
  /** Handles that are joined. */
  joined = 0;
  /** What joining answers. */
  joinResult = 0;
  readonly #listeners = new Map<number, CompletionListener>();

  join(): number {
    if (this.joinResult >= 0) this.joined++;
    return this.joinResult;
  }

  leave(): void {
    this.joined--;
  }

  add(address: number, listener: CompletionListener): void {
    this.#listeners.set(address, listener);
  }

  remove(address: number): void {
    this.#listeners.delete(address);
  }

  /** Tells of an operation. */
  tell(address: bigint): void {
    setImmediate(() => this.#listeners.get(Number(address))?.onWake());
  }

  /** Ends the thread. */
  breakDown(error: SerialError): void {
    for (const listener of [...this.#listeners.values()]) listener.onFailed(error);
  }
}
