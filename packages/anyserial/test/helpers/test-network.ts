// Two machines with a cable between them: network namespaces of this test, for root on Linux.

import { execFileSync, spawnSync } from "node:child_process";
import { type Child, startProgram } from "./child.ts";

/** Address of each machine; `silent` is none: what is sent to it is lost. */
export const ADDRESSES = {
  client: "10.77.0.1",
  server: "10.77.0.2",
  silent: "10.77.0.8",
} as const;

export type Machine = Exclude<keyof typeof ADDRESSES, "silent">;

/** Reason to skip a test that needs one. */
export function noNetwork(): string | false {
  const name = `anyserial-probe-${process.pid}`;
  const { status } = spawnSync("ip", ["netns", "add", name], { stdio: "ignore" });
  if (status !== 0) return "this account cannot make network namespaces";
  ip("netns", "del", name);
  return false;
}

/** A network. */
export class TestNetwork implements Disposable {
  readonly #gone = new Set<Machine>();

  constructor() {
    const [client, server] = [nameOf("client"), nameOf("server")];
    ip("netns", "add", client);
    ip("netns", "add", server);
    const other = ["peer", "name", "cable", "netns", server];
    ip("link", "add", "cable", "netns", client, "type", "veth", ...other);
    for (const machine of ["client", "server"] as const) {
      const name = nameOf(machine);
      ip("-n", name, "addr", "add", `${ADDRESSES[machine]}/24`, "dev", "cable");
      ip("-n", name, "link", "set", "lo", "up");
      ip("-n", name, "link", "set", "cable", "up");
    }
    const nowhere = ["lladdr", "02:00:00:00:00:08", "dev", "cable"];
    ip("-n", client, "neigh", "add", ADDRESSES.silent, ...nowhere);
    // Its own programs reach the server also when the other machine, and the cable with it, is gone.
    ip("-n", server, "addr", "add", `${ADDRESSES.server}/32`, "dev", "lo");
  }

  /** Pulls the cable. */
  pull(): void {
    ip("-n", nameOf("server"), "link", "set", "cable", "down");
  }

  /** Puts the cable back. */
  plug(): void {
    ip("-n", nameOf("server"), "link", "set", "cable", "up");
  }

  /** Starts a program on a machine. */
  start(machine: Machine, command: readonly string[]): Child {
    return startProgram("ip", ["netns", "exec", nameOf(machine), ...command]);
  }

  /** Switches a machine off: its programs are to have been killed before, and the cable pulled. */
  switchOff(machine: Machine): void {
    this.#gone.add(machine);
    ip("netns", "del", nameOf(machine));
  }

  [Symbol.dispose](): void {
    for (const machine of ["client", "server"] as const) {
      if (!this.#gone.has(machine)) this.switchOff(machine);
    }
  }
}

function nameOf(machine: Machine): string {
  return `anyserial-${machine}-${process.pid}`;
}

function ip(...args: readonly string[]): void {
  execFileSync("ip", args);
}
