// A gate that reading loops wait at while their network is full.

/** Open or closed; open at first. */
export class Gate {
  #isOpen = true;
  readonly #waiting: (() => void)[] = [];

  set isOpen(isOpen: boolean) {
    this.#isOpen = isOpen;
    if (!isOpen) return;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Resolves when the gate is open. */
  async passed(): Promise<void> {
    while (!this.#isOpen) {
      await new Promise<void>((resolve) => void this.#waiting.push(resolve));
    }
  }
}
