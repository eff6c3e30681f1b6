// Two machines on one cable, as network namespaces: the cable can be pulled, so that neither side learns of
// the other's end.

import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { Program } from "./programs.ts";

/** Address of each machine. */
export const ADDRESSES = { near: "10.77.0.1", far: "10.77.0.2" } as const;

type Machine = keyof typeof ADDRESSES;

function ip(...args: readonly string[]): boolean {
  return spawnSync("ip", args, { stdio: "ignore" }).status === 0;
}

/** Why there can be no such machines here; `false` when there can. */
export function namespacesMissing(): string | false {
  const name = `anyserial-${randomBytes(4).toString("hex")}`;
  if (!ip("netns", "add", name)) return "network namespaces need root and iproute2";
  const works = ip("-n", name, "link", "add", "x0", "type", "veth", "peer", "name", "x1");
  ip("netns", "del", name);
  return works ? false : "this kernel has no veth";
}

/** The two machines; gone when the test ends. */
export class Namespaces implements Disposable {
  readonly #id = randomBytes(4).toString("hex");

  constructor() {
    for (const machine of ["near", "far"] as const) this.#must("netns", "add", this.#name(machine));
    const [near, far] = [this.#name("near"), this.#name("far")];
    this.#must(
      ...[
        "-n",
        near,
        "link",
        "add",
        "cable",
        "type",
        "veth",
        "peer",
        "name",
        "cable",
        "netns",
        far,
      ],
    );
    for (const machine of ["near", "far"] as const) {
      const name = this.#name(machine);
      this.#must("-n", name, "addr", "add", `${ADDRESSES[machine]}/24`, "dev", "cable");
      this.#must("-n", name, "link", "set", "lo", "up");
    }
    this.plugIn();
  }

  /** Runs a module of JavaScript on one of the machines. */
  run(machine: Machine, code: string): Program {
    const node = [process.execPath, "--input-type=module", "-e", code];
    return new Program("ip", ["netns", "exec", this.#name(machine), ...node]);
  }

  /** Pulls the cable at the far end: the near one sees a link that is up. */
  pull(): void {
    this.#must("-n", this.#name("far"), "link", "set", "cable", "down");
  }

  plugIn(): void {
    for (const machine of ["near", "far"] as const) {
      this.#must("-n", this.#name(machine), "link", "set", "cable", "up");
    }
  }

  [Symbol.dispose](): void {
    for (const machine of ["near", "far"] as const) ip("netns", "del", this.#name(machine));
  }

  #name(machine: Machine): string {
    return `anyserial-${this.#id}-${machine}`;
  }

  #must(...args: readonly string[]): void {
    if (!ip(...args)) throw new Error(`ip ${args.join(" ")} failed`);
  }
}
