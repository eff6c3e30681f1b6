// HTTP: the page of the hub, `/metrics`, `/status`, `/healthz`, and with a token requests that change state.
// Requests that name another host, or come from another web page, are refused.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { ConfigurationError } from "anyserial";
import { isLoopback, readHostPort } from "../config/values.ts";
import { reportError } from "../control/error-report.ts";
import { type HubStatus, healthOf } from "../model/status.ts";
import type { ListenConfig, ReloadReport } from "../model/types.ts";
import { type Asked, hasToken, isKnownHost, isOwnOrigin, mayRead } from "../page/access.ts";
import { type Answer, json, plain } from "../page/answer.ts";
import { Page, type PageHub, type PageRoute } from "../page/page.ts";
import { setImmediate } from "../process/timers.ts";
import { type Metrics, type MetricsFormat, renderMetrics } from "./metrics.ts";

const CONNECTIONS_MAX = 64;
const REQUEST_TIMEOUT_MS = 10_000;
/** A client that takes no byte of its answer for this long is let go, in milliseconds. */
const IDLE_TIMEOUT_MS = 30_000;
/** Longest name of a request, beyond which it is none of ours: that of a file, each byte as `%20`. */
const PATH_MAX = 800;

/** Handlers of the requests. */
export interface HttpHandlers {
  status(): HubStatus;
  reload(): Promise<ReloadReport>;
  /** Begins to stop. */
  stop(): void;
  /** What the page needs; without it there is no page. */
  readonly page?: PageHub | undefined;
}

/** Fields of the configuration that {@link HttpServer.start} needs. */
export interface HttpOptions extends Omit<ListenConfig, "control" | "tokenFile"> {
  /** Token for requests that change state; without one there are none. */
  readonly token?: string | undefined;
  /** Folder of the built page. */
  readonly pageFolder?: string | undefined;
}

/** Who may make a request: everyone, those who may read traffic, those with the token. */
type Need = "nothing" | "reading" | "token";

interface Route {
  readonly need: Need;
  readonly run: PageRoute;
  readonly isOfPage?: boolean;
}

/** Serves the state of a hub. */
export class HttpServer {
  readonly #server: Server;
  #url = "";
  readonly #rendering = new Map<MetricsFormat, Promise<Metrics>>();
  readonly #handlers: HttpHandlers;
  #options: HttpOptions;
  readonly #page: Page | undefined;
  readonly #routes: ReadonlyMap<string, Route>;

  private constructor(options: HttpOptions, handlers: HttpHandlers) {
    this.#options = options;
    this.#handlers = handlers;
    const isWritable = (): boolean => this.#options.token !== undefined;
    const { page: hub } = handlers;
    this.#page = hub && new Page({ hub, isWritable, folder: options.pageFolder });
    this.#routes = this.#makeRoutes();
    this.#server = createServer((request, response) => void this.#serve(request, response));
    this.#server.maxConnections = CONNECTIONS_MAX;
    this.#server.requestTimeout = REQUEST_TIMEOUT_MS;
    this.#server.headersTimeout = REQUEST_TIMEOUT_MS;
    this.#server.timeout = IDLE_TIMEOUT_MS;
  }

  /**
   * Starts to serve.
   *
   * @param options Address, and the token.
   * @param handlers Handlers of the requests.
   * @returns The running server.
   * @throws `ConfigurationError` `ERR_INVALID_ARG_VALUE` — the address is not of this machine
   *   alone, and `allowRemote` is not set.
   * @throws The system's error — the address is unavailable.
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
    await server.#listen(address);
    return server;
  }

  /** Where it serves, as `http://127.0.0.1:7070`. */
  get url(): string {
    return this.#url;
  }

  /** Applies other options; the address stays. */
  update(options: HttpOptions): void {
    this.#options = options;
  }

  async close(): Promise<void> {
    this.#page?.close();
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  async #listen(address: { readonly host: string; readonly port: number }): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(address, () => resolve());
    });
    this.#server.on("error", () => undefined); // one connection could not be accepted
    this.#url = urlOf(this.#server.address() as AddressInfo); // it listens on a port
  }

  /** Never rejects: a failed answer affects one client only. */
  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.on("error", () => undefined); // the client went away
    try {
      await this.#respond(request, response);
    } catch {
      response.destroy();
    }
  }

  async #respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const answer = await this.#answer(request).catch((error: unknown) =>
      json(isMistake(error) ? 400 : 500, { error: reportError(error) }),
    );
    request.resume(); // the rest of a body means nothing
    const { body, code, type = "text/plain; charset=utf-8", headers } = answer;
    const isWhole = typeof body === "string" || body instanceof Uint8Array;
    response.writeHead(code, {
      "content-type": type,
      ...(isWhole && { "content-length": Buffer.byteLength(body) }),
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
      ...headers,
    });
    await send(request, response, body);
  }

  async #answer(request: IncomingMessage): Promise<Answer> {
    const { headers, socket } = request;
    if (!isKnownHost(headers.host, this.#options)) return plain(403, "unknown host\n");
    if (!isOwnOrigin(headers, this.#options)) return plain(403, "unknown origin\n");
    const path = (request.url ?? "").split("?")[0] ?? "";
    const method = request.method === "HEAD" ? "GET" : (request.method ?? "");
    const route = this.#find(method, path, request);
    if (route === undefined) return this.#notFound(path);
    const refusal = this.#refusal(route.need, { headers, remoteAddress: socket.remoteAddress });
    return refusal ?? route.run(request);
  }

  #makeRoutes(): ReadonlyMap<string, Route> {
    const { reads = {}, writes = {} } = this.#page ?? {};
    return new Map<string, Route>([
      ...routesOf(
        "GET",
        { need: "nothing" },
        {
          "/": () => plain(200, "/metrics\n/status\n/healthz\n"),
          "/metrics": (request) => this.#metrics(request),
          "/status": () => json(200, this.#handlers.status()),
          "/healthz": () => this.#health(),
        },
      ),
      ...routesOf(
        "POST",
        { need: "token" },
        {
          "/reload": async () => json(200, await this.#handlers.reload()),
          "/stop": () => this.#stop(),
        },
      ),
      ...routesOf("GET", { need: "reading", isOfPage: true }, reads),
      ...routesOf("POST", { need: "token", isOfPage: true }, writes),
    ]);
  }

  #find(method: string, path: string, { headers }: IncomingMessage): Route | undefined {
    if (path.length > PATH_MAX) return undefined;
    const page = this.#options.page === false ? undefined : this.#page;
    if (method === "GET") {
      const file = page?.file(path, headers["if-none-match"]);
      if (file !== undefined) return { need: "nothing", run: () => file };
      const capture = page?.captureRoute(path);
      if (capture !== undefined) return { need: "reading", run: capture };
    }
    return this.#routeOf(`${method} ${path}`);
  }

  #routeOf(name: string): Route | undefined {
    const route = this.#routes.get(name);
    return route?.isOfPage === true && this.#options.page === false ? undefined : route;
  }

  #refusal(need: Need, asked: Asked): Answer | undefined {
    const isAllowed =
      need === "nothing" ||
      (need === "reading" ? mayRead(asked, this.#options) : hasToken(asked, this.#options));
    return isAllowed ? undefined : refusal(this.#options.token !== undefined);
  }

  #notFound(path: string): Answer {
    const isKnown = ["GET", "POST"].some((known) => this.#routeOf(`${known} ${path}`));
    return isKnown ? plain(405, "method not allowed\n") : plain(404, "not found\n");
  }

  async #metrics({ headers }: IncomingMessage): Promise<Answer> {
    const isOpen = headers.accept?.includes("application/openmetrics-text") === true;
    const { contentType, text } = await this.#render(isOpen ? "openmetrics" : "prometheus");
    return { code: 200, type: contentType, body: text };
  }

  /** Requests during a rendering share its result: a flood of requests renders once. */
  #render(format: MetricsFormat): Promise<Metrics> {
    const current = this.#rendering.get(format);
    if (current !== undefined) return current;
    const rendering = renderMetrics(this.#handlers.status(), format).finally(() =>
      this.#rendering.delete(format),
    );
    this.#rendering.set(format, rendering);
    return rendering;
  }

  /** A hub that answers is healthy; unhealthy members are in the body. */
  #health(): Answer {
    return json(200, healthOf(this.#handlers.status()));
  }

  #stop(): Answer {
    setImmediate(() => this.#handlers.stop()); // after the answer is on its way
    return json(202, { stopping: true });
  }
}

function routesOf(
  method: string,
  kind: Omit<Route, "run">,
  all: Readonly<Record<string, PageRoute>>,
): readonly (readonly [string, Route])[] {
  return Object.entries(all).map(([path, run]) => [`${method} ${path}`, { ...kind, run }]);
}

function urlOf({ address, port }: AddressInfo): string {
  return `http://${address.includes(":") ? `[${address}]` : address}:${port}`;
}

function refusal(hasToken: boolean): Answer {
  const headers = { "www-authenticate": "Bearer" };
  if (hasToken) return { ...plain(401, "a token is needed\n"), headers };
  return plain(403, "set listen.tokenFile to allow this\n");
}

/** A request that the caller has to change. */
function isMistake(error: unknown): boolean {
  return error instanceof ConfigurationError && error.operation === "request";
}

async function send(
  request: IncomingMessage,
  response: ServerResponse,
  body: Answer["body"],
): Promise<void> {
  if (typeof body === "function" && request.method !== "HEAD") {
    response.flushHeaders();
    body(response);
  } else if (body instanceof Readable && request.method !== "HEAD") {
    await pipeline(body, response);
  } else {
    if (body instanceof Readable) body.destroy();
    const isShown = request.method !== "HEAD" && typeof body !== "function";
    response.end(isShown && !(body instanceof Readable) ? body : undefined);
  }
}
