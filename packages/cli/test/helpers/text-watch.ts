// Text that grows, and waiting for something to appear in it.

/** Far more time than anything here needs to appear: text that is missing by then never comes. */
const BOUND_MS = 30_000;

/** So much of the text is shown when something is not in it, in characters. */
const SHOWN = 1000;

/** Collects text. */
export class TextWatch {
  readonly #name: string;
  #text = "";
  #from = 0;
  #notify: () => void = () => undefined;
  #isEnded = false;

  /** @param name Name of the text, for an error when something does not appear in it. */
  constructor(name: string) {
    this.#name = name;
  }

  /** Everything so far. */
  get text(): string {
    return this.#text;
  }

  /** More has come. */
  add(text: string): void {
    this.#text += text;
    this.#notify();
  }

  /** Nothing more will come. */
  end(): void {
    this.#isEnded = true;
    this.#notify();
  }

  /** Waits until a pattern appears after the previous match. */
  async until(pattern: RegExp): Promise<RegExpExecArray> {
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      this.#notify();
    }, BOUND_MS);
    try {
      for (;;) {
        const match = pattern.exec(this.#text.slice(this.#from));
        if (match !== null) {
          this.#from += match.index + match[0].length;
          return match;
        }
        if (isLate || this.#isEnded) {
          const end = JSON.stringify(this.#text.slice(-SHOWN));
          throw new Error(`${this.#name} has no ${pattern}; it ends with ${end}`);
        }
        await new Promise<void>((resolve) => {
          this.#notify = resolve;
        });
      }
    } finally {
      clearTimeout(timer);
    }
  }
}
