// An emulated port: a pty, and the link that an application opens.

import type { LinkChange, LinkState, PortLink } from "anyserial/link";
import {
  createVirtualPort,
  type DeviceAccess,
  type VirtualPort,
  type VirtualPortChange,
  type VirtualPortPreset,
  type VirtualPortSubscription,
} from "anyserial/pty";
import { Backoff } from "../engine/backoff.ts";
import type { LineWish } from "../engine/following.ts";
import type { Member, MemberHost } from "../engine/member.ts";
import { MEMBER_PAUSES, type MemberPauses } from "../engine/pauses.ts";
import { retry } from "../engine/retry.ts";
import type { MemberSettings, PortMemberConfig } from "../model/types.ts";
import { errorOf } from "../process/error-of.ts";
import { memberError } from "./member-error.ts";
import { modeOf, settingsFrom } from "./port-settings.ts";

const ACCESS_HINTS = {
  EPERM: "run the hub as root, or leave out owner and give a group that this user is in",
} as const;

/** Makes the pty: `createVirtualPort()`, or a test's own. */
export type CreatePty = (access: DeviceAccess) => Promise<VirtualPort>;

/** Arguments of {@link PtyPortMember}. */
export interface PtyPortParts {
  /** The path of its link. */
  readonly claim: PortLink;
  readonly create?: CreatePty | undefined;
  readonly pauses?: MemberPauses | undefined;
  /** Settings that the first application finds. */
  readonly preset?: LineWish | undefined;
}

/** An emulated port as a member. */
export class PtyPortMember implements Member {
  readonly kind = "port";
  readonly #claim: PortLink;
  readonly #access: DeviceAccess;
  readonly #create: CreatePty;
  readonly #host: MemberHost;
  readonly #ending = new AbortController();
  readonly #backoff: Backoff;
  readonly #preset: LineWish | undefined;
  #port: VirtualPort | undefined;
  #listening: VirtualPortSubscription | undefined;
  #isPresent = false;
  #isReading = true;
  #replacing: Promise<void> | undefined;

  constructor(config: PortMemberConfig, parts: PtyPortParts, host: MemberHost) {
    const { claim, create = createVirtualPort, pauses = MEMBER_PAUSES, preset } = parts;
    this.#claim = claim;
    this.#backoff = new Backoff(pauses.replacement);
    this.#create = create;
    this.#host = host;
    this.#preset = preset;
    const { owner, group } = config;
    this.#access = { mode: modeOf(config.mode), owner, group };
  }

  get path(): string {
    return this.#claim.path;
  }

  get devicePath(): string | undefined {
    return this.#port?.devicePath;
  }

  /** State of the path. */
  get link(): LinkState {
    return this.#claim.state;
  }

  /**
   * Known from the kernel's events. An absent application is checked again, so that no first byte
   * is missed.
   */
  get isPresent(): boolean {
    if (this.#isPresent) return true;
    return this.#port?.applicationOpen ?? false;
  }

  /** Makes the pty; it is listened to from {@link PtyPortMember.publish} on. */
  async open(): Promise<void> {
    const port = await this.#createPort();
    this.#port = port;
    void port.closed.then((cause) => {
      if (cause !== undefined && this.#port === port) this.#host.onFailure(cause);
    });
  }

  async #createPort(): Promise<VirtualPort> {
    try {
      const port = await this.#create(this.#access);
      if (this.#preset !== undefined) port.preset(presetOf(this.#preset));
      return port;
    } catch (cause) {
      const action = `create the port of member "${this.#host.name}"`;
      throw memberError({ action, cause, hints: ACCESS_HINTS });
    }
  }

  publish(): void {
    const port = this.#port as VirtualPort;
    this.#claim.onChange = (change) => this.#linkChanged(change);
    this.#claim.point(port.devicePath);
    this.#listening ??= this.#listen(port);
    if (!this.#isReading) this.#listening.pause();
    this.#host.onSettings(settingsOf(port));
    if (port.applicationOpen) this.#present(true); // it was there before it was listened to
  }

  /** Events of a replaced pty are ignored. */
  #listen(port: VirtualPort): VirtualPortSubscription {
    const isOurs = (): boolean => this.#port === port;
    return port.subscribe({
      onData: (bytes) => {
        if (this.#port === port) this.#host.onData(bytes); // each message comes this way
      },
      onWritable: () => isOurs() && this.#host.onWritable(),
      onChange: (change) => isOurs() && this.#changed(change),
      onError: (error) => isOurs() && this.#host.onFailure(error),
    });
  }

  /** Restores the link at once, if another program removed it. */
  repair(): void {
    if (this.#port !== undefined && this.link !== "in-place")
      this.#claim.point(this.#port.devicePath);
  }

  write(bytes: Uint8Array): number {
    return this.#port?.isOpen === true ? this.#port.trySend(bytes) : 0;
  }

  notifyWritable(): void {
    this.#listening?.notifyWritable();
  }

  setReading(reading: boolean): void {
    this.#isReading = reading;
    if (reading) this.#listening?.resume();
    else this.#listening?.pause();
  }

  unreadBytes(): number | undefined {
    return this.#port?.isOpen === true ? this.#port.unreadBytes() : 0;
  }

  hasRead(): boolean | undefined {
    return this.#port?.isOpen === true ? this.#port.hasApplicationRead() : undefined;
  }

  discardUnread(): void {
    if (this.#port?.isOpen === true) this.#port.discardUnread();
  }

  settings(): MemberSettings | undefined {
    return this.#port?.isOpen === true ? settingsOf(this.#port) : undefined;
  }

  /** The application sees a hang-up; the next open of the path gets a fresh pty. */
  hangUp(): void {
    this.#replacing ??= this.#replace().finally(() => {
      this.#replacing = undefined;
    });
  }

  async close(): Promise<void> {
    this.#ending.abort();
    await this.#replacing;
    await this.#drop();
  }

  /**
   * Retries until there is a new pty, since a missing resource, such as a free pty, may be
   * available later. The path leads to the new one before the old one is closed, or nowhere: the
   * name of a closed pty is soon reused.
   */
  async #replace(): Promise<void> {
    let old = this.#detach();
    const closeOld = async (): Promise<void> => {
      const port = old;
      old = undefined;
      await port?.close().catch((error: unknown) => this.#host.onError(errorOf(error), true));
    };
    const attempt = async (): Promise<void> => {
      await this.#drop();
      try {
        await this.open();
        if (this.#ending.signal.aborted) return;
        this.publish();
      } catch (error) {
        this.#claim.withdraw();
        await closeOld();
        throw error;
      }
      this.#host.onWorking();
      await closeOld();
    };
    const onError = (error: Error): void => this.#host.onError(error, true);
    await retry(attempt, { backoff: this.#backoff, signal: this.#ending.signal, onError });
    await closeOld();
  }

  async #drop(): Promise<void> {
    await this.#detach()?.close();
  }

  /** From here on nothing comes from the pty, and nothing goes to it. @returns The pty. */
  #detach(): VirtualPort | undefined {
    const port = this.#port;
    const wasPresent = this.#isPresent;
    this.#port = undefined;
    this.#listening = undefined;
    this.#isPresent = false;
    if (wasPresent && !this.#ending.signal.aborted) this.#host.onPresence(false);
    return port;
  }

  #linkChanged(change: LinkChange): void {
    if (change.kind === "lost") this.#host.onError(change.error, true);
    else this.#host.onLinkRestored();
  }

  #changed(change: VirtualPortChange): void {
    switch (change.kind) {
      case "settings":
        this.#host.onSettings(settingsFrom(change.settings));
        break;
      case "replaced":
        this.#lead(change.devicePath);
        break;
      case "open":
      case "close":
        this.#present(change.kind === "open");
        break;
      default: // the link is the claim's, which reports to #linkChanged()
    }
  }

  #present(isPresent: boolean): void {
    if (isPresent === this.#isPresent) return;
    this.#isPresent = isPresent;
    this.#host.onPresence(isPresent);
  }

  #lead(devicePath: string): void {
    try {
      this.#claim.point(devicePath);
    } catch (error) {
      this.#host.onFailure(error);
    }
  }
}

function settingsOf(port: VirtualPort): MemberSettings {
  return settingsFrom(port.settings());
}

function presetOf({ baudRate, stopBits, flowControl }: LineWish): VirtualPortPreset {
  const flow = { rtsCts: flowControl === "hardware", xonXoff: flowControl === "software" };
  return { baudRate, stopBits, flowControl: flow };
}
