// A hub as a service, from a configuration file, with its recording, control socket, HTTP and
// systemd: the core of `anyserial hub FILE`.

import { dirname, resolve } from "node:path";
import { SerialError } from "anyserial";
import { Mutex } from "anyserial/internal";
import { loadHubConfig } from "../config/load.ts";
import { controlPathOf, makeRuntimeFolder, runtimeFolder } from "../control/runtime-folder.ts";
import { ControlServer } from "../control/server.ts";
import { createHub } from "../hub/create-hub.ts";
import { PROGRAM_STOP_MS } from "../members/program.ts";
import type { HubStatus } from "../model/status.ts";
import type { Hub, HubConfig, HubEvent, ReloadReport } from "../model/types.ts";
import { settledWithin } from "../process/settled-within.ts";
import { setImmediate } from "../process/timers.ts";
import { throwUncaught } from "../process/uncaught.ts";
import { checkServiceOptions, type HubServiceOptions } from "./check-options.ts";
import type { HttpHandlers, HttpServer } from "./http.ts";
import { httpOptionsOf } from "./http-options.ts";
import { ServicePage } from "./page-hub.ts";
import { Recording } from "./recording.ts";
import { SystemdNotifier, takeSystemdEnv } from "./systemd.ts";

/** Longest wait for systemd at the end, in milliseconds. */
const SYSTEMD_TIMEOUT_MS = 40;

/** Longest that an end waits for a reload, in milliseconds. */
const RELOAD_TIMEOUT_MS = 1000;

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
 * @param options The file, and the listeners.
 * @returns The running service.
 * @throws {@link HubConfigError} `ERR_INVALID_ARG_VALUE` — the file is wrong.
 * @throws `PortBusyError` — the hub is running already, or a path is taken.
 * @throws Errors of the parts; nothing is left behind.
 */
export async function startHubService(options: HubServiceOptions): Promise<HubService> {
  checkServiceOptions(options);
  const service = new HubService(options);
  await service.start();
  return service;
}

/** A running hub with its context. */
export class HubService implements AsyncDisposable {
  readonly #options: HubServiceOptions;
  readonly #file: string;
  readonly #directory: string;
  #hub: Hub | undefined;
  #parts: Parts | undefined;
  #stopRecording: (() => void) | undefined;
  readonly #reloads = new Mutex();
  #closed: Promise<void> | undefined;
  readonly #page: ServicePage;
  readonly #systemd: SystemdNotifier | undefined;

  /** Only {@link startHubService} makes one. */
  constructor(made: never);
  /** @internal */
  constructor(options: HubServiceOptions);
  constructor(options: HubServiceOptions) {
    this.#options = options;
    this.#file = resolve(options.file);
    this.#directory = dirname(this.#file);
    this.#page = this.#createPage();
    if (options.systemd === true) this.#systemd = this.#createNotifier();
  }

  /**
   * @internal Called by {@link startHubService}.
   * @throws As {@link startHubService}.
   */
  async start(): Promise<void> {
    const config = await loadHubConfig(this.#options.file);
    // First of all, since it detects a running hub.
    const control = await this.#startControl(config);
    const undo: (() => Promise<void>)[] = [() => control.close()];
    try {
      const recording = await this.#startRecording(config);
      undo.push(async () => recording?.close());
      const onEvent = (event: HubEvent): void => this.#onEvent(event, recording);
      const hub = await createHub(config, { directory: this.#directory, onEvent });
      undo.push(() => hub.close());
      const http = await this.#startHttp(config);
      this.#record(hub, recording);
      this.#hub = hub;
      this.#parts = { config, control, recording, http };
    } catch (error) {
      for (const step of undo.reverse()) await step();
      throw error;
    }
    this.#systemd?.ready(summaryOf(this.#parts?.config));
  }

  /** The hub itself. */
  get hub(): Hub {
    if (this.#hub !== undefined) return this.#hub;
    throw new SerialError("Cannot ask the hub: it is starting", {
      code: "ERR_HUB_STARTING",
      hint: "try again",
    });
  }

  /** How long `close()` may take, in milliseconds: programs get time to end. */
  get closeTimeMs(): number {
    const networks = Object.values(this.#parts?.config.networks ?? {});
    const members = networks.flatMap((network) => Object.values(network.members));
    return members.some((member) => "process" in member) ? PROGRAM_STOP_MS : 0;
  }

  /** State, as JSON. */
  status(): HubStatus {
    const { recording, http } = this.#parts ?? {};
    const parts = { capture: recording?.status, log: this.#options.log?.(), http: http?.url };
    return { ...this.hub.snapshot(), file: this.#file, ...parts };
  }

  /**
   * Reads the configuration file again and applies it.
   *
   * @returns The changes.
   * @throws {@link HubConfigError} `ERR_INVALID_ARG_VALUE` — the file is wrong; nothing changed.
   * @throws Errors of `Hub.reload()` and of the parts; nothing changed.
   */
  reload(): Promise<ReloadReport> {
    return this.#reloads.run(() => this.#reload());
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
    this.#systemd?.reloading();
    const fresh: { close(): Promise<void> }[] = [];
    try {
      const config = await loadHubConfig(this.#options.file);
      const parts = await this.#replaceParts(before, config, fresh);
      const httpOptions = httpOptionsOf(config, this.#directory);
      const report = await hub.reload(config);
      parts.http?.update(httpOptions);
      this.#record(hub, parts.recording);
      this.#parts = parts;
      for (const part of ["recording", "http", "control"] as const) {
        if (parts[part] !== before[part]) closeLater(before[part]);
      }
      return report;
    } catch (error) {
      for (const part of fresh) await part.close();
      throw error;
    } finally {
      if (this.#closed === undefined) this.#systemd?.ready(summaryOf(this.#parts?.config));
    }
  }

  /** Unchanged parts stay. */
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
      this.#emit({ type: "error", time: Date.now(), error }),
    );
  }

  async #startHttp(config: HubConfig): Promise<HttpServer | undefined> {
    if (config.listen?.http === undefined) return undefined;
    const { HttpServer } = await import("./http.ts"); // with prom-client: a fifth of the start of a hub
    return HttpServer.start(httpOptionsOf(config, this.#directory), this.#handlers());
  }

  #handlers(): HttpHandlers {
    return {
      status: (): HubStatus => this.status(),
      reload: (): Promise<ReloadReport> => this.reload(),
      stop: (): void => this.#options.onStop(),
      page: this.#page,
    };
  }

  #createPage(): ServicePage {
    return new ServicePage({
      file: this.#file,
      captureFolder: this.#options.captureFolder,
      hub: () => this.hub,
      status: () => this.status(),
      onError: (error) => this.#emit({ type: "error", time: Date.now(), error }),
    });
  }

  /** From here on this is what records. */
  #record(hub: Hub, recording: Recording | undefined): void {
    this.#stopRecording?.();
    this.#stopRecording = recording?.recordFrom(hub);
  }

  #createNotifier(): SystemdNotifier {
    return new SystemdNotifier({
      env: takeSystemdEnv(process.env),
      onError: (error) => this.#emit({ type: "error", time: Date.now(), error }),
    });
  }

  #onEvent(event: HubEvent, first: Recording | undefined): void {
    (this.#parts?.recording ?? first)?.onEvent(event);
    this.#emit(event);
  }

  /** A listener that throws breaks off nothing. */
  #emit(event: HubEvent): void {
    this.#page.onEvent(event);
    try {
      this.#options.onEvent(event);
    } catch (error) {
      throwUncaught(error);
    }
  }

  async #close(): Promise<void> {
    this.#systemd?.stopping();
    // Parts that a reload has started must be ended; a reload that hangs ends with the hub.
    await settledWithin(this.#reloads.idle, RELOAD_TIMEOUT_MS);
    const hubClosed = this.#hub?.close();
    await this.#reloads.idle;
    const { recording, http, control } = this.#parts ?? {};
    await Promise.all([hubClosed, http?.close(), this.#page.close()]);
    // Sent before the end, unless the helper takes too long.
    const notified = this.#systemd?.settledWithin(SYSTEMD_TIMEOUT_MS);
    await Promise.all([recording?.close(), notified]);
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

/** For people. */
function summaryOf(config: HubConfig | undefined): string {
  const networks = Object.values(config?.networks ?? {});
  const members = networks.reduce((sum, one) => sum + Object.keys(one.members).length, 0);
  return `${members} members on ${networks.length} networks`;
}
