// The page of a hub: its files, its stream, and the requests that it makes.

import type { IncomingMessage, ServerResponse } from "node:http";
import type { Readable } from "node:stream";
import type { TrafficListener, Unsubscribe } from "../model/types.ts";
import { type Answer, json, plain } from "./answer.ts";
import { checkFields, readJson } from "./body.ts";
import type { EventLog } from "./event-log.ts";
import { Feed } from "./feed.ts";
import { parsePosition } from "./position.ts";
import { StaticFiles } from "./static-files.ts";
import { Streams } from "./streams.ts";
import type {
  CaptureEntry,
  LinesRequest,
  PageConfig,
  PageStatus,
  RecordRequest,
  SendRequest,
} from "./wire.ts";

/** The hub, as its page needs it. */
export interface PageHub {
  readonly events: EventLog;
  status(): PageStatus;
  onTraffic(listener: TrafficListener): Unsubscribe;
  config(): Promise<PageConfig>;
  inject(network: string, member: string, bytes: Uint8Array): Promise<void>;
  setLines(request: LinesRequest): Promise<void>;
  /** Starts a recording, or ends it. */
  record(request: RecordRequest): Promise<void>;
  captures(): Promise<readonly CaptureEntry[]>;
  /** Opens a file of {@link PageHub.captures}; `undefined` when there is none of the name. */
  openCapture(name: string): Promise<Readable | undefined>;
}

/** Options of {@link Page}. */
export interface PageOptions {
  readonly hub: PageHub;
  /** Returns whether requests that change state are possible. */
  readonly isWritable: () => boolean;
  /** Folder of the built page. */
  readonly folder?: string | undefined;
}

/** Answers a request that is allowed. */
export type PageRoute = (request: IncomingMessage) => Answer | Promise<Answer>;

const CAPTURE_PATH = "/captures/";
const NO_CONTENT: Answer = { code: 204, body: "" };

export class Page {
  readonly #hub: PageHub;
  readonly #files: StaticFiles;
  readonly #streams: Streams;

  constructor({ hub, isWritable, folder }: PageOptions) {
    this.#hub = hub;
    this.#files = new StaticFiles(folder);
    const feed = new Feed((listener) => hub.onTraffic(listener));
    const status = (): string => JSON.stringify(hub.status());
    this.#streams = new Streams({ feed, events: hub.events, isWritable, status });
  }

  /** Requests that read, by path. */
  readonly reads: Readonly<Record<string, PageRoute>> = {
    "/stream": (request) => this.#stream(request),
    "/config": async () => json(200, await this.#hub.config()),
    "/captures": async () => json(200, await this.#hub.captures()),
  };

  /** Requests that change state, by path. */
  readonly writes: Readonly<Record<string, PageRoute>> = {
    "/send": (request) => this.#send(request),
    "/lines": (request) => this.#setLines(request),
    "/record": (request) => this.#record(request),
    "/check-token": () => NO_CONTENT,
  };

  /** Finds a file of the page: everyone may read it. */
  file(path: string, known: string | undefined): Answer | undefined {
    return this.#files.find(path, known);
  }

  /** Finds the request for a recorded file. */
  captureRoute(path: string): PageRoute | undefined {
    if (!path.startsWith(CAPTURE_PATH)) return undefined;
    return async () => {
      const name = decode(path.slice(CAPTURE_PATH.length));
      const body = name && (await this.#hub.openCapture(name));
      if (!name || !body) return plain(404, "not found\n");
      const encoded = encodeURIComponent(name).replace(/['()*]/g, percent);
      const headers = { "content-disposition": `attachment; filename*=UTF-8''${encoded}` };
      return { code: 200, type: "application/x-pcapng", body, headers };
    };
  }

  close(): void {
    this.#streams.close();
  }

  #stream({ headers }: IncomingMessage): Answer {
    if (this.#streams.isFull) return plain(503, "too many pages are open\n");
    const id = headers["last-event-id"];
    const after = parsePosition(Array.isArray(id) ? undefined : id);
    const body = (response: ServerResponse): void => {
      const leave = this.#streams.open(response, after);
      response.once("close", leave);
    };
    // A proxy that collects answers would hold the stream back.
    return { code: 200, type: "text/event-stream", body, headers: { "x-accel-buffering": "no" } };
  }

  async #send(request: IncomingMessage): Promise<Answer> {
    const kinds = { network: "string", member: "string", base64: "string" } as const;
    const { network, member, base64 } = checkFields<SendRequest>(await readJson(request), kinds);
    await this.#hub.inject(network, member, Buffer.from(base64, "base64"));
    return NO_CONTENT;
  }

  async #setLines(request: IncomingMessage): Promise<Answer> {
    const wanted = checkFields<LinesRequest>(await readJson(request), {
      network: "string",
      member: "string",
      "dtr?": "boolean",
      "rts?": "boolean",
      "breakMs?": "number",
    });
    await this.#hub.setLines(wanted);
    return NO_CONTENT;
  }

  async #record(request: IncomingMessage): Promise<Answer> {
    const kinds = { on: "boolean", "name?": "string" } as const;
    const { on, name } = checkFields<RecordRequest>(await readJson(request), kinds);
    await this.#hub.record({ on, name });
    return NO_CONTENT;
  }
}

/** A name out of a path; `undefined` when it is wrongly encoded. */
function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** `encodeURIComponent()` leaves some characters as they are that a header may not have. @see RFC 8187 */
function percent(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}
