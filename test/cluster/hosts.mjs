// Machines of their own for hubs: network namespaces, each with a cable to this one that can be pulled, or be slow
// and lose packets. For root on Linux.
import { execFileSync, spawnSync } from "node:child_process";

const probe = `anyserial-probe-${process.pid}`;

/** Why there can be no such machines here; `false` when there can. */
export function hostsMissing() {
  if (!tries("ip", "netns", "add", probe)) return "network namespaces need root and iproute2";
  tries("ip", "netns", "del", probe);
  return false;
}

/** Why a cable cannot lose packets here; `false` when it can. */
export function lossMissing() {
  const missing = hostsMissing();
  if (missing !== false) return missing;
  tries("ip", "netns", "add", probe);
  const works = tries(
    "ip",
    "netns",
    "exec",
    probe,
    "tc",
    "qdisc",
    "add",
    "dev",
    "lo",
    "root",
    "netem",
  );
  tries("ip", "netns", "del", probe);
  return works ? false : "this kernel has no netem";
}

/** One machine for each hub. */
export class Hosts {
  #names;

  constructor(t, names = ["a", "b"]) {
    this.#names = names;
    t.after(() => {
      for (const name of names) tries("ip", "netns", "del", spaceOf(name)); // its cable goes with it
    });
    for (const name of names) this.#make(name);
  }

  /** Address of this machine as the hub sees it. */
  gatewayOf(name) {
    return `10.79.${this.#names.indexOf(name) + 1}.1`;
  }

  /** Starts Node.js there. */
  commandOf(name) {
    return ["ip", "netns", "exec", spaceOf(name), process.execPath];
  }

  /** Pulls a cable at the end of the hub, or puts it back: packets are lost, and the other end sees a link that is up. */
  pull(name, isPulled) {
    ip("-n", spaceOf(name), "link", "set", "cable", isPulled ? "down" : "up");
  }

  /** Makes a cable slow and bad, in both directions. @param quality As `tc netem` takes it. */
  spoil(name, quality) {
    const netem = (device) => ["qdisc", "add", "dev", device, "root", "netem", ...quality];
    execFileSync("tc", netem(cableOf(name)));
    execFileSync("ip", ["netns", "exec", spaceOf(name), "tc", ...netem("cable")]);
  }

  #make(name) {
    const net = this.gatewayOf(name).replace(/1$/, "");
    ip("netns", "add", spaceOf(name));
    const other = ["peer", "name", "cable", "netns", spaceOf(name)];
    ip("link", "add", cableOf(name), "type", "veth", ...other);
    ip("addr", "add", `${net}1/24`, "dev", cableOf(name));
    ip("link", "set", cableOf(name), "up");
    ip("-n", spaceOf(name), "addr", "add", `${net}2/24`, "dev", "cable");
    ip("-n", spaceOf(name), "link", "set", "lo", "up");
    ip("-n", spaceOf(name), "link", "set", "cable", "up");
  }
}

const spaceOf = (name) => `anyserial-${process.pid}-${name}`;
const cableOf = (name) => `as${process.pid}${name}`;

function ip(...args) {
  execFileSync("ip", args);
}

function tries(command, ...args) {
  return spawnSync(command, args, { stdio: "ignore" }).status === 0;
}
