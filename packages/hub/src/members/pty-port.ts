// An emulated port: a pty, and the link that an application opens.

import {
  createVirtualPort,
  type DeviceAccess,
  type VirtualPort,
  type VirtualPortChange,
  type VirtualPortListening,
} from "anyserial/pty";
import type { LinkClaim } from "../links.ts";
import type { MemberSettings, PortMemberConfig } from "../types.ts";
import type { Member, MemberHost } from "./member.ts";

/** An emulated port as a member. */
export class PtyPortMember implements Member {
  readonly kind = "port";
  readonly #claim: LinkClaim;
  readonly #access: DeviceAccess;
  readonly #host: MemberHost;
  #port: VirtualPort | undefined;
  #listening: VirtualPortListening | undefined;
  #isPresent = false;
  #isReading = true;
  #isClosed = false;
  #hasFailed = false;
  #replacing: Promise<void> | undefined;

  constructor(config: PortMemberConfig, claim: LinkClaim, host: MemberHost) {
    this.#claim = claim;
    this.#host = host;
    const { owner, group } = config;
    this.#access = { mode: modeOf(config.mode), owner, group };
  }

  get path(): string {
    return this.#claim.path;
  }

  get devicePath(): string | undefined {
    return this.#port?.devicePath;
  }

  /** Known from the kernel's events; "nobody" is asked again, so that no first byte is missed. */
  get isPresent(): boolean {
    if (this.#isPresent) return true;
    return this.#port?.applicationOpen ?? false;
  }

  /** Makes the pty; it is listened to from {@link PtyPortMember.publish} on. */
  async open(): Promise<void> {
    this.#port = await createVirtualPort(this.#access);
    this.#hasFailed = false;
  }

  publish(): void {
    const port = this.#port as VirtualPort;
    this.#claim.point(port.devicePath);
    this.#listening ??= port.listen({
      onData: (bytes) => this.#host.onData(bytes),
      onWritable: () => this.#host.onWritable(),
      onChange: (change) => this.#changed(change),
    });
    if (!this.#isReading) this.#listening.pause();
    this.#host.onSettings(settingsOf(port));
  }

  /** Makes the link anew if somebody removed it. */
  repair(): void {
    if (this.#port !== undefined && !this.#claim.isInPlace)
      this.#claim.point(this.#port.devicePath);
  }

  write(bytes: Uint8Array): number {
    const port = this.#port;
    if (port === undefined || !port.isOpen) return 0;
    try {
      return port.trySend(bytes);
    } catch (error) {
      if (!this.#hasFailed) this.#host.onError(error as Error, false); // once, not for every message
      this.#hasFailed = true;
      return 0;
    }
  }

  tellWritable(): void {
    this.#listening?.tellWritable();
  }

  setReading(reading: boolean): void {
    this.#isReading = reading;
    if (reading) this.#listening?.resume();
    else this.#listening?.pause();
  }

  unreadBytes(): number {
    return this.#port?.isOpen === true ? this.#port.unreadBytes() : 0;
  }

  discardUnread(): void {
    if (this.#port?.isOpen === true) this.#port.discardUnread();
  }

  settings(): MemberSettings | undefined {
    return this.#port?.isOpen === true ? settingsOf(this.#port) : undefined;
  }

  /** The application sees a hang-up; whoever opens the path next gets a fresh pty. */
  hangUp(): void {
    this.#replacing ??= this.#replace().finally(() => {
      this.#replacing = undefined;
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#replacing;
    await this.#drop();
  }

  async #replace(): Promise<void> {
    await this.#drop();
    if (this.#isClosed) return;
    try {
      await this.open();
      this.publish();
    } catch (error) {
      this.#host.onError(error as Error, false);
    }
  }

  async #drop(): Promise<void> {
    const port = this.#port;
    const wasPresent = this.#isPresent;
    this.#port = undefined;
    this.#listening = undefined;
    this.#isPresent = false;
    if (wasPresent && !this.#isClosed) this.#host.onPresence(false);
    await port?.close();
  }

  #changed(change: VirtualPortChange): void {
    if (change.kind === "settings") this.#host.onSettings(settingsFrom(change.settings));
    else {
      this.#isPresent = change.kind === "open";
      this.#host.onPresence(this.#isPresent);
    }
  }
}

/** Permission bits from a number or from octal digits; `undefined` stays so. */
function modeOf(mode: number | string | undefined): number | undefined {
  return typeof mode === "string" ? Number.parseInt(mode, 8) : mode;
}

function settingsOf(port: VirtualPort): MemberSettings {
  return settingsFrom(port.settings());
}

function settingsFrom(settings: ReturnType<VirtualPort["settings"]>): MemberSettings {
  const { baudRate, dataBits, stopBits, parity, raw, echo } = settings;
  return { baudRate: baudRate ?? 0, dataBits, stopBits, parity, raw, echo };
}
