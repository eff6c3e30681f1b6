// An emulated USB adapter as a member: the kernel's own driver makes its port. It has lines, breaks and errors.

import { SerialDisconnectedError } from "anyserial";
import {
  createVirtualAdapter,
  type EmulatedPort,
  type VirtualAdapterOptions,
} from "anyserial/adapter";
import type { LinkChange, LinkState, PortLink } from "anyserial/link";
import type { VirtualPortChange, VirtualPortSubscription } from "anyserial/pty";
import { adapterOf } from "../config/adapter-fields.ts";
import { Backoff } from "../engine/backoff.ts";
import type { Member, MemberHost } from "../engine/member.ts";
import { MEMBER_PAUSES, type MemberPauses } from "../engine/pauses.ts";
import { retry } from "../engine/retry.ts";
import type {
  AdapterPortConfig,
  MemberConfig,
  MemberSettings,
  PortMemberConfig,
} from "../model/types.ts";
import { errorOf } from "../process/error-of.ts";
import { AdapterLines } from "./adapter-lines.ts";
import { memberError } from "./member-error.ts";
import { modeOf, settingsFrom } from "./port-settings.ts";

/** Plugs the adapter in: `createVirtualAdapter()`, or a test's own. */
export type CreateAdapter = (options: VirtualAdapterOptions) => Promise<EmulatedPort>;

/** Arguments of {@link AdapterMember}. */
export interface AdapterParts {
  /** The path of its link. */
  readonly claim: PortLink | undefined;
  readonly create?: CreateAdapter | undefined;
  readonly pauses?: MemberPauses | undefined;
}

/** An adapter as a member. */
export class AdapterMember implements Member {
  readonly kind = "port";
  /** Its application chooses data bits and parity as well. */
  readonly hasFraming = true;
  readonly lines: AdapterLines;
  readonly #options: VirtualAdapterOptions;
  readonly #claim: PortLink | undefined;
  readonly #create: CreateAdapter;
  readonly #host: MemberHost;
  readonly #ending = new AbortController();
  readonly #backoff: Backoff;
  #port: EmulatedPort | undefined;
  #listening: VirtualPortSubscription | undefined;
  #isPresent = false;
  #isReading = true;
  #replacing: Promise<void> | undefined;
  #opening: Promise<void> | undefined;

  constructor(config: PortMemberConfig, parts: AdapterParts, host: MemberHost) {
    const { claim, create = createVirtualAdapter, pauses = MEMBER_PAUSES } = parts;
    const {
      adapter,
      link: _link,
      lines: _lines,
      wires,
      ...rest
    } = config.port as AdapterPortConfig; // its kind
    const { owner, group } = config;
    this.#options = { ...rest, chip: adapter, mode: modeOf(config.mode), owner, group };
    this.#claim = claim;
    this.#create = create;
    this.#backoff = new Backoff(pauses.replacement);
    this.#host = host;
    this.lines = new AdapterLines(host, wires);
  }

  /** The link; without one the node, while it is plugged in. */
  get path(): string {
    const { chip = "", serialNumber } = this.#options;
    return this.#claim?.path ?? this.devicePath ?? [chip, serialNumber].join(" ").trim();
  }

  get devicePath(): string | undefined {
    return this.#port?.devicePath;
  }

  get link(): LinkState | undefined {
    return this.#port === undefined ? undefined : this.#claim?.state;
  }

  get isPresent(): boolean {
    return this.#isPresent;
  }

  /** Plugs it in; it is listened to from {@link AdapterMember.publish} on. */
  async open(): Promise<void> {
    this.#opening = this.#plug();
    await this.#opening;
  }

  async #plug(): Promise<void> {
    try {
      const port = await this.#create(this.#options);
      this.#port = port;
      void port.closed.then((cause) => {
        if (cause !== undefined && this.#port === port) this.#host.onFailure(cause);
      });
    } catch (cause) {
      throw memberError({ action: `plug member "${this.#host.name}" in`, cause });
    }
  }

  publish(): void {
    const port = this.#port as EmulatedPort;
    if (this.#claim !== undefined) this.#claim.onChange = (change) => this.#linkChanged(change);
    this.#claim?.point(port.devicePath);
    this.#listening ??= this.#listen(port);
    if (!this.#isReading) this.#listening.pause();
    this.lines.begin(port);
    this.#settingsChanged(settingsFrom(port.settings()));
    if (port.applicationOpen) this.#present(true);
  }

  /** Restores the link at once, if another program removed it. */
  repair(): void {
    if (this.#port !== undefined && this.link !== "in-place")
      this.#claim?.point(this.#port.devicePath);
  }

  write(bytes: Uint8Array): number {
    const port = this.#port;
    return port?.isOpen === true ? this.lines.send(port, bytes) : 0;
  }

  notifyWritable(): void {
    this.#listening?.notifyWritable();
  }

  setReading(reading: boolean): void {
    this.#isReading = reading;
    if (reading) this.#listening?.resume();
    else this.#listening?.pause();
  }

  /** The bytes that the driver holds are not known. */
  unreadBytes(): undefined {
    return undefined;
  }

  hasRead(): undefined {
    return undefined;
  }

  discardUnread(): void {
    if (this.#port?.isOpen === true) this.#port.discardUnread();
  }

  settings(): MemberSettings | undefined {
    return this.#port?.isOpen === true ? settingsFrom(this.#port.settings()) : undefined;
  }

  /** Its application sees a pulled cable; the adapter is plugged in again. */
  hangUp(): void {
    this.#replacing ??= this.#replace().finally(() => {
      this.#replacing = undefined;
    });
  }

  reconfigure(config: MemberConfig): void {
    this.lines.rewire(adapterOf(config)?.wires);
  }

  async close(): Promise<void> {
    this.#ending.abort();
    await this.#replacing;
    await this.#opening?.catch(() => undefined); // it was reported; it takes a second, and may end only now
    await this.#drop();
  }

  /** The old one goes first: no host has two devices with one serial number. */
  async #replace(): Promise<void> {
    const attempt = async (): Promise<void> => {
      await this.#drop();
      if (this.#ending.signal.aborted) return;
      await this.open();
      if (this.#ending.signal.aborted) return;
      this.publish();
      this.#host.onWorking();
    };
    const onError = (error: Error): void => this.#host.onError(error, true);
    await retry(attempt, { backoff: this.#backoff, signal: this.#ending.signal, onError });
  }

  /** Pulls it out; nothing comes from it from here on. */
  async #drop(): Promise<void> {
    const port = this.#port;
    this.#port = undefined;
    this.#listening = undefined;
    this.#claim?.withdraw();
    this.lines.end();
    this.#present(false);
    await port?.close().catch((error: unknown) => this.#host.onError(errorOf(error), true));
  }

  /** Events of a replaced adapter are ignored. */
  #listen(port: EmulatedPort): VirtualPortSubscription {
    const isOurs = (): boolean => this.#port === port;
    return port.subscribe({
      onData: (bytes) => isOurs() && this.#host.onData(bytes),
      onWritable: () => isOurs() && this.#host.onWritable(),
      onChange: (change) => isOurs() && this.#changed(change, port),
      onError: (error) => isOurs() && this.#host.onFailure(error),
    });
  }

  #changed(change: VirtualPortChange, port: EmulatedPort): void {
    switch (change.kind) {
      case "settings":
        this.#settingsChanged(settingsFrom(change.settings));
        break;
      case "lines":
        this.lines.outputsChanged(change.lines);
        break;
      case "open":
      case "close":
        this.#present(change.kind === "open");
        break;
      case "unplug": // by another program
        this.#host.onFailure(unplugged(port.path));
        break;
      default: // the link is the claim's, which reports to #linkChanged()
    }
  }

  /** Settings of the driver, before an application has any, are not for the ports that follow. */
  #settingsChanged(settings: MemberSettings): void {
    this.#host.onSettings(settings);
    if (this.#isPresent) void this.#host.line.ask(settings);
  }

  #linkChanged(change: LinkChange): void {
    if (change.kind === "lost") this.#host.onError(change.error, true);
    else this.#host.onLinkRestored();
  }

  #present(isPresent: boolean): void {
    if (isPresent === this.#isPresent) return;
    this.#isPresent = isPresent;
    if (this.#ending.signal.aborted) return;
    this.#host.onPresence(isPresent);
    const settings = isPresent ? this.settings() : undefined;
    if (settings !== undefined) void this.#host.line.ask(settings);
  }
}

function unplugged(path: string): SerialDisconnectedError {
  return new SerialDisconnectedError(`Adapter "${path}" was unplugged by another program`, {
    code: "ERR_SERIAL_DISCONNECTED",
    path,
    operation: "receive",
  });
}
