// Which hubs are there: those that have a lease and have described themselves. Pure.

/** The hubs of a cluster, from descriptions and from lists of leases. */
export class Roll {
  readonly #onChange: (hub: string, text: string | undefined) => void;
  readonly #texts = new Map<string, string>();
  /** When each hub was last known to have its lease; only those that are there. */
  readonly #seen = new Map<string, number>();

  /** @param onChange Called with each hub that is there whenever that is known, and with `undefined` when it is gone. */
  constructor(onChange: (hub: string, text: string | undefined) => void) {
    this.#onChange = onChange;
  }

  /**
   * A hub has a description, or took it back.
   *
   * @param at When it gave it, if that was just now: then it has its lease. Old ones may be those of dead hubs.
   */
  described(hub: string, text: string | undefined, at: number | undefined): void {
    if (text === undefined) {
      this.#texts.delete(hub);
      this.#leave(hub);
      return;
    }
    this.#texts.set(hub, text);
    if (at !== undefined) this.#seen.set(hub, at);
    if (this.#seen.has(hub)) this.#onChange(hub, text);
  }

  /** Who has a lease. @param asked When the servers were asked: later news are not in it. */
  listed(hubs: ReadonlySet<string>, asked: number): void {
    for (const hub of hubs) {
      const text = this.#texts.get(hub);
      if (text === undefined) continue; // it has not described itself yet, or is leaving
      this.#seen.set(hub, asked);
      this.#onChange(hub, text);
    }
    for (const [hub, at] of this.#seen) if (!hubs.has(hub) && at < asked) this.#leave(hub);
  }

  #leave(hub: string): void {
    if (this.#seen.delete(hub)) this.#onChange(hub, undefined);
  }
}
