// The name of this hub, held by a lease, and the other hubs. A hub that has lost its connection for longer than
// the lease may find its name taken; then it waits until the name is free.

import { randomUUID } from "node:crypto";
import { pause } from "../engine/pause.ts";
import type { RemoteHub, RemoteNetwork } from "../model/types.ts";
import { errorOf } from "../process/error-of.ts";
import { settledWithin } from "../process/settled-within.ts";
import { clockMs } from "../process/timers.ts";
import { describeSelf, type HubText, isDead, placeOf, readHub } from "./hub-text.ts";
import type { Lease, Leases } from "./transport.ts";

/** The lease is renewed this many times while it lasts. */
const RENEWALS = 4;
/** A name that is taken, or that could not be asked for, is asked for again after this long, in milliseconds. */
const CLAIM_AGAIN_MS = 1000;
/** The description is given again after so long, in milliseconds: an operator may have removed it. */
const DESCRIBE_AGAIN_MS = 600_000;
/** Changes of members are published at most this often, in milliseconds. */
const CHANGE_MS = 250;

/** Longest that each step of an end waits for the servers, in milliseconds. */
const CLOSE_MS = 40;

/** Listener of the presence. */
export interface PresenceListener {
  /** The name is held. @param epoch Number of this start, higher than that of any before. */
  onHeld(epoch: number): void;
  /** The name is no longer held. @param isTaken It is another hub's now. */
  onLost(isTaken: boolean): void;
  onTaken(holder: string): void;
  onProblem(error: Error): void;
  onHub(hub: string, isThere: boolean): void;
}

/** Dependencies of the presence. */
export interface PresenceParts {
  readonly name: string;
  readonly leases: Leases;
  readonly isUp: () => boolean;
  readonly networks: () => readonly RemoteNetwork[];
}

interface Known {
  readonly hub: HubText;
  /** When it said so. */
  at: number;
}

/** This hub among the others. */
export class Presence {
  readonly #parts: PresenceParts;
  readonly #listener: PresenceListener;
  readonly #id = randomUUID();
  readonly #ending = new AbortController();
  readonly #hubs = new Map<string, Known>();
  readonly #stopWatch: () => void;
  #lease: Lease | undefined;
  /** Until then the name is surely held. */
  #heldUntil = 0;
  #isHeld = false;
  #taken = "";
  /** The networks that the others know of, and when they were described. */
  #described = { text: "", at: 0 };
  #wake = new AbortController();
  readonly #ended: Promise<void>;

  constructor(parts: PresenceParts, listener: PresenceListener) {
    this.#parts = parts;
    this.#listener = listener;
    this.#stopWatch = parts.leases.watch((name, text) => this.#heard(name, text));
    this.#ended = this.#run();
  }

  /** The name is held. */
  get isHeld(): boolean {
    return this.#isHeld;
  }

  /** The other hubs. */
  get hubs(): readonly RemoteHub[] {
    return [...this.#hubs.values()].map(({ hub }) => {
      const { id: _, machine: __, ...shown } = hub;
      return shown;
    });
  }

  /** The connection came or went, or a member changed. */
  changed(): void {
    this.#wake.abort();
  }

  async close(): Promise<void> {
    this.#ending.abort();
    this.#wake.abort();
    this.#stopWatch();
    await settledWithin(this.#ended, CLOSE_MS);
    if (this.#lease === undefined || !this.#parts.isUp()) return;
    const released = this.#parts.leases.release(this.#lease);
    await settledWithin(released, CLOSE_MS); // it expires by itself
  }

  async #run(): Promise<void> {
    const { signal } = this.#ending;
    while (!signal.aborted) {
      this.#forgetSilent();
      if (this.#parts.isUp()) await this.#beat();
      if (signal.aborted) return;
      const { ttlMs } = this.#parts.leases;
      const delayMs = this.#isHeld || !this.#parts.isUp() ? ttlMs / RENEWALS : CLAIM_AGAIN_MS;
      await pause(CHANGE_MS, signal);
      const wait = AbortSignal.any([signal, this.#wake.signal]);
      await pause(delayMs - CHANGE_MS, wait);
      this.#wake = new AbortController();
    }
  }

  /** Claims the name, or renews it. */
  async #beat(): Promise<void> {
    const { leases, name, networks } = this.#parts;
    const text = JSON.stringify(describeSelf(name, this.#id, []));
    const asked = clockMs();
    try {
      const result =
        this.#lease === undefined
          ? await leases.claim(text, (holder) => this.#mayReplace(holder))
          : await leases.renew(
              text,
              this.#lease,
              (holder) => readHub(name, holder)?.id === this.#id,
            );
      if (this.#ending.signal.aborted) {
        if ("revision" in result) this.#lease = result;
        return;
      }
      if ("holder" in result) this.#isTakenBy(result.holder);
      else {
        this.#hold(result, asked + leases.ttlMs);
        await this.#describe(networks());
      }
    } catch (error) {
      if (this.#parts.isUp()) this.#listener.onProblem(errorOf(error));
      if (this.#isHeld && clockMs() > this.#heldUntil) this.#lose(false);
    }
  }

  async #describe(networks: readonly RemoteNetwork[]): Promise<void> {
    const { leases, name } = this.#parts;
    const now = clockMs();
    const text = JSON.stringify(networks);
    const isSame = text === this.#described.text;
    if (isSame && now - this.#described.at < DESCRIBE_AGAIN_MS) return;
    await leases.describe(JSON.stringify(describeSelf(name, this.#id, networks)));
    this.#described = { text, at: now };
  }

  #mayReplace(holder: string): boolean {
    const hub = readHub(this.#parts.name, holder);
    return hub === undefined || hub.id === this.#id || isDead(hub);
  }

  #hold(lease: Lease, until: number): void {
    this.#lease = lease;
    this.#heldUntil = until;
    this.#taken = "";
    if (this.#isHeld) return;
    this.#isHeld = true;
    this.#described = { text: "", at: 0 }; // another hub may have had the name
    this.#listener.onHeld(lease.revision);
  }

  #isTakenBy(holder: string): void {
    this.#lease = undefined;
    if (this.#isHeld) this.#lose(true);
    const hub = readHub(this.#parts.name, holder);
    const place = hub === undefined ? "an unknown place" : placeOf(hub);
    if (place !== this.#taken) this.#listener.onTaken(place);
    this.#taken = place;
  }

  #lose(isTaken: boolean): void {
    this.#isHeld = false;
    this.#listener.onLost(isTaken);
  }

  #heard(name: string, text: string | undefined): void {
    if (name === this.#parts.name) return;
    const hub = text === undefined ? undefined : readHub(name, text);
    const isKnown = this.#hubs.has(name);
    if (hub === undefined) {
      if (this.#hubs.delete(name)) this.#listener.onHub(name, false);
      return;
    }
    this.#hubs.set(name, { hub, at: clockMs() });
    if (!isKnown) this.#listener.onHub(name, true);
  }

  /** A hub that renews nothing is gone; while this one is cut off, it cannot know. */
  #forgetSilent(): void {
    const now = clockMs();
    for (const [name, known] of this.#hubs) {
      if (!this.#parts.isUp()) known.at = now;
      if (now - known.at <= this.#parts.leases.ttlMs * 1.5) continue;
      this.#hubs.delete(name);
      this.#listener.onHub(name, false);
    }
  }
}
