// Which telnet options both sides agreed on. Every question is answered at most once for each change, so no
// loop can begin (RFC 1143); an unknown option is refused and never waited for. Pure.

import { DO, DONT, negotiation, type Verb, WILL, WONT } from "./telnet.ts";

/** Options that are used here. */
export const BINARY = 0;
export const ECHO = 1;
export const SUPPRESS_GO_AHEAD = 3;
export const COM_PORT = 44;

/** Answers to a peer that offers a refused option again and again. */
const MOST_REFUSALS = 8;

/** One side of an option: `wanted` was asked for, and the answer has not come. */
type Side = "off" | "wanted" | "on" | "refused";

/** Options that a side of the connection agrees to. */
export interface OptionRules {
  /** Options that this side performs when it is asked to. */
  readonly own: readonly number[];
  /** Options that the peer may perform. */
  readonly peer: readonly number[];
  /** Called when an option begins or ends, or is refused. */
  readonly onChange?: (side: "own" | "peer", option: number) => void;
}

/** The options of one connection. */
export class TelnetOptions {
  readonly #rules: OptionRules;
  readonly #send: (bytes: Uint8Array) => void;
  readonly #own = new Map<number, Side>();
  readonly #peer = new Map<number, Side>();
  readonly #refusals = new Map<number, number>();

  /**
   * @param rules Options to agree to.
   * @param send Sends a step of the negotiation.
   */
  constructor(rules: OptionRules, send: (bytes: Uint8Array) => void) {
    this.#rules = rules;
    this.#send = send;
  }

  /** Asks whether this side may perform an option. */
  offer(option: number): void {
    if (this.own(option) !== "off") return;
    this.#own.set(option, "wanted");
    this.#send(negotiation(WILL, option));
  }

  /** Asks the peer to perform an option. */
  request(option: number): void {
    if (this.peer(option) !== "off") return;
    this.#peer.set(option, "wanted");
    this.#send(negotiation(DO, option));
  }

  /** State of an option on this side. */
  own(option: number): Side {
    return this.#own.get(option) ?? "off";
  }

  /** State of an option on the peer's side. */
  peer(option: number): Side {
    return this.#peer.get(option) ?? "off";
  }

  /** Takes in a step of the peer. */
  received(verb: Verb, option: number): void {
    if (verb === DO || verb === DONT) this.#asked("own", option, verb === DO);
    else this.#asked("peer", option, verb === WILL);
  }

  #asked(side: "own" | "peer", option: number, isOn: boolean): void {
    const sides = side === "own" ? this.#own : this.#peer;
    const before = sides.get(option) ?? "off";
    const [agree, refuse] = side === "own" ? ([WILL, WONT] as const) : ([DO, DONT] as const);
    if (isOn) {
      if (before === "on") return;
      if (!this.#rules[side].includes(option)) {
        this.#refuse(refuse, option);
        return;
      }
      sides.set(option, "on");
      if (before !== "wanted") this.#send(negotiation(agree, option));
    } else {
      if (before === "off" || before === "refused") return;
      sides.set(option, before === "wanted" ? "refused" : "off");
      if (before === "on") this.#send(negotiation(refuse, option));
    }
    this.#rules.onChange?.(side, option);
  }

  #refuse(verb: typeof WONT | typeof DONT, option: number): void {
    const key = verb * 256 + option;
    const count = (this.#refusals.get(key) ?? 0) + 1;
    this.#refusals.set(key, count);
    if (count <= MOST_REFUSALS) this.#send(negotiation(verb, option));
  }
}
