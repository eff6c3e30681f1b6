// Status over HTTP: `/metrics`, `/status`, `/healthz`, and with a token `POST /reload` and `POST /stop`.
// Requests that name another host are refused, so that no web page can reach it through a browser.

import { timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { ConfigurationError } from "anyserial";
import { isLoopback, readHostPort } from "./config/values.ts";
import { reportError } from "./control/error-report.ts";
import { renderMetrics } from "./metrics.ts";
import { type HubStatus, healthOf } from "./status.ts";
import type { ListenConfig, ReloadReport } from "./types.ts";

const CONNECTIONS_MAX = 64;
const REQUEST_TIMEOUT_MS = 10_000;
const LOCAL_NAMES: readonly string[] = ["localhost", "127.0.0.1", "[::1]"];

/** What requests lead to. */
export interface HttpHandlers {
  status(): HubStatus;
  reload(): Promise<ReloadReport>;
  /** Begins to stop. */
  stop(): void;
}

/** What {@link HttpServer.start} needs of the configuration. */
export interface HttpOptions extends Omit<ListenConfig, "control" | "tokenFile"> {
  /** Token for requests that change state; without one there are none. */
  readonly token?: string | undefined;
}

interface Answer {
  readonly code: number;
  readonly type?: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

type Route = (request: IncomingMessage) => Answer | Promise<Answer>;

/** Serves the state of a hub. */
export class HttpServer {
  readonly #server: Server;
  readonly #handlers: HttpHandlers;
  #options: HttpOptions;
  readonly #routes: Readonly<Record<string, Route>> = {
    "GET /": () => plain(200, "/metrics\n/status\n/healthz\n"),
    "GET /metrics": (request) => this.#metrics(request),
    "GET /status": () => json(200, this.#handlers.status()),
    "GET /healthz": () => this.#health(),
    "POST /reload": async () => json(200, await this.#handlers.reload()),
    "POST /stop": () => this.#stop(),
  };

  private constructor(options: HttpOptions, handlers: HttpHandlers) {
    this.#options = options;
    this.#handlers = handlers;
    this.#server = createServer((request, response) => void this.#serve(request, response));
    this.#server.maxConnections = CONNECTIONS_MAX;
    this.#server.requestTimeout = REQUEST_TIMEOUT_MS;
    this.#server.headersTimeout = REQUEST_TIMEOUT_MS;
  }

  /**
   * Starts to serve.
   *
   * @param options Address, and who may ask.
   * @param handlers What requests lead to.
   * @returns The running server.
   * @throws `ConfigurationError` `ERR_INVALID_ARG_VALUE` — the address is not of this machine
   *   alone, and `allowRemote` is not set.
   * @throws The system's error — the address cannot be had.
   */
  static async start(options: HttpOptions, handlers: HttpHandlers): Promise<HttpServer> {
    const address = readHostPort(options.http);
    if (address === undefined || (options.allowRemote !== true && !isLoopback(address.host))) {
      const message = `Cannot listen on "${options.http ?? ""}": it is no address of this machine`;
      throw new ConfigurationError(message, {
        code: "ERR_INVALID_ARG_VALUE",
        operation: "listen",
        hint: "give 127.0.0.1:7070, or set listen.allowRemote: true",
      });
    }
    const server = new HttpServer(options, handlers);
    await new Promise<void>((resolve, reject) => {
      server.#server.once("error", reject);
      server.#server.listen(address, () => resolve());
    });
    server.#server.on("error", () => undefined); // one connection could not be accepted
    return server;
  }

  /** Where it serves, as `http://127.0.0.1:7070`. */
  get url(): string {
    const { address, port } = this.#server.address() as AddressInfo; // it listens on a port
    return `http://${address.includes(":") ? `[${address}]` : address}:${port}`;
  }

  /** Applies other options; the address stays. */
  update(options: HttpOptions): void {
    this.#options = options;
  }

  /** Ends all connections. */
  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    request.resume(); // bodies mean nothing here
    response.on("error", () => undefined); // the client went away
    const answer = await this.#answer(request).catch((error: unknown) =>
      json(500, { error: reportError(error) }),
    );
    response.writeHead(answer.code, {
      "content-type": answer.type ?? "text/plain; charset=utf-8",
      "content-length": Buffer.byteLength(answer.body),
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
      ...answer.headers,
    });
    response.end(request.method === "HEAD" ? undefined : answer.body);
  }

  async #answer(request: IncomingMessage): Promise<Answer> {
    if (!this.#isKnownHost(request.headers.host)) return plain(403, "unknown host\n");
    const path = (request.url ?? "").split("?")[0] ?? "";
    const method = request.method === "HEAD" ? "GET" : (request.method ?? "");
    const name = `${method} ${path}`;
    const route = Object.hasOwn(this.#routes, name) ? this.#routes[name] : undefined;
    if (route !== undefined && (method === "GET" || this.#isAllowed(request))) {
      return route(request);
    }
    if (route !== undefined) return refusal(this.#options.token !== undefined);
    const isKnown = ["GET", "POST"].some((known) =>
      Object.hasOwn(this.#routes, `${known} ${path}`),
    );
    return isKnown ? plain(405, "method not allowed\n") : plain(404, "not found\n");
  }

  /** A browser sends the name in the address bar, which an attacker can let point here. */
  #isKnownHost(header: string | undefined): boolean {
    const name = header?.replace(/:\d+$/, "").toLowerCase() ?? "";
    const own = this.#options.http?.replace(/:\d+$/, "").toLowerCase();
    const extra = this.#options.allowedHosts ?? [];
    return [...LOCAL_NAMES, own, ...extra.map((host) => host.toLowerCase())].includes(name);
  }

  #isAllowed({ headers }: IncomingMessage): boolean {
    const { token } = this.#options;
    const given = /^Bearer (\S+)$/i.exec(headers.authorization ?? "")?.[1];
    if (token === undefined || given === undefined) return false;
    const [expected, actual] = [Buffer.from(token), Buffer.from(given)];
    return expected.length === actual.length && timingSafeEqual(expected, actual);
  }

  async #metrics({ headers }: IncomingMessage): Promise<Answer> {
    const isOpen = headers.accept?.includes("application/openmetrics-text") === true;
    const format = isOpen ? "openmetrics" : "prometheus";
    const { contentType, text } = await renderMetrics(this.#handlers.status(), format);
    return { code: 200, type: contentType, body: text };
  }

  /** Whoever answers is healthy; members that are not are in the body. */
  #health(): Answer {
    return json(200, healthOf(this.#handlers.status()));
  }

  #stop(): Answer {
    setImmediate(() => this.#handlers.stop()); // after the answer is on its way
    return json(202, { stopping: true });
  }
}

function refusal(hasToken: boolean): Answer {
  const headers = { "www-authenticate": "Bearer" };
  if (hasToken) return { ...plain(401, "a token is needed\n"), headers };
  return plain(403, "set listen.tokenFile to allow this\n");
}

function plain(code: number, body: string): Answer {
  return { code, body };
}

function json(code: number, value: unknown): Answer {
  return { code, type: "application/json; charset=utf-8", body: `${JSON.stringify(value)}\n` };
}
