// A second network on this machine, behind a virtual cable: another end of the world for everything that speaks TCP.

import { execFileSync } from "node:child_process";

const NEAR = { device: "near", address: "10.99.0.1" } as const;
const FAR = { device: "far", address: "10.99.0.2" } as const;
const NAME = "anyserial-far";

/** Two networks. */
export class Namespaces {
  /** Address of this end. */
  readonly near: string = NEAR.address;

  constructor() {
    ip("netns", "add", NAME);
    ip("link", "add", NEAR.device, "type", "veth", "peer", "name", FAR.device, "netns", NAME);
    ip("addr", "add", `${NEAR.address}/24`, "dev", NEAR.device);
    ip("-n", NAME, "addr", "add", `${FAR.address}/24`, "dev", FAR.device);
    ip("link", "set", NEAR.device, "up");
    ip("-n", NAME, "link", "set", FAR.device, "up");
  }

  /** A command that runs another one at the far end. */
  readonly inFar: readonly string[] = ["ip", "netns", "exec", NAME];

  /** Pulls the cable: neither end is told. */
  cut(): void {
    ip("link", "set", NEAR.device, "down");
  }

  /** Puts the cable back. */
  mend(): void {
    ip("link", "set", NEAR.device, "up");
  }

  close(): void {
    ip("netns", "delete", NAME);
  }
}

function ip(...words: readonly string[]): void {
  execFileSync("ip", words, { stdio: ["ignore", "ignore", "inherit"] });
}
