// Serves one open port to clients of a network. The address stays while the port is closed and reopened.

import type { SerialPort } from "../port/serial-port.ts";
import { type ClientRules, ClientServer, type ClientServerOptions } from "./client-server.ts";
import { SerialLine } from "./serial-line.ts";

/** How a port is served. */
export interface SerialServerOptions extends ClientServerOptions, ClientRules {}

/** A server of one port. */
export class SerialServer implements AsyncDisposable {
  readonly #clients: ClientServer;
  #line: SerialLine | undefined;
  #port: SerialPort | undefined;
  #sending: Promise<void> | undefined;

  private constructor(clients: ClientServer) {
    this.#clients = clients;
  }

  /**
   * Starts to listen.
   *
   * @throws `EADDRINUSE`, `EACCES`, … — the address cannot be listened on.
   */
  static async listen(options: SerialServerOptions): Promise<SerialServer> {
    let line = (): SerialLine | undefined => undefined;
    const onWants = (): void => line()?.want(clients.wants);
    const clients: ClientServer = await ClientServer.listen(options, options, { onWants });
    const server = new SerialServer(clients);
    line = () => server.#line;
    return server;
  }

  /** Address that is listened on, with the port that the system chose where it did. */
  get address(): { readonly host: string; readonly port: number } | { readonly path: string } {
    return this.#clients.address;
  }

  /** Clients that are served now. */
  get peers(): readonly string[] {
    return this.#clients.clients.map(({ peer }) => peer);
  }

  /**
   * Serves a port until it is closed or gone; clients are then disconnected, and later ones refused until the next
   * port is served.
   *
   * @param port Open; the caller closes it.
   * @throws The error that ended it.
   */
  async serve(port: SerialPort): Promise<void> {
    const clients = this.#clients;
    const line = new SerialLine(port, {
      onData: (bytes) => clients.output(bytes),
      onLineError: (error) => clients.lineError(error),
      onModemLines: (lines) => clients.modemLinesChanged(lines),
    });
    this.#line = line;
    this.#port = port;
    clients.port = { line, path: port.path, input: (bytes) => this.#input(bytes) };
    try {
      await line.run();
    } finally {
      line.end();
      this.#line = undefined;
      this.#port = undefined;
      clients.port = undefined;
      clients.finishAll("the port is gone");
    }
  }

  /** Stops to listen, and disconnects everyone. */
  async close(): Promise<void> {
    await this.#clients.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Bytes of a client go to the port; one client's after the other's, each chunk as a whole. */
  #input(bytes: Uint8Array): Promise<void> | undefined {
    const port = this.#port;
    if (port === undefined) return undefined;
    if (this.#sending === undefined) {
      const taken = port.trySend(bytes);
      if (taken === bytes.length) return undefined;
      return this.#sendLater(port, bytes.subarray(taken));
    }
    return this.#sendLater(port, bytes);
  }

  #sendLater(port: SerialPort, bytes: Uint8Array): Promise<void> {
    const before = this.#sending ?? Promise.resolve();
    const sending = before
      .catch(() => undefined) // its own client's affair
      .then(() => (port === this.#port ? port.send(bytes) : undefined));
    this.#sending = sending;
    const done = (): void => {
      if (this.#sending === sending) this.#sending = undefined;
    };
    sending.then(done, done);
    return sending;
  }
}
