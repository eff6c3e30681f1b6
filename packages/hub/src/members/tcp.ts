// A raw TCP peer: connects, again and again, or listens for one client at a time.

import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import type { TcpMemberConfig } from "../types.ts";
import { type Address, parseAddress } from "./address.ts";
import type { MemberHost } from "./member.ts";
import { StreamMember } from "./stream-member.ts";

const FIRST_RETRY_MS = 100;
const LONGEST_RETRY_MS = 5000;

/** A TCP peer as a member. */
export class TcpMember extends StreamMember {
  readonly kind = "tcp";
  readonly #address: Address;
  readonly #listens: boolean;
  #server: Server | undefined;
  #connecting: Socket | undefined;
  #timer: NodeJS.Timeout | undefined;
  #retryMs = FIRST_RETRY_MS;
  #isTold = false;

  constructor({ tcp }: TcpMemberConfig, host: MemberHost) {
    super(host);
    this.#listens = "listen" in tcp;
    const text = "listen" in tcp ? tcp.listen : tcp.connect;
    this.#address = parseAddress(text) as Address; // checked with the plan
  }

  /** What was asked for; with the port that the system chose, where it did. */
  get path(): string {
    const { host } = this.#address;
    const bound = this.#server?.address();
    const port = typeof bound === "object" && bound !== null ? bound.port : this.#address.port;
    return `tcp://${host.includes(":") ? `[${host}]` : host}:${port}`;
  }

  /**
   * Listens, or starts to connect.
   *
   * @throws `EADDRINUSE`, `EACCES`, … — the address cannot be listened on.
   */
  async open(): Promise<void> {
    if (!this.#listens) {
      this.#connect();
      return;
    }
    const server = createServer({ noDelay: true }, (socket) => this.#accept(socket));
    server.listen(this.#address);
    await once(server, "listening"); // rejects with the error
    server.on("error", (error) => this.host.onError(error, true));
    this.#server = server;
  }

  override async close(): Promise<void> {
    clearTimeout(this.#timer);
    await super.close();
    this.#connecting?.destroy();
    const server = this.#server;
    if (server !== undefined) await new Promise((resolve) => server.close(resolve));
  }

  protected override gone(error: Error | undefined): void {
    if (error !== undefined) this.#tell(error);
    if (!this.#listens) this.#connectLater();
  }

  #accept(socket: Socket): void {
    if (this.isPresent)
      socket.destroy(); // one at a time
    else this.use({ readable: socket, writable: socket });
  }

  #connect(): void {
    const socket = connect({ ...this.#address, noDelay: true });
    this.#connecting = socket;
    const failed = (error: Error): void => {
      this.#connecting = undefined;
      this.#tell(error);
      this.#connectLater();
    };
    socket.once("error", failed);
    socket.once("connect", () => {
      this.#connecting = undefined;
      socket.off("error", failed);
      this.#retryMs = FIRST_RETRY_MS;
      this.#isTold = false;
      this.use({ readable: socket, writable: socket });
    });
  }

  #connectLater(): void {
    if (this.isClosed) return;
    this.#timer = setTimeout(() => this.#connect(), this.#retryMs);
    this.#retryMs = Math.min(this.#retryMs * 2, LONGEST_RETRY_MS);
  }

  /** Once until it works again, not at every attempt. */
  #tell(error: Error): void {
    if (this.#isTold || this.isClosed) return;
    this.#isTold = !this.#listens;
    this.host.onError(error, true);
  }
}
