// A raw TCP peer: connects, again and again, or listens for one client at a time.

import { once } from "node:events";
import { connect, type Server, type Socket } from "node:net";
import {
  findRow,
  KEEPALIVE_PROBES_MS,
  readTable,
  reversed,
  TcpWatch,
  tableKey,
  tableOf,
} from "anyserial/internal";
import { defaultsOf } from "../config/defaults.ts";
import { TCP_CONNECT_FIELDS } from "../config/endpoints.ts";
import { formatHostPort, type HostPort, isLoopback, readHostPort } from "../config/values.ts";
import type { MemberHost } from "../engine/member.ts";
import type { MemberConfig, TcpConnectConfig, TcpMemberConfig } from "../model/types.ts";
import { SocketMember } from "./socket-member.ts";
import { isTelnet } from "./telnet.ts";

const CONNECT_DEFAULTS = defaultsOf<TcpConnectConfig>(TCP_CONNECT_FIELDS);

/**
 * Error codes of the kernel for a peer that does not answer; the last two mean that there is no
 * route to it.
 */
const VANISHED: readonly string[] = ["ETIMEDOUT", "EHOSTUNREACH", "ENETUNREACH"];

/** A TCP peer as a member. */
export class TcpMember extends SocketMember {
  readonly kind = "tcp";
  readonly #address: HostPort;
  readonly #listens: boolean;
  #vanishAfterMs = CONNECT_DEFAULTS.vanishAfterMs;
  #watch: TcpWatch | undefined;
  #isTelnetReported = false;

  /**
   * @param config As it was validated.
   * @param keeps Whether bytes that arrive without a client wait for the next one.
   * @param host The network.
   */
  constructor(config: TcpMemberConfig, keeps: () => boolean, host: MemberHost) {
    const { tcp } = config;
    super("listen" in tcp ? { connects: false, keeps } : { connects: true }, host);
    this.#listens = "listen" in tcp;
    this.#address = readHostPort("listen" in tcp ? tcp.listen : tcp.connect) as HostPort; // it is valid
    this.reconfigure(config);
  }

  /** Other options hold from the next peer on. */
  reconfigure(config: MemberConfig): void {
    if (!("tcp" in config)) return;
    const { tcp } = config;
    this.onBusy = "listen" in tcp ? tcp.onBusy : undefined;
    this.#vanishAfterMs = tcp.vanishAfterMs ?? CONNECT_DEFAULTS.vanishAfterMs;
  }

  /** The configured address, with the actual port where the system chose it. */
  get path(): string {
    const bound = this.server?.address();
    const port = typeof bound === "object" && bound !== null ? bound.port : this.#address.port;
    return `tcp://${formatHostPort({ ...this.#address, port })}`;
  }

  protected override connect(): Socket {
    return connect({
      ...this.#address,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: this.#keepAliveMs,
    });
  }

  protected override async listen(server: Server): Promise<void> {
    server.listen(this.#address);
    await once(server, "listening"); // rejects with the error
  }

  /** Makes the danger of an open address known. */
  publish(): void {
    if (!this.#listens || isLoopback(this.#address.host)) return;
    const message = `${this.path} has no password: any program that can connect can read and write`;
    this.host.onWarning(message);
  }

  protected override nameOf({ remoteAddress, remotePort }: Socket): string | undefined {
    if (remoteAddress === undefined || remotePort === undefined) return undefined;
    return formatHostPort({ host: remoteAddress, port: remotePort });
  }

  protected override began(socket: Socket): void {
    socket.setKeepAlive(true, this.#keepAliveMs);
    socket.once("data", (first: Uint8Array) => this.#detectTelnet(first));
    const watch = new TcpWatch({
      socket,
      vanishAfterMs: this.#vanishAfterMs,
      onVanished: (unacknowledged) => this.#vanished(socket, unacknowledged),
    });
    socket.once("close", () => watch.close());
    this.#watch = watch;
  }

  /** A client on this machine is in the kernel's table, too. */
  protected override destroyClosed(socket: Socket): void {
    const { localAddress, remoteAddress = "" } = socket;
    if (!isLoopback(remoteAddress) && remoteAddress !== localAddress) return;
    const key = tableKey(reversed(socket)) ?? "";
    readTable(tableOf(socket)).then(
      (table) => {
        if (findRow(table, key)?.isOpen !== true) socket.destroy();
      },
      () => undefined, // no such table: it has its time
    );
  }

  protected override onSent(): void {
    this.#watch?.onSent();
  }

  protected override reasonOf(error: Error): string | undefined {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined || !VANISHED.includes(code)) return super.reasonOf(error);
    const seconds = Math.round(this.#vanishAfterMs / 1000);
    return `vanished: nothing came back for ${seconds} s (${error.message})`;
  }

  get #keepAliveMs(): number {
    return this.#vanishAfterMs - KEEPALIVE_PROBES_MS;
  }

  /**
   * No byte was acknowledged for too long: the error is the one that keepalive gives for an idle
   * connection.
   */
  #vanished(socket: Socket, unacknowledged: number): void {
    this.host.onLost(unacknowledged);
    socket.destroy(Object.assign(new Error("write ETIMEDOUT"), { code: "ETIMEDOUT" }));
  }

  #detectTelnet(first: Uint8Array): void {
    if (this.#isTelnetReported || !isTelnet(first)) return;
    this.#isTelnetReported = true;
    this.host.onWarning(
      "the peer speaks telnet, and this member is raw TCP: its commands arrive as data, and each byte 0xFF " +
        "twice. Give the peer a raw port",
    );
  }
}
