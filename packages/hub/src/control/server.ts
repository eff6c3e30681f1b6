// The control socket of a running hub: mode 0600, one request at a time for each connection.

import { chmodSync, lstatSync, rmSync, statSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { dirname } from "node:path";
import { ConfigurationError, PortBusyError } from "anyserial";
import type { HubStatus } from "../model/status.ts";
import type { ReloadReport } from "../model/types.ts";
import { setImmediate } from "../process/timers.ts";
import { ControlClient } from "./client.ts";
import { controlError } from "./control-error.ts";
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

/** Handlers of the requests. */
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

  /** Removes the socket also when the program calls process.exit(). */
  readonly #onExit = (): void => {
    if (!isPipe(this.path)) rmSync(this.path, { force: true });
  };

  /**
   * Starts to serve. The socket of a hub that crashed is replaced.
   *
   * @param path Path of the socket; its folder exists.
   * @param handlers Handlers of the requests.
   * @returns The running server.
   * @throws `PortBusyError` `EADDRINUSE` — a running hub has the socket, or it is no socket.
   * @throws `ConfigurationError` `ERR_INVALID_ARG_VALUE` — the path is too long.
   * @throws `ConfigurationError` `ENOENT`, `EROFS`, … — the socket cannot be made there.
   */
  static async start(path: string, handlers: ControlHandlers): Promise<ControlServer> {
    checkSocketPath(path);
    const server = new ControlServer(path, handlers);
    try {
      // A folder that is not there would be reported by listen() as one that may not be entered.
      if (!isPipe(path)) statSync(dirname(path));
      await removeStale(path);
      await listen(server.#server, path);
    } catch (cause) {
      throw controlError({ action: `make the control socket "${path}"`, path, cause });
    }
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
        work = work
          .then(() => this.#answerAll(socket, complete))
          .catch(() => void socket.destroy());
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

/** The umask makes the socket private from its first moment, but for a folder with an access list of its own. */
function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) =>
      reject(error.code === "EADDRINUSE" ? busy(path, "another program was faster") : error),
    );
    server.once("listening", () => {
      server.on("error", () => undefined); // one connection could not be accepted
      try {
        if (!isPipe(path)) makePrivate(path);
        resolve();
      } catch (error) {
        server.close();
        reject(error);
      }
    });
    const before = process.umask(PRIVATE_UMASK);
    server.listen(path); // binds before it returns
    process.umask(before);
  });
}

/**
 * Changes nothing that is private already: by now the path may belong to another program's file.
 */
function makePrivate(path: string): void {
  const status = lstatSync(path);
  const isPrivate = !status.isSocket() || (status.mode & 0o777) === SOCKET_MODE;
  if (!isPrivate) chmodSync(path, SOCKET_MODE);
}

async function removeStale(path: string): Promise<void> {
  if (isPipe(path)) return; // a pipe goes with its program
  const status = lstatSync(path, { throwIfNoEntry: false });
  if (status === undefined) return;
  if (!status.isSocket()) throw busy(path, "a file that is no socket is there");
  const client = await ControlClient.connect(path).catch(() => undefined);
  if (client === undefined) return rmSync(path, { force: true }); // no hub listens any more
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
