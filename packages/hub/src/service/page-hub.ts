// The hub of a service as its page needs it.

import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import type { Readable } from "node:stream";
import type { SerialError } from "anyserial";
import { stringify } from "yaml";
import type { HubStatus } from "../model/status.ts";
import type { Hub, HubEvent, TrafficListener, Unsubscribe } from "../model/types.ts";
import { EventLog } from "../page/event-log.ts";
import type { PageHub } from "../page/page.ts";
import type {
  CaptureEntry,
  LinesRequest,
  PageConfig,
  PageStatus,
  RecordRequest,
} from "../page/wire.ts";
import { Captures } from "./captures.ts";

/** Longest file that is shown, in characters. */
const SHOWN_MAX = 1024 * 1024;

/** Parts of a service that its page needs. */
export interface ServicePageParts {
  /** Configuration file, absolute. */
  readonly file: string;
  /** Folder for recordings that a page starts. @defaultValue that of the configured recording */
  readonly captureFolder: string | undefined;
  readonly hub: () => Hub;
  readonly status: () => HubStatus;
  readonly onError: (error: SerialError) => void;
}

export class ServicePage implements PageHub {
  readonly events: EventLog = new EventLog();
  readonly #parts: ServicePageParts;
  #captures: Captures | undefined;

  constructor(parts: ServicePageParts) {
    this.#parts = parts;
  }

  /** Keeps an event for pages, and records it. */
  onEvent(event: HubEvent): void {
    this.events.add(event);
    this.#captures?.onEvent(event);
  }

  status(): PageStatus {
    return { ...this.#parts.status(), recording: this.#captures?.status };
  }

  onTraffic(listener: TrafficListener): Unsubscribe {
    return this.#parts.hub().on("traffic", listener);
  }

  async config(): Promise<PageConfig> {
    const { file, hub } = this.#parts;
    const text = await readFile(file, "utf8").catch(() => undefined);
    return { file, inForce: stringify(hub().config), text: text?.slice(0, SHOWN_MAX) };
  }

  async inject(network: string, member: string, bytes: Uint8Array): Promise<void> {
    await this.#parts.hub().inject(network, member, bytes);
  }

  async setLines({ network, member, dtr, rts, breakMs }: LinesRequest): Promise<void> {
    await this.#parts.hub().setControlLines(network, member, { dtr, rts, breakMs });
  }

  async record({ on, name }: RecordRequest): Promise<void> {
    await (on ? this.#captureFiles.start(name) : this.#captureFiles.stop());
  }

  async captures(): Promise<readonly CaptureEntry[]> {
    return await this.#captureFiles.list();
  }

  async openCapture(name: string): Promise<Readable | undefined> {
    return await this.#captureFiles.open(name);
  }

  /** Ends a recording that a page has started. */
  async close(): Promise<void> {
    await this.#captures?.stop();
  }

  get #captureFiles(): Captures {
    const { hub, file, captureFolder, onError } = this.#parts;
    const directory = dirname(file);
    const configured = (): string | undefined => {
      const { capture } = hub().config;
      return capture && resolve(directory, capture.file);
    };
    const folder = (): string => captureFolder ?? dirname(configured() ?? file);
    this.#captures ??= new Captures({ hub: hub(), folder, configured, onError });
    return this.#captures;
  }
}
