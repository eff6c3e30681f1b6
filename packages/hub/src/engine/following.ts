// Settings that follow: a real port takes the rate, framing and flow control that an application asks for on another
// member. The application's bytes wait until the port has them, and bytes sent before go out with the settings before.

import type { MemberSettings } from "../model/types.ts";
import type { Clock } from "./stall-watch.ts";

/** Bytes sent before have so long to leave for the port, in milliseconds. */
const LONGEST_WAIT_MS = 1000;
/** … and are looked at this often. */
const LOOK_MS = 5;
/**
 * The settings of a pty are read this often while an application has it open, in milliseconds: a program that sets a
 * rate and only listens causes no event.
 */
const POLL_MS = 100;

const NONE: readonly never[] = [];

/** Settings that a port shall take; those that are left out stay. */
export type LineWish = {
  readonly [K in "baudRate" | "dataBits" | "stopBits" | "parity" | "flowControl"]?:
    | MemberSettings[K]
    | undefined;
};

/** A member, as far as it follows or is followed. */
export interface FollowingMember {
  readonly plan: { readonly name: string; readonly follow: string | undefined };
  readonly member: {
    readonly isPresent: boolean;
    /** The application can choose data bits and parity; on a pty it cannot. */
    readonly hasFraming: boolean;
    follow(wish: LineWish): Promise<void>;
  };
  /** Bytes that wait for it. */
  readonly egress: { readonly queue: { readonly bytes: number } };
  /** Keeps bytes of the member back. */
  holdInput(isHeld: boolean): void;
  settingsNow(): MemberSettings | undefined;
}

/** The members that follow others in one network. */
export class Following<M extends FollowingMember> {
  readonly #clock: Clock;
  readonly #followers = new Map<string, readonly M[]>();
  #members: readonly M[] = [];
  readonly #asking = new WeakMap<M, Promise<void>>();
  #stopPoll: (() => void) | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Takes the members of the network. */
  join(members: readonly M[]): void {
    this.#followers.clear();
    for (const { plan } of members) {
      const followers = members.filter(({ plan: { follow } }) => follow === plan.name);
      if (followers.length > 0) this.#followers.set(plan.name, followers);
    }
    this.#members = members.filter(({ plan }) => this.#followers.has(plan.name));
    for (const from of this.#members) this.presenceChanged(from);
    if (this.#members.length === 0) this.#stop();
  }

  /** Ports that take the settings of a member. */
  followersOf(name: string): readonly M[] {
    return this.#followers.get(name) ?? NONE;
  }

  /** An application came: the port gets the settings that it has. */
  presenceChanged(from: M): void {
    if (!this.#members.includes(from) || !from.member.isPresent) return;
    if (!from.member.hasFraming) {
      const settings = from.settingsNow();
      if (settings !== undefined) void this.asked(from, settings);
    }
    this.#poll();
  }

  /**
   * An application asks for settings.
   *
   * @returns Resolves when the ports have taken or refused them; `undefined` where none follows.
   */
  asked(from: M, settings: MemberSettings): Promise<void> | undefined {
    const followers = this.followersOf(from.plan.name);
    if (followers.length === 0) return undefined;
    const wish = wishOf(settings, from.member.hasFraming);
    const before = this.#asking.get(from);
    const asking = this.#ask(followers, wish, before);
    this.#asking.set(from, asking);
    from.holdInput(true);
    return asking.then(() => {
      if (this.#asking.get(from) !== asking) return;
      this.#asking.delete(from);
      from.holdInput(false);
    });
  }

  #stop(): void {
    this.#stopPoll?.();
    this.#stopPoll = undefined;
  }

  async #ask(followers: readonly M[], wish: LineWish, before?: Promise<void>): Promise<void> {
    await before;
    await Promise.all(
      followers.map(async (port) => {
        await this.#sent(port);
        await port.member.follow(wish);
      }),
    );
  }

  async #sent({ egress }: M): Promise<void> {
    const until = this.#clock.now() + LONGEST_WAIT_MS;
    while (egress.queue.bytes > 0 && this.#clock.now() < until) {
      await new Promise<void>((resolve) => void this.#clock.after(LOOK_MS, resolve));
    }
  }

  #poll(): void {
    if (this.#stopPoll !== undefined || !this.#isPolling) return;
    this.#stopPoll = this.#clock.after(POLL_MS, () => {
      this.#stopPoll = undefined;
      for (const from of this.#polled) from.settingsNow(); // reports a change
      this.#poll();
    });
  }

  get #polled(): readonly M[] {
    return this.#members.filter(({ member }) => member.isPresent && !member.hasFraming);
  }

  get #isPolling(): boolean {
    return this.#polled.length > 0;
  }
}

function wishOf(settings: MemberSettings, hasFraming: boolean): LineWish {
  const { baudRate, dataBits, stopBits, parity, flowControl } = settings;
  const rate = baudRate > 0 ? { baudRate } : {};
  const framing = hasFraming ? { dataBits, parity } : {};
  return { ...rate, ...framing, stopBits, flowControl };
}
