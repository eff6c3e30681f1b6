// A member in memory and its host: the test lets calls fail, and reads the reports.

import type { LinkState, MemberSettings } from "@anyserial/hub";
import type { LineEnd, LineHost } from "../../dist/engine/line-end.js";
import type { Member, MemberHost } from "../../dist/engine/member.js";
import { NO_SIGNALS } from "../../dist/model/line-levels.js";

/** Calls of a member, each of which may fail. */
export type MemberCall = Exclude<keyof Member, "kind">;

/** A member that takes everything. */
export class FakeMember implements Required<Member> {
  readonly kind = "port";
  /** Calls that were made, in order. */
  readonly calls: MemberCall[] = [];
  /** Throws whatever is thrown there. */
  enter: (call: MemberCall) => void = () => undefined;

  get path(): string {
    this.#enter("path");
    return "/fake";
  }

  get devicePath(): string {
    this.#enter("devicePath");
    return "/dev/pts/fake";
  }

  get peer(): undefined {
    this.#enter("peer");
    return undefined;
  }

  get link(): LinkState {
    this.#enter("link");
    return "in-place";
  }

  get isPresent(): boolean {
    this.#enter("isPresent");
    return true;
  }

  write(bytes: Uint8Array): number {
    this.#enter("write");
    return bytes.length;
  }

  notifyWritable(): void {
    this.#enter("notifyWritable");
  }

  setReading(): void {
    this.#enter("setReading");
  }

  unreadBytes(): number {
    this.#enter("unreadBytes");
    return 0;
  }

  hasRead(): boolean {
    this.#enter("hasRead");
    return true;
  }

  discardUnread(): void {
    this.#enter("discardUnread");
  }

  settings(): MemberSettings | undefined {
    this.#enter("settings");
    return undefined;
  }

  get lines(): LineEnd {
    this.#enter("lines");
    return { isReal: true, levels: () => undefined, setSignals: () => undefined };
  }

  get hasFraming(): boolean {
    this.#enter("hasFraming");
    return false;
  }

  async follow(): Promise<void> {
    this.#enter("follow");
  }

  async discardLine(): Promise<void> {
    this.#enter("discardLine");
  }

  clients(): [] {
    this.#enter("clients");
    return [];
  }

  hangUp(): void {
    this.#enter("hangUp");
  }

  async open(): Promise<void> {
    this.#enter("open");
  }

  publish(): void {
    this.#enter("publish");
  }

  repair(): void {
    this.#enter("repair");
  }

  async setControlLines(): Promise<void> {
    this.#enter("setControlLines");
  }

  reconfigure(): void {
    this.#enter("reconfigure");
  }

  async close(): Promise<void> {
    this.#enter("close");
  }

  #enter(call: MemberCall): void {
    this.calls.push(call);
    this.enter(call);
  }
}

/** Reports of a member. */
export class FakeHost implements MemberHost {
  readonly name = "net/a";
  readonly errors: Error[] = [];
  readonly refusedSettings: (Error | undefined)[] = [];
  readonly line: LineHost = {
    onSignals: () => undefined,
    readSignals: async () => NO_SIGNALS,
    onWants: () => undefined,
    onError: () => undefined,
    ask: async () => undefined,
    settingsInForce: () => undefined,
    onFollowed: (error) => void this.refusedSettings.push(error),
    discard: async () => undefined,
  };
  readonly failedLooks: Error[] = [];
  timesWorking = 0;

  onData(): void {}
  onWritable(): void {}
  onPresence(): void {}
  onSettings(): void {}
  onLost(): void {}

  onError(error: Error): void {
    this.errors.push(error);
  }

  onRefused(): void {}
  onWarning(): void {}
  onFailure(): void {}

  onQueryFailed(error: Error): void {
    this.failedLooks.push(error);
  }

  onWorking(): void {
    this.timesWorking++;
  }

  onLinkRestored(): void {}
}
