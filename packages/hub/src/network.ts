// One network: who hears whom, and who waits for whom. Bytes go from station to station without
// passing here.

import type { Framing } from "./framing/framing.ts";
import { garble } from "./line-model.ts";
import type { NetworkPlan } from "./plan.ts";
import type { MemberEvent, Station, StationNetwork } from "./station.ts";
import { hearersOf } from "./topology.ts";
import type { MemberProcess, NetworkSnapshot } from "./types.ts";

/** Rates that differ by less than this understand each other: half a bit in ten. */
const TOLERANCE = 0.03;

/** A network. */
export class Network implements StationNetwork {
  #plan: NetworkPlan;
  #stations: readonly Station[] = [];
  /** Rates that were told to differ, by pair of members. */
  readonly #toldRates = new Map<string, string>();
  readonly #emit: (station: Station, event: MemberEvent) => void;

  constructor(plan: NetworkPlan, emit: (station: Station, event: MemberEvent) => void) {
    this.#plan = plan;
    this.#emit = emit;
  }

  get framing(): Framing {
    return this.#plan.framing;
  }

  get stations(): readonly Station[] {
    return this.#stations;
  }

  /** Joins stations as planned; those from before that are not among them are left alone. */
  join(plan: NetworkPlan, stations: readonly Station[]): void {
    for (const station of this.#stations) {
      if (stations.includes(station)) continue;
      station.hearers = [];
      station.network = undefined;
    }
    this.#plan = plan;
    this.#stations = stations;
    const hearers = hearersOf(plan.topology, plan.members);
    for (const [index, station] of stations.entries()) {
      station.hearers = (hearers[index] ?? []).map((at) => stations[at] as Station);
      station.network = this;
    }
    for (const station of stations) this.settingsChanged(station);
    this.fullChanged();
  }

  /** Whoever is heard by a member with a full queue is not read. */
  fullChanged(): void {
    for (const station of this.#stations) {
      station.setReading(!station.hearers.some(({ outlet }) => outlet.isFull));
    }
  }

  /** Looks whether the lines still have one rate. */
  settingsChanged(changed: Station): void {
    const { rateMismatch } = this.#plan;
    for (const station of this.#stations) station.alter = undefined;
    if (rateMismatch === "pass") return;
    if (rateMismatch === "garble") {
      for (const station of this.#stations) station.alter = alterFor(station);
    }
    for (const other of this.#stations) {
      if (!mismatch(changed, other) || !this.#isNews(changed, other)) continue;
      const rates = { baudRate: changed.baudRate ?? 0, otherBaudRate: other.baudRate ?? 0 };
      this.#emit(changed, { type: "rate-mismatch", other: other.plan.name, ...rates });
    }
  }

  /** A pair of members is told once for a pair of rates. */
  #isNews(one: Station, other: Station): boolean {
    const [first, second] = one.plan.name < other.plan.name ? [one, other] : [other, one];
    const pair = JSON.stringify([first.plan.name, second.plan.name]);
    const rates = `${first.baudRate} ${second.baudRate}`;
    if (this.#toldRates.get(pair) === rates) return false;
    this.#toldRates.set(pair, rates);
    return true;
  }

  /** State, as JSON. */
  snapshot(pidsOf: (station: Station) => readonly MemberProcess[]): NetworkSnapshot {
    return {
      name: this.#plan.name,
      topology: this.#plan.topology,
      framing: this.#plan.framing.kind,
      paused: this.#stations.some(({ outlet }) => outlet.isFull),
      members: this.#stations.map((station) => station.snapshot(pidsOf(station))),
    };
  }
}

function alterFor(from: Station): Station["alter"] {
  if (!from.hearers.some((to) => mismatch(from, to))) return undefined;
  return (to, message) =>
    mismatch(from, to) ? garble(message, from.baudRate ?? 0, to.baudRate ?? 0) : message;
}

function mismatch(one: Station, other: Station): boolean {
  const [a, b] = [one.baudRate ?? 0, other.baudRate ?? 0];
  if (one === other || a <= 0 || b <= 0) return false;
  if (!one.member.isPresent || !other.member.isPresent) return false;
  return Math.abs(a / b - 1) > TOLERANCE;
}
