// A member over sockets: listens for one client at a time, or connects and reconnects. The
// subclasses know the kind of socket.

import { createServer, type Server, type Socket } from "node:net";
import { defaultsOf } from "../config/defaults.ts";
import { TCP_LISTEN_FIELDS } from "../config/endpoints.ts";
import type { MemberHost } from "../engine/member.ts";
import type { BusyPolicy, TcpListenConfig } from "../model/types.ts";
import { Clients } from "./clients.ts";
import { Connector } from "./connector.ts";
import { StreamMember } from "./stream-member.ts";

const { onBusy: DEFAULT_ON_BUSY } = defaultsOf<TcpListenConfig>(TCP_LISTEN_FIELDS);

/** How a member gets its peer. */
export type SocketRole =
  | { readonly connects: true }
  | {
      readonly connects: false;
      /** Bytes for an absent peer wait for the next one. */
      readonly keeps: () => boolean;
    };

/** A socket's peer as a member. */
export abstract class SocketMember extends StreamMember {
  /** Treatment of a second client, if it was configured. */
  protected onBusy: BusyPolicy | undefined;
  readonly #connector: Connector | undefined;
  readonly #clients: Clients | undefined;
  #server: Server | undefined;
  #socket: Socket | undefined;
  #isReported = false;

  protected constructor(role: SocketRole, host: MemberHost) {
    super(host);
    if (role.connects) {
      this.#connector = new Connector({
        connect: () => this.connect(),
        onConnected: (socket) => this.#connected(socket),
        onError: (error) => this.#report(error),
      });
    } else {
      this.#clients = new Clients({
        host,
        onBusy: () => this.onBusy ?? DEFAULT_ON_BUSY,
        keeps: role.keeps,
        serve: (socket) => this.#use(socket),
        dismiss: (reason) => this.dismiss(reason),
        dismissClosed: () => {
          if (this.#socket !== undefined) this.destroyClosed(this.#socket);
        },
        nameOf: (socket) => this.nameOf(socket),
      });
    }
  }

  /** Begins to connect. */
  protected abstract connect(): Socket;

  /** Listens; resolves when clients can connect. */
  protected abstract listen(server: Server): Promise<void>;

  /** Names a peer for people; `undefined` where peers have no names. */
  protected abstract nameOf(socket: Socket): string | undefined;

  /** A socket is in use from now on. */
  protected began(_socket: Socket): void {}

  /** Destroys the socket of a client that sends no more, if it has closed: where that can be found out. */
  protected destroyClosed(_socket: Socket): void {}

  /** Bytes were handed to the socket in use. */
  protected onSent(): void {}

  /** The server, while it listens. */
  protected get server(): Server | undefined {
    return this.#server;
  }

  /**
   * Listens, or starts to connect.
   *
   * @throws `EADDRINUSE`, `EACCES`, … — the address cannot be listened on.
   */
  async open(): Promise<void> {
    const clients = this.#clients;
    if (clients === undefined) {
      this.#connector?.start();
      return;
    }
    const server = createServer({ noDelay: true, allowHalfOpen: true }, (socket) =>
      clients.accept(socket),
    );
    await this.listen(server);
    server.on("error", (error) => this.host.onError(error, true));
    this.#server = server;
  }

  override write(bytes: Uint8Array): number {
    const taken = super.write(bytes);
    if (taken === 0) return 0;
    this.#clients?.onSent();
    this.onSent();
    return taken;
  }

  override async close(): Promise<void> {
    this.#connector?.close();
    this.#clients?.close();
    await super.close();
    const server = this.#server;
    if (server !== undefined) await new Promise((resolve) => server.close(resolve));
  }

  protected override gone(error: Error | undefined): void {
    this.#socket = undefined;
    this.#clients?.onLeft();
    if (this.#connector === undefined) return;
    if (error !== undefined) this.#report(error);
    this.#connector.again();
  }

  #connected(socket: Socket): void {
    this.#isReported = false;
    this.#use(socket);
  }

  #use(socket: Socket): void {
    const clients = this.#clients;
    if (clients !== undefined) socket.on("data", () => clients.received());
    this.#socket = socket;
    this.began(socket);
    const peer = this.nameOf(socket);
    const streams = { readable: socket, writable: socket, peer };
    if (clients === undefined) this.use(streams);
    else this.use({ ...streams, onHalfClosed: () => clients.halfClosed() });
  }

  /** Once until it works again, not at every attempt. */
  #report(error: Error): void {
    if (this.#isReported || this.isClosed) return;
    this.#isReported = true;
    this.host.onError(error, true);
  }
}
