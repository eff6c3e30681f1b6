// Accepts clients of one served port, or refuses them, by the mode. What the port is, a real one or a network, is
// its owner's: the address stays while the port comes and goes.

import { once } from "node:events";
import type { Server, Socket } from "node:net";
import type { ModemLines } from "../model/modem-lines.ts";
import { setTimeout } from "../process/timers.ts";
import type { ClientMode, ServerEvent } from "./events.ts";
import { createListener, peerOf, type ServerTls, setCertificates } from "./listener.ts";
import type { SequenceClock } from "./reset-sequence.ts";
import { type ClientState, ServedClient } from "./served-client.ts";
import type { ServedLine } from "./served-line.ts";

/** The end of a client may arrive so much later than its successor, in milliseconds. */
const GRACE_MS = 100;

/** Where and how clients are served. */
export interface ClientServerOptions {
  /** Where to listen: an address, or the path of a unix socket. */
  readonly listen: { readonly host: string; readonly port: number } | { readonly path: string };
  /** Certificate, key, and the authority that clients must have theirs from, in PEM. */
  readonly tls?: ServerTls | undefined;
  readonly onEvent?: ((event: ServerEvent) => void) | undefined;
  /** Times of the reset sequence, for tests. */
  readonly clock?: SequenceClock | undefined;
}

/** Rules for clients; others hold from the next client on. */
export interface ClientRules {
  /** @defaultValue "rfc2217" */
  readonly protocol?: "rfc2217" | "raw" | undefined;
  /** @defaultValue "one" */
  readonly clients?: ClientMode | undefined;
  /** Clients may change rate, framing and flow control. @defaultValue true */
  readonly follow?: boolean | undefined;
  /** Most bytes that wait for a client. @defaultValue 65536 */
  readonly queue?: number | undefined;
  /** A client with a full queue is disconnected; else it loses bytes. @defaultValue false */
  readonly disconnects?: boolean | undefined;
  /** A connection without a byte either way for this long ends, in milliseconds. @defaultValue never */
  readonly idleMs?: number | undefined;
}

/** What clients are served with. */
export interface ServedPort {
  readonly line: ServedLine;
  /** Name of the port, for clients that ask. */
  readonly path: string;
  /** Takes bytes of a client. Everything else of that client waits for the promise that it returns. */
  input(bytes: Uint8Array): Promise<void> | undefined;
}

/** Notifications that clients ask for. */
export interface ClientWants {
  readonly lineErrors: boolean;
  readonly modemLines: boolean;
}

/** What a server reports to the owner of the port. */
export interface ClientServerListener {
  /** Clients ask for other notifications than before. */
  onWants?(): void;
  /** A client has room again. */
  onRoom?(): void;
  /** A client has lost bytes. */
  onDropped?(bytes: number): void;
}

/** Clients of one port. */
export class ClientServer {
  rules: ClientRules;
  /** What clients are served with; without it, they are refused. */
  port: ServedPort | undefined;
  readonly #options: ClientServerOptions;
  readonly #listener: ClientServerListener;
  readonly #server: Server;
  readonly #clients: ServedClient[] = [];
  /** All connections, also those whose handshake is not over. */
  readonly #sockets = new Set<Socket>();
  #isClosed = false;

  private constructor(
    options: ClientServerOptions,
    rules: ClientRules,
    listener: ClientServerListener,
  ) {
    this.#options = options;
    this.rules = rules;
    this.#listener = listener;
    this.#server = createListener(options.tls, {
      onClient: (socket) => this.#accept(socket),
      onRefused: (socket, error) =>
        this.#emit({ type: "failed", peer: peerOf(socket), reason: `TLS: ${error.message}` }),
    });
    this.#server.on("connection", (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once("close", () => this.#sockets.delete(socket));
    });
  }

  /**
   * Starts to listen.
   *
   * @throws `EADDRINUSE`, `EACCES`, … — the address cannot be listened on.
   */
  static async listen(
    options: ClientServerOptions,
    rules: ClientRules,
    listener: ClientServerListener,
  ): Promise<ClientServer> {
    const server = new ClientServer(options, rules, listener);
    server.#server.listen(options.listen);
    await once(server.#server, "listening");
    server.#server.on("error", () => undefined); // of one connection: the others continue
    return server;
  }

  /** Address that is listened on, with the port that the system chose where it did. */
  get address(): { readonly host: string; readonly port: number } | { readonly path: string } {
    const bound = this.#server.address();
    if (bound === null || typeof bound === "string") return this.#options.listen;
    return { host: bound.address, port: bound.port };
  }

  /** Clients that are served now. */
  get clients(): readonly ClientState[] {
    return this.#clients;
  }

  /** Notifications that clients ask for now. */
  get wants(): ClientWants {
    return {
      lineErrors: this.#clients.some(({ wantsLineErrors }) => wantsLineErrors),
      modemLines: this.#clients.some(({ wantsModemLines }) => wantsModemLines),
    };
  }

  /** Takes other certificates, for later clients. */
  set tls(tls: ServerTls) {
    setCertificates(this.#server, tls);
  }

  /**
   * Passes on data of the port to every client. A single client may hold back the port.
   *
   * @param bytes Copied.
   * @returns A promise to await before the next call.
   */
  output(bytes: Uint8Array): Promise<void> | undefined {
    const mayWait = (): boolean => this.#clients.length === 1;
    let waiting: Promise<void> | undefined;
    for (const client of this.#clients) waiting = client.output(bytes, mayWait) ?? waiting;
    return waiting;
  }

  /**
   * Passes on as many bytes as the first client has room for: the caller has a queue for the rest.
   *
   * @param bytes Copied.
   * @returns Bytes taken; after fewer than all, `onRoom()` is called.
   */
  tryOutput(bytes: Uint8Array): number {
    return this.#clients[0]?.tryOutput(bytes) ?? 0;
  }

  /** Passes on data to every client; one with a full queue loses them. */
  outputToAll(bytes: Uint8Array): void {
    for (const client of this.#clients) void client.output(bytes, () => false);
  }

  lineError(error: "break" | "framing" | "parity" | "overrun"): void {
    for (const client of this.#clients) client.lineError(error);
  }

  modemLinesChanged(lines: ModemLines): void {
    for (const client of this.#clients) client.modemLinesChanged(lines);
  }

  /** Disconnects everyone, when the queues are sent. */
  finishAll(reason: string): void {
    for (const client of [...this.#clients]) client.finish(reason);
  }

  /** Disconnects everyone at once. */
  dismissAll(reason: string): void {
    for (const client of [...this.#clients]) client.dismiss(reason);
  }

  /** Stops to listen, and disconnects everyone. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.dismissAll("the server ends");
    for (const socket of this.#sockets) socket.destroy();
    if (!this.#server.listening) return;
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** @param isLate The client has waited for the one before it. */
  #accept(socket: Socket, isLate: boolean = false): void {
    if (socket.destroyed) return;
    socket.on("error", () => undefined);
    const peer = peerOf(socket);
    const { clients: mode = "one" } = this.rules;
    const [present] = this.#clients;
    const { port } = this;
    if (this.#isClosed || port === undefined) {
      this.#refuse(socket, "the port is not there now");
      return;
    }
    if (present !== undefined && mode === "one") {
      if (!isLate) {
        setTimeout(() => this.#accept(socket, true), GRACE_MS).unref();
        return;
      }
      if (present.isHalfClosed) {
        present.dismiss(`${peer} takes its place`);
        this.#serve(socket, peer, port);
        return;
      }
      present.hurry();
      this.#emit({ type: "refused", peer, present: present.peer });
      this.#refuse(socket, `port is in use by ${present.peer}`);
      return;
    }
    if (mode === "kick") present?.dismiss(`${peer} takes its place`);
    this.#serve(socket, peer, port);
  }

  #serve(socket: Socket, peer: string, port: ServedPort): void {
    const { protocol, queue = 65_536, idleMs = 0, follow = true } = this.rules;
    const isFirst = (): boolean => this.#clients[0] === client;
    const client: ServedClient = new ServedClient(socket, {
      peer,
      queue,
      idleMs,
      line: protocol === "raw" ? undefined : port.line,
      signature: `anyserial ${port.path}`.trim(),
      clock: this.#options.clock,
      mayControl: isFirst,
      maySet: () => follow && isFirst(),
      mayTalk: () => this.rules.clients !== "readers" || isFirst(),
      onData: (bytes) => this.port?.input(bytes),
      onWants: () => this.#listener.onWants?.(),
      onRoom: () => this.#listener.onRoom?.(),
      onDropped: (bytes) => {
        this.#listener.onDropped?.(bytes);
        if (this.rules.disconnects === true) client.dismiss("its queue was full");
      },
      onStalled: () => this.#emit({ type: "stalled", peer }),
      onLost: (bytes) => this.#emit({ type: "lost", peer, bytes }),
      onEnd: (reason) => {
        const at = this.#clients.indexOf(client);
        if (at !== -1) this.#clients.splice(at, 1);
        this.#listener.onWants?.();
        this.#emit({ type: "close", peer, reason });
      },
    });
    for (const present of this.#clients) present.waitNoMore();
    this.#clients.push(client);
    this.#listener.onWants?.();
    this.#emit({ type: "open", peer });
  }

  /** A terminal shows why; raw bytes would be taken for data. */
  #refuse(socket: Socket, reason: string): void {
    if (this.rules.protocol === "raw") socket.destroy();
    else socket.end(`${reason}\r\n`, () => socket.destroySoon());
  }

  #emit(event: ServerEvent): void {
    this.#options.onEvent?.(event);
  }
}
