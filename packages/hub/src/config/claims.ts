// Detects resources that two members of a hub claim, and loops: a member that opens or connects to
// an endpoint of another member in the same file.

import { resolve } from "node:path";
import type {
  MemberConfig,
  PortMemberConfig,
  SerialMemberConfig,
  TcpMemberConfig,
  UnixMemberConfig,
} from "../model/types.ts";
import type { ConfigNode } from "./config-node.ts";
import { canonicalPath, followPath, serialPath } from "./own-paths.ts";
import { type HostPort, isLoopback, readHostPort } from "./values.ts";

/** An endpoint that a member offers to others. */
interface Offer {
  readonly network: string;
  readonly field: string;
  readonly matches: (user: Use) => boolean;
}

/** An endpoint that a member opens or connects to. */
interface Use {
  readonly network: string;
  readonly node: ConfigNode;
  /** For a path: every path on the way, link by link. */
  readonly way: readonly string[];
  /** For a TCP address. */
  readonly address: HostPort | undefined;
}

/** Addresses on which a listener also receives connections from this machine. */
const ANY_HOSTS: readonly string[] = ["0.0.0.0", "::"];

/** Collects the members of a configuration. */
export class Claims {
  readonly #directory: string;
  readonly #owners = new Map<string, string>();
  readonly #offers: Offer[] = [];
  readonly #uses: Use[] = [];

  /** @param directory Folder that relative paths start from. */
  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Adds a member; a claim that another one has is reported. */
  add(network: string, config: MemberConfig, node: ConfigNode): void {
    if ("port" in config) this.#addPort(network, config.port, node.missing("port"));
    if ("serial" in config) {
      this.#useSerial(network, config.serial, node.missing("serial"));
      checkTls(config, node);
    }
    if ("tcp" in config) this.#addTcp(network, config.tcp, node.missing("tcp"));
    if ("remote" in config) this.#offerTcp(network, config.remote.listen, node.missing("remote"));
    if ("unix" in config) this.#addUnix(network, config.unix, node.missing("unix"));
    if ("stdio" in config) this.#take("stdio", node.missing("stdio"));
  }

  /**
   * Reports members that lead back to a network from which they can be reached: bytes sent there
   * would circulate without end. One way between two networks is a bridge, and allowed.
   */
  checkLoops(): void {
    const groups = new Map<string, string>();
    const groupOf = (network: string): string => {
      const above = groups.get(network);
      return above === undefined ? network : groupOf(above);
    };
    for (const use of this.#uses) {
      const offer = this.#offers.find(({ matches }) => matches(use));
      if (offer === undefined) continue;
      const [from, to] = [groupOf(use.network), groupOf(offer.network)];
      if (from !== to) groups.set(from, to);
      else {
        const reason = `leads back into this hub, to ${offer.field}: bytes would go round without end`;
        use.node.report(reason, "name another port, or remove one of the two members");
      }
    }
  }

  #addPort(network: string, port: PortMemberConfig["port"], node: ConfigNode): void {
    const link = typeof port === "string" ? port : port.link;
    if (link !== undefined) {
      this.#offerPath(network, link, typeof port === "string" ? node : node.missing("link"));
    }
    if (typeof port === "string" || port.serialNumber === undefined) return;
    this.#take(`adapter ${port.adapter} ${port.serialNumber}`, node.missing("serialNumber"));
  }

  #offerPath(network: string, path: string, node: ConfigNode): void {
    const absolute = resolve(this.#directory, path);
    this.#take(`path ${canonicalPath(absolute)}`, node);
    const own = followPath(absolute);
    const matches = ({ way }: Use): boolean => way.some((step) => own.includes(step));
    this.#offers.push({ network, field: node.field, matches });
  }

  #useSerial(network: string, serial: string, node: ConfigNode): void {
    const path = serialPath(this.#directory, serial);
    this.#take(`serial ${path}`, node);
    const [, remote] = /^(?:socket|rfc2217)(?:\+tls)?:\/\/([^/?]+)/i.exec(path) ?? [];
    const way = remote === undefined ? followPath(resolve(path)) : [];
    this.#uses.push({ network, node, way, address: readHostPort(remote) });
  }

  #addTcp(network: string, tcp: TcpMemberConfig["tcp"], node: ConfigNode): void {
    if ("connect" in tcp) {
      const address = readHostPort(tcp.connect);
      this.#uses.push({ network, node: node.missing("connect"), way: [], address });
      return;
    }
    this.#offerTcp(network, tcp.listen, node);
  }

  #offerTcp(network: string, listen: string, node: ConfigNode): void {
    const own = readHostPort(listen);
    if (own === undefined || own.port === 0) return; // the system chooses a free one
    const at = node.missing("listen");
    this.#take(`tcp ${own.host}:${own.port}`, at);
    const matches = ({ address }: Use): boolean => address !== undefined && reaches(address, own);
    this.#offers.push({ network, field: at.field, matches });
  }

  #addUnix(network: string, unix: UnixMemberConfig["unix"], node: ConfigNode): void {
    if ("listen" in unix) this.#offerPath(network, unix.listen, node.missing("listen"));
    else {
      const way = followPath(resolve(this.#directory, unix.connect));
      this.#uses.push({ network, node: node.missing("connect"), way, address: undefined });
    }
  }

  #take(what: string, node: ConfigNode): void {
    const owner = this.#owners.get(what);
    if (owner === undefined) this.#owners.set(what, node.field);
    else node.report(`is already used by ${owner}`);
  }
}

/** Certificates are of use for an address with TLS only. */
function checkTls({ serial, tls }: SerialMemberConfig, node: ConfigNode): void {
  if (tls === undefined) return;
  if (!/^[a-z0-9]+\+tls:/i.test(serial)) {
    const hint = "write an address such as rfc2217+tls://host:port, or leave tls out";
    node.missing("tls").report("is for an address with TLS", hint);
  } else if ((tls.cert === undefined) !== (tls.key === undefined)) {
    node.missing("tls").report("has one of cert and key", "give both, or none");
  }
}

/**
 * Whether a connection to an address reaches a listener of this machine, as far as the text shows.
 */
function reaches(address: HostPort, listener: HostPort): boolean {
  if (address.port !== listener.port) return false;
  const isAny = ANY_HOSTS.includes(listener.host);
  if (isLoopback(address.host)) return isAny || isLoopback(listener.host);
  return address.host === listener.host || (isAny && ANY_HOSTS.includes(address.host));
}
