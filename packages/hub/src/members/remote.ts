// Clients of a network as one member: it is served as a serial port, by RFC 2217 or as raw bytes. The protocol and the
// rights of clients are those of `anyserial serve`, which has the same code.

import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { type ClientRules, ClientServer, type ServerEvent, type ServerTls } from "anyserial/serve";
import { formatHostPort, type HostPort, isLoopback, readHostPort } from "../config/values.ts";
import type { LineEnd } from "../engine/line-end.ts";
import type { Member, MemberHost } from "../engine/member.ts";
import { systemClock } from "../engine/stall-watch.ts";
import type {
  ClientSnapshot,
  MemberConfig,
  MemberSettings,
  RemoteConfig,
  RemoteMemberConfig,
  RemoteTlsConfig,
} from "../model/types.ts";
import { clockMs } from "../process/timers.ts";
import { Gate } from "./gate.ts";
import { RefusalReport } from "./refusal-report.ts";
import { RemoteLine, type RemoteLineClients } from "./remote-line.ts";
import { UnreadMark } from "./unread-mark.ts";

/** Failed connections are reported at most this often, in milliseconds. */
const FAILED_EVERY_MS = 1000;

/** Dependencies of {@link RemoteMember}. */
export interface RemoteParts {
  /** Folder that relative paths of certificates start from. */
  readonly directory: string;
  /** Options in force. */
  readonly options: () => { readonly queue: number; readonly overflow: string };
}

/** Clients as a member. */
export class RemoteMember implements Member {
  readonly kind = "remote";
  readonly hasFraming = true;
  readonly #address: HostPort;
  readonly #parts: RemoteParts;
  readonly #host: MemberHost;
  readonly #line: RemoteLine;
  readonly #gate = new Gate();
  readonly #unread = new UnreadMark();
  readonly #refusals: RefusalReport;
  #failedAt = Number.NEGATIVE_INFINITY;
  #config: RemoteConfig;
  #server: ClientServer | undefined;

  constructor({ remote }: RemoteMemberConfig, parts: RemoteParts, host: MemberHost) {
    this.#config = remote;
    this.#address = readHostPort(remote.listen) as HostPort; // it is valid
    this.#parts = parts;
    this.#host = host;
    this.#refusals = new RefusalReport((refusal) => host.onRefused(refusal), systemClock);
    this.#line = new RemoteLine(host, () => this.#clientsOfLine());
  }

  /** Address for clients, with the actual port where the system chose it. */
  get path(): string {
    const bound = this.#server?.address;
    const port = bound !== undefined && "port" in bound ? bound.port : this.#address.port;
    const { protocol, tls } = this.#config;
    const scheme = `${protocol === "raw" ? "socket" : "rfc2217"}${tls === undefined ? "" : "+tls"}`;
    return `${scheme}://${formatHostPort({ ...this.#address, port })}`;
  }

  get isPresent(): boolean {
    return (this.#server?.clients.length ?? 0) > 0;
  }

  get peer(): string | undefined {
    return this.#server?.clients[0]?.peer;
  }

  /** Raw bytes have no lines. */
  get lines(): LineEnd | undefined {
    return this.#config.protocol === "raw" ? undefined : this.#line;
  }

  clients(): readonly ClientSnapshot[] {
    const clients = this.#server?.clients ?? [];
    return clients.map(({ peer, waiting, dropped }) => ({
      peer,
      queuedBytes: waiting,
      droppedBytes: dropped,
    }));
  }

  /**
   * Listens.
   *
   * @throws `EADDRINUSE`, `EACCES`, … — the address cannot be listened on; `ENOENT`, … — a certificate is not there.
   */
  async open(): Promise<void> {
    const { tls } = this.#config;
    const options = {
      listen: this.#address,
      tls: tls === undefined ? undefined : this.#filesOf(tls),
      onEvent: (event: ServerEvent) => this.#report(event),
    };
    const server = await ClientServer.listen(options, this.#rules(), {
      onWants: () => this.#host.line.onWants(),
      onRoom: () => this.#host.onWritable(),
      onDropped: (bytes) => this.#host.onLost(bytes),
    });
    this.#server = server;
    server.port = {
      line: this.#line,
      path: this.#host.name,
      input: (bytes) => {
        this.#host.onData(bytes);
        return this.#gate.isOpen ? undefined : this.#gate.passed();
      },
    };
  }

  /** Makes its settings known, and the danger of an open address. */
  publish(): void {
    const settings = this.settings();
    if (settings !== undefined) this.#host.onSettings(settings);
    if (isLoopback(this.#address.host) || this.#config.tls?.clientCa !== undefined) return;
    const danger =
      this.#config.tls === undefined
        ? "any program that can connect can read and write, and the bytes are not encrypted"
        : "any program that can connect can read and write: give tls.clientCa";
    this.#host.onWarning(`${this.path} has no password: ${danger}`);
  }

  /** Other options hold from the next client on; certificates are read again, since they are renewed. */
  reconfigure(config: MemberConfig): void {
    if (!("remote" in config) || this.#server === undefined) return;
    this.#config = config.remote;
    this.#server.rules = this.#rules();
    const { tls } = config.remote;
    if (tls !== undefined) this.#server.tls = this.#filesOf(tls);
    this.#host.line.onWants();
  }

  write(bytes: Uint8Array): number {
    const server = this.#server;
    if (server === undefined) return 0;
    if (!this.#isForSeveral) return server.tryOutput(bytes);
    server.outputToAll(bytes);
    return bytes.length;
  }

  /** Room is reported whenever fewer bytes were taken. */
  notifyWritable(): void {}

  setReading(reading: boolean): void {
    this.#gate.isOpen = reading;
  }

  unreadBytes(): number {
    return this.clients().reduce((sum, { queuedBytes }) => sum + queuedBytes, 0);
  }

  hasRead(): boolean | undefined {
    return this.#unread.compare(this.unreadBytes());
  }

  /** Bytes that a client's socket has are the client's. */
  discardUnread(): void {}

  settings(): MemberSettings | undefined {
    return this.#config.protocol === "raw" ? undefined : this.#line.memberSettings();
  }

  hangUp(): void {
    this.#server?.dismissAll("its queue was full");
  }

  async close(): Promise<void> {
    this.#gate.isOpen = true;
    this.#refusals.close();
    const server = this.#server;
    this.#server = undefined;
    await server?.close();
  }

  /** Each client has a queue of its own: one that does not read delays no other. */
  get #isForSeveral(): boolean {
    return this.#config.clients === "shared" || this.#config.clients === "readers";
  }

  #rules(): ClientRules {
    const { protocol, clients, idleTimeoutMs } = this.#config;
    const { queue, overflow } = this.#parts.options();
    return {
      protocol,
      clients,
      queue,
      disconnects: overflow === "disconnect",
      idleMs: idleTimeoutMs,
    };
  }

  #clientsOfLine(): RemoteLineClients | undefined {
    const server = this.#server;
    if (server === undefined) return undefined;
    return {
      isPresent: this.isPresent,
      wants: server.wants,
      modemLinesChanged: (lines) => server.modemLinesChanged(lines),
      lineError: (error) => server.lineError(error),
    };
  }

  #filesOf({ cert, key, clientCa }: RemoteTlsConfig): ServerTls {
    const read = (file: string): Uint8Array => readFileSync(resolve(this.#parts.directory, file));
    return {
      cert: read(cert),
      key: read(key),
      clientCa: clientCa === undefined ? undefined : read(clientCa),
    };
  }

  #report(event: ServerEvent): void {
    if (this.#server === undefined) return; // it is being closed
    const { peer } = event;
    const count = this.#server.clients.length;
    switch (event.type) {
      case "open":
        this.#host.onPresence(true, { peer, isOneOfSeveral: count > 1 });
        if (count === 1) this.#line.presenceChanged(true);
        break;
      case "close":
        this.#host.onPresence(false, { peer, reason: event.reason, isOneOfSeveral: count > 0 });
        if (count === 0) this.#line.presenceChanged(false);
        break;
      case "refused":
        this.#refusals.add(peer, event.present);
        break;
      case "stalled":
        this.#host.onWarning(`${peer} does not read: bytes for it are lost`);
        break;
      case "failed":
        this.#warnOfFailed(peer, event.reason);
        break;
      default:
        this.#host.onWarning(`${peer} has lost ${event.bytes} B`);
    }
  }

  /** A scanner of ports does not fill the log. */
  #warnOfFailed(peer: string, reason: string): void {
    const now = clockMs();
    if (now - this.#failedAt < FAILED_EVERY_MS) return;
    this.#failedAt = now;
    this.#host.onWarning(`${peer} could not connect: ${reason}`);
  }
}
