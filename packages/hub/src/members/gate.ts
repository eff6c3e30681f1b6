// A gate that a reading loop waits at while its network is full.

/** Open or closed; open at first. */
export class Gate {
  #isOpen = true;
  #resolve: (() => void) | undefined;

  set isOpen(isOpen: boolean) {
    this.#isOpen = isOpen;
    if (!isOpen) return;
    this.#resolve?.();
    this.#resolve = undefined;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Resolves when the gate is open; one loop waits at a time. */
  async passed(): Promise<void> {
    while (!this.#isOpen) {
      await new Promise<void>((resolve) => {
        this.#resolve = resolve;
      });
    }
  }
}
