// A hub as a service, made of a configuration file: with its recording, its control socket, HTTP and
// systemd. What `anyserial hub FILE` runs.

import { dirname, resolve } from "node:path";
import { SerialError } from "anyserial";
import { loadHubConfig } from "../config/load.ts";
import { controlPathOf, makeRuntimeFolder, runtimeFolder } from "../control/runtime-folder.ts";
import { ControlServer } from "../control/server.ts";
import { type HttpHandlers, type HttpOptions, HttpServer } from "../http.ts";
import { createHub } from "../hub.ts";
import type { HubStatus } from "../status.ts";
import type { SystemdNotifier } from "../systemd.ts";
import { loadToken } from "../token.ts";
import type { Hub, HubConfig, HubEvent, ReloadReport } from "../types.ts";
import { Recording } from "./recording.ts";

/** Longest that an end waits for systemd to be told, in milliseconds. */
const SYSTEMD_TIMEOUT_MS = 40;

/** Options of {@link startHubService}. */
export interface HubServiceOptions {
  /** Configuration file. */
  readonly file: string;
  /** Hears what happens, from the start on. */
  readonly onEvent: (event: HubEvent) => void;
  /** Somebody asked over a socket that the hub stops: the owner is to call `close()`. */
  readonly onStop: () => void;
  /** Tells systemd; not at all by default. */
  readonly systemd?: SystemdNotifier | undefined;
}

/** The parts that a reload may replace. */
interface Parts {
  readonly config: HubConfig;
  readonly control: ControlServer;
  readonly recording: Recording | undefined;
  readonly http: HttpServer | undefined;
}

/**
 * Starts a hub with everything that its configuration asks for.
 *
 * @param options The file, and who listens.
 * @returns The running service.
 * @throws {@link HubConfigError} `ERR_INVALID_ARG_VALUE` — the file is wrong.
 * @throws `PortBusyError` — the hub is running already, or a path is taken.
 * @throws What the parts throw; nothing is left behind.
 */
export async function startHubService(options: HubServiceOptions): Promise<HubService> {
  const service = new HubService(options);
  await service.start();
  return service;
}

/** A running hub with its surroundings. */
export class HubService implements AsyncDisposable {
  readonly #options: HubServiceOptions;
  readonly #file: string;
  readonly #directory: string;
  #hub: Hub | undefined;
  #parts: Parts | undefined;
  #reloading: Promise<unknown> = Promise.resolve();
  #closed: Promise<void> | undefined;

  /** @internal Made by {@link startHubService}. */
  constructor(options: HubServiceOptions) {
    this.#options = options;
    this.#file = resolve(options.file);
    this.#directory = dirname(this.#file);
  }

  /**
   * @internal Called by {@link startHubService}.
   * @throws As {@link startHubService}.
   */
  async start(): Promise<void> {
    const config = await loadHubConfig(this.#options.file);
    // First of all: it tells whether the hub is running already.
    const control = await this.#startControl(config);
    const undo: (() => Promise<void>)[] = [() => control.close()];
    try {
      const recording = await this.#startRecording(config);
      undo.push(async () => recording?.close());
      const onEvent = (event: HubEvent): void => this.#tell(event, recording);
      const hub = await createHub(config, { directory: this.#directory, onEvent });
      undo.push(() => hub.close());
      const http = await this.#startHttp(config);
      hub.setTap(recording?.recorder.tap);
      this.#hub = hub;
      this.#parts = { config, control, recording, http };
    } catch (error) {
      for (const step of undo.reverse()) await step();
      throw error;
    }
    this.#options.systemd?.ready(this.#summary());
  }

  /** The hub itself. */
  get hub(): Hub {
    if (this.#hub !== undefined) return this.#hub;
    throw new SerialError("Cannot ask the hub: it is starting", {
      code: "ERR_HUB_STARTING",
      hint: "try again",
    });
  }

  /** State, as JSON. */
  status(): HubStatus {
    const { recording, http } = this.#parts ?? {};
    const snapshot = this.hub.snapshot();
    return { ...snapshot, file: this.#file, capture: recording?.status, http: http?.url };
  }

  /**
   * Reads the configuration file again and applies it.
   *
   * @returns What changed.
   * @throws {@link HubConfigError} `ERR_INVALID_ARG_VALUE` — the file is wrong; nothing changed.
   * @throws What `Hub.reload()` and the parts throw; nothing changed.
   */
  reload(): Promise<ReloadReport> {
    const work = this.#reloading.then(() => this.#reload());
    this.#reloading = work.catch(() => undefined);
    return work;
  }

  /**
   * Stops everything; the control socket ends last.
   *
   * @throws The system's error — a part could not be closed.
   */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  /**
   * Calls `close()`.
   *
   * @throws As `close()`.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #reload(): Promise<ReloadReport> {
    const hub = this.hub;
    if (this.#closed !== undefined) {
      throw new SerialError("Cannot reload the hub: it stops", { code: "ERR_HUB_STOPPING" });
    }
    const before = this.#parts as Parts; // the hub is there, so they are
    this.#options.systemd?.reloading();
    const fresh: { close(): Promise<void> }[] = [];
    try {
      const config = await loadHubConfig(this.#options.file);
      const parts = await this.#replaceParts(before, config, fresh);
      const httpOptions = this.#httpOptions(config);
      const report = await hub.reload(config);
      parts.http?.update(httpOptions);
      hub.setTap(parts.recording?.recorder.tap);
      this.#parts = parts;
      for (const part of ["recording", "http", "control"] as const) {
        if (parts[part] !== before[part]) closeLater(before[part]);
      }
      return report;
    } catch (error) {
      for (const part of fresh) await part.close();
      throw error;
    } finally {
      this.#options.systemd?.ready(this.#summary());
    }
  }

  /** What did not change goes on. */
  async #replaceParts(
    before: Parts,
    config: HubConfig,
    fresh: { close(): Promise<void> }[],
  ): Promise<Parts> {
    let { recording, http, control } = before;
    if (!isSame(config.capture, before.config.capture) || recording?.status.recording === false) {
      recording = await this.#startRecording(config);
      if (recording !== undefined) fresh.push(recording);
    }
    if (config.listen?.http !== before.config.listen?.http) {
      http = await this.#startHttp(config);
      if (http !== undefined) fresh.push(http);
    }
    if (config.listen?.control !== before.config.listen?.control) {
      control = await this.#startControl(config);
      fresh.push(control);
    }
    return { config, recording, http, control };
  }

  async #startControl(config: HubConfig): Promise<ControlServer> {
    const given = config.listen?.control;
    if (given === undefined) makeRuntimeFolder(runtimeFolder());
    const path = given === undefined ? controlPathOf(this.#file) : resolve(this.#directory, given);
    return ControlServer.start(path, {
      ...this.#handlers(),
      inject: (network, member, bytes) => this.hub.inject(network, member, bytes),
    });
  }

  async #startRecording({ capture }: HubConfig): Promise<Recording | undefined> {
    if (capture === undefined) return undefined;
    return Recording.start(capture, this.#directory, (error) =>
      this.#options.onEvent({ type: "error", time: Date.now(), error }),
    );
  }

  async #startHttp(config: HubConfig): Promise<HttpServer | undefined> {
    if (config.listen?.http === undefined) return undefined;
    return HttpServer.start(this.#httpOptions(config), this.#handlers());
  }

  #httpOptions({ listen = {} }: HubConfig): HttpOptions {
    const { tokenFile, ...options } = listen;
    const token =
      tokenFile === undefined ? undefined : loadToken(resolve(this.#directory, tokenFile));
    return { ...options, token };
  }

  #handlers(): HttpHandlers {
    return {
      status: (): HubStatus => this.status(),
      reload: (): Promise<ReloadReport> => this.reload(),
      stop: (): void => this.#options.onStop(),
    };
  }

  #tell(event: HubEvent, first: Recording | undefined): void {
    (this.#parts?.recording ?? first)?.recorder.onEvent(event);
    this.#options.onEvent(event);
  }

  #summary(): string {
    const networks = Object.values(this.#parts?.config.networks ?? {});
    const members = networks.reduce((sum, one) => sum + Object.keys(one.members).length, 0);
    return `${members} members on ${networks.length} networks`;
  }

  async #close(): Promise<void> {
    this.#options.systemd?.stopping();
    await this.#reloading; // what it begins has to be ended
    const { recording, http, control } = this.#parts ?? {};
    await Promise.all([this.#hub?.close(), http?.close()]);
    // Told before the end, unless the program that tells takes too long.
    const told = this.#options.systemd?.settledWithin(SYSTEMD_TIMEOUT_MS);
    await Promise.all([recording?.close(), told]);
    await control?.close();
  }
}

/** A part may be answering the very request that replaced it. */
function closeLater(part: { close(): Promise<void> } | undefined): void {
  setImmediate(() => void part?.close().catch(() => undefined));
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
