// The lines of one network: each member sees the lines of the members that it receives bytes from. A line is asserted
// where any of them asserts it, so a bus is wired as one line with many drivers.

import {
  ALWAYS_READY,
  anyOf,
  isSameSignals,
  type LineSignals,
  NO_SIGNALS,
} from "../model/line-levels.ts";
import type { LinePolicy } from "../model/types.ts";
import type { LineEnd, LineError } from "./line-end.ts";

/** A member in the wiring. */
export interface WiredMember {
  /** Its lines; `undefined` where it has none. */
  readonly lines: LineEnd | undefined;
  /** Levels that it shows now; `undefined` where it has no lines, or while they are not known. */
  readonly signals: LineSignals | undefined;
  /** Whose lines reach it. */
  readonly linePolicy: LinePolicy;
  readonly isPresent: boolean;
  /** Its levels may be other ones now. */
  levelsChanged(): void;
}

/** Wires of one network. */
export class LineWiring<M extends WiredMember> {
  #senders = new Map<M, readonly M[]>();
  #receivers = new Map<M, readonly M[]>();
  /** Last levels given to a member. */
  readonly #given = new WeakMap<M, LineSignals>();
  readonly #watched = new WeakMap<M, string>();

  /**
   * Wires members.
   *
   * @param receivers Who receives from whom, for each member.
   */
  join(receivers: ReadonlyMap<M, readonly M[]>): void {
    this.#receivers = new Map(receivers);
    const members = [...receivers.keys()];
    this.#senders = new Map(
      members.map((to) => [to, members.filter((from) => receivers.get(from)?.includes(to))]),
    );
    for (const member of members) void this.#give(member);
    this.wantsChanged();
  }

  /** A member shows other levels, came or left. @returns Resolves when the others have taken them. */
  changed(from: M): Promise<unknown> | undefined {
    let taken: Promise<unknown> | undefined;
    for (const to of this.#receivers.get(from) ?? []) {
      const taking = this.#give(to);
      if (taking instanceof Promise) taken = taken === undefined ? taking : both(taken, taking);
    }
    return taken;
  }

  /** Levels that a member sees. */
  seenBy(to: M): LineSignals {
    return this.#seenBy(to) ?? NO_SIGNALS;
  }

  /** Reads the lines of the members that one sees. */
  async read(to: M): Promise<LineSignals> {
    const ends = this.#drivers(to).map(({ lines }) => lines);
    await Promise.all(ends.map((end) => end?.read?.()));
    return this.seenBy(to);
  }

  /** An error on the line of a member. */
  error(from: M, error: LineError): void {
    for (const to of this.#receivers.get(from) ?? []) {
      if (isDriver(from, to)) to.lines?.lineError?.(error);
    }
  }

  /** A member wants to know other things than before. */
  wantsChanged(): void {
    for (const [from, receivers] of this.#receivers) {
      if (from.lines?.watch === undefined) continue;
      const readers = receivers.filter((to) => isDriver(from, to));
      const wants = {
        signals: readers.some(({ lines }) => lines?.wants?.signals),
        errors: readers.some(({ lines }) => lines?.wants?.errors),
      };
      const text = JSON.stringify(wants);
      if (this.#watched.get(from) === text) continue;
      this.#watched.set(from, text);
      from.lines.watch(wants);
    }
  }

  #give(to: M): Promise<void> | undefined {
    const signals = this.#seenBy(to);
    const given = this.#given.get(to);
    if (signals === undefined || (given !== undefined && isSameSignals(signals, given)))
      return undefined;
    this.#given.set(to, signals);
    const taking = to.lines?.setSignals(signals);
    if (taking instanceof Promise) return taking.then(() => to.levelsChanged());
    to.levelsChanged();
    return undefined;
  }

  /** `undefined` where the member is to be left as it is. */
  #seenBy(to: M): LineSignals | undefined {
    if (to.lines === undefined) return undefined;
    const shown = this.#drivers(to).flatMap(({ signals }) => signals ?? []);
    if (shown.length > 0) return anyOf(shown);
    if (to.lines.isReal) return undefined;
    return this.#senders.get(to)?.some(({ isPresent }) => isPresent) ? ALWAYS_READY : NO_SIGNALS;
  }

  #drivers(to: M): readonly M[] {
    return (this.#senders.get(to) ?? []).filter((from) => isDriver(from, to));
  }
}

/** Real ports do not drive each other, unless that is asked for. */
function isDriver(from: WiredMember, to: WiredMember): boolean {
  if (from.lines === undefined || to.linePolicy === "none") return false;
  return !from.lines.isReal || to.linePolicy === "all";
}

async function both(one: Promise<unknown>, other: Promise<unknown>): Promise<void> {
  await Promise.all([one, other]);
}
