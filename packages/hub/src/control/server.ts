// The control socket of a running hub: mode 0600, one request at a time for each connection.

import { chmodSync, lstatSync, rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { ConfigurationError, PortBusyError } from "anyserial";
import type { HubStatus } from "../status.ts";
import type { ReloadReport } from "../types.ts";
import { ControlClient } from "./client.ts";
import { Lines } from "./lines.ts";
import {
  type ControlRequest,
  formatFailure,
  formatLine,
  parseInject,
  parseRequest,
  REQUEST_BYTES_MAX,
} from "./protocol.ts";
import { checkSocketPath, isPipe } from "./runtime-folder.ts";

const CONNECTIONS_MAX = 32;
const SOCKET_MODE = 0o600;
const PRIVATE_UMASK = 0o177;

/** What the requests lead to. */
export interface ControlHandlers {
  status(): HubStatus;
  reload(): Promise<ReloadReport>;
  /** Begins to stop; does not wait for the end. */
  stop(): void;
  inject(network: string, member: string, bytes: Uint8Array): Promise<void>;
}

/** Serves the control socket. */
export class ControlServer {
  /** Path of the socket. */
  readonly path: string;
  readonly #server: Server;
  readonly #handlers: ControlHandlers;
  readonly #connections = new Set<Socket>();

  private constructor(path: string, handlers: ControlHandlers) {
    this.path = path;
    this.#handlers = handlers;
    this.#server = createServer((socket) => this.#accept(socket));
    this.#server.maxConnections = CONNECTIONS_MAX;
  }

  /** Whoever calls process.exit() leaves no socket. */
  readonly #onExit = (): void => {
    if (!isPipe(this.path)) rmSync(this.path, { force: true });
  };

  /**
   * Starts to serve. The socket of a hub that crashed is replaced.
   *
   * @param path Path of the socket; its folder exists.
   * @param handlers What the requests lead to.
   * @returns The running server.
   * @throws `PortBusyError` `EADDRINUSE` — a running hub has the socket, or it is no socket.
   * @throws `ConfigurationError` `ERR_INVALID_ARG_VALUE` — the path is too long.
   */
  static async start(path: string, handlers: ControlHandlers): Promise<ControlServer> {
    checkSocketPath(path);
    await removeStale(path);
    const server = new ControlServer(path, handlers);
    await listen(server.#server, path);
    process.once("exit", server.#onExit);
    return server;
  }

  /** Ends all connections and removes the socket. */
  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of this.#connections) socket.destroy();
    await closed;
    process.removeListener("exit", this.#onExit);
  }

  #accept(socket: Socket): void {
    const lines = new Lines(REQUEST_BYTES_MAX);
    let work = Promise.resolve();
    this.#connections.add(socket);
    socket.on("error", () => socket.destroy()); // the client went away
    socket.on("close", () => this.#connections.delete(socket));
    socket.on("data", (chunk: Buffer) => {
      const complete = lines.push(chunk);
      if (complete === undefined) socket.destroy();
      else if (complete.length > 0) {
        socket.pause(); // requests of a client that does not wait stay in its socket
        work = work.then(() => this.#answerAll(socket, complete));
      }
    });
  }

  async #answerAll(socket: Socket, lines: readonly string[]): Promise<void> {
    for (const line of lines) {
      const answer = await this.#answer(line);
      if (answer === undefined) socket.destroy();
      if (socket.destroyed) return;
      await new Promise((resolve) => socket.write(answer ?? "", resolve));
    }
    socket.resume();
  }

  async #answer(line: string): Promise<string | undefined> {
    const request = parseRequest(line);
    if (request === undefined) return undefined;
    try {
      return formatLine({ id: request.id, result: await this.#handle(request) });
    } catch (error) {
      return formatFailure(request.id, error);
    }
  }

  async #handle({ method, params }: ControlRequest): Promise<unknown> {
    if (method === "status") return this.#handlers.status();
    if (method === "reload") return this.#handlers.reload();
    if (method === "inject") return this.#inject(params);
    setImmediate(() => this.#handlers.stop()); // after the answer is on its way
    return { pid: process.pid };
  }

  async #inject(params: unknown): Promise<null> {
    const wanted = parseInject(params);
    if (wanted === undefined) {
      const message = "Cannot inject: the request names no network, member and base64";
      throw new ConfigurationError(message, { code: "ERR_INVALID_ARG_VALUE" });
    }
    const { network, member, base64 } = wanted;
    await this.#handlers.inject(network, member, Buffer.from(base64, "base64"));
    return null;
  }
}

/** The umask covers the moment between making the socket and `chmod`. */
function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) =>
      reject(error.code === "EADDRINUSE" ? busy(path, "another program was faster") : error),
    );
    server.once("listening", () => {
      if (!isPipe(path)) chmodSync(path, SOCKET_MODE);
      resolve();
    });
    const before = process.umask(PRIVATE_UMASK);
    server.listen(path); // binds before it returns
    process.umask(before);
  });
}

async function removeStale(path: string): Promise<void> {
  if (isPipe(path)) return; // a pipe goes with its program
  const status = lstatSync(path, { throwIfNoEntry: false });
  if (status === undefined) return;
  if (!status.isSocket()) throw busy(path, "something that is no socket is there");
  const client = await ControlClient.connect(path).catch(() => undefined);
  if (client === undefined) return rmSync(path, { force: true }); // nobody listens any more
  const answer = await client.call("status").catch(() => undefined);
  client.close();
  throw busy(path, `hub ${answer?.pid ?? "(which does not answer)"} is running there`);
}

function busy(path: string, reason: string): PortBusyError {
  return new PortBusyError(`Cannot listen on "${path}": ${reason}`, {
    code: "EADDRINUSE",
    path,
    operation: "control",
    hint: 'see "anyserial hub status", or give another listen.control',
  });
}
