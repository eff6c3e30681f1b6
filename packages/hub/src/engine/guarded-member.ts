// The error boundary of a member, and the only place that decides the effect of a failed call: the
// member reports it and is opened again, and the rest of the hub continues. None of its calls
// throws.

import { UnsupportedFeatureError } from "anyserial";
import type {
  ClientSnapshot,
  LineRequest,
  LinkState,
  MemberConfig,
  MemberKind,
  MemberSettings,
} from "../model/types.ts";
import { errorOf } from "../process/error-of.ts";
import { Backoff } from "./backoff.ts";
import type { LineWish } from "./following.ts";
import { GuardedLines } from "./guarded-lines.ts";
import type { LineEnd, LineQueue } from "./line-end.ts";
import type { Member, MemberHost } from "./member.ts";
import { pause } from "./pause.ts";
import { MEMBER_PAUSES, type MemberPauses } from "./pauses.ts";
import { retry } from "./retry.ts";

/** An application has taken its pty for itself (TIOCEXCL): nothing has failed. */
const TAKEN = "EBUSY";

/** A member behind its boundary. */
export class GuardedMember implements Required<Member> {
  readonly kind: MemberKind;
  readonly #member: Member;
  readonly #host: MemberHost;
  readonly #renewals: Backoff;
  readonly #openings: Backoff;
  readonly #ending = new AbortController();
  /** Names of the queries that failed the last time. */
  readonly #failedQueries = new Set<string>();
  #path = "";
  /** Why it is not open yet. */
  #openError: Error | undefined;
  #isRenewing = false;
  #guardedLines: { readonly of: LineEnd; readonly guarded: GuardedLines } | undefined;

  /**
   * @param member The guarded member.
   * @param host Where it reports.
   * @param pauses How long it waits before it tries again.
   */
  constructor(member: Member, host: MemberHost, pauses: MemberPauses = MEMBER_PAUSES) {
    this.#member = member;
    this.#host = host;
    this.#renewals = new Backoff(pauses.renewal);
    this.#openings = new Backoff(pauses.opening);
    this.kind = member.kind;
  }

  /** The last one that is known. */
  get path(): string {
    this.#path = this.#query("path", () => this.#member.path) ?? this.#path;
    return this.#path;
  }

  get devicePath(): string | undefined {
    return this.#query("devicePath", () => this.#member.devicePath);
  }

  get peer(): string | undefined {
    return this.#query("peer", () => this.#member.peer);
  }

  get link(): LinkState | undefined {
    return this.#query("link", () => this.#member.link);
  }

  get isPresent(): boolean {
    try {
      return this.#member.isPresent;
    } catch (error) {
      this.fail(error);
      return false;
    }
  }

  write(bytes: Uint8Array): number {
    try {
      return this.#member.write(bytes);
    } catch (error) {
      this.fail(error);
      return 0;
    }
  }

  notifyWritable(): void {
    this.#run(() => this.#member.notifyWritable());
  }

  setReading(reading: boolean): void {
    this.#run(() => this.#member.setReading(reading));
  }

  unreadBytes(): number | undefined {
    return this.#query("unreadBytes", () => this.#member.unreadBytes());
  }

  hasRead(): ReturnType<Member["hasRead"]> {
    const found = this.#query("hasRead", () => this.#member.hasRead());
    return found instanceof Promise ? found.catch(() => undefined) : found;
  }

  discardUnread(): void {
    this.#run(() => this.#member.discardUnread());
  }

  settings(): MemberSettings | undefined {
    return this.#query("settings", () => this.#member.settings());
  }

  get hasFraming(): boolean {
    return this.#query("hasFraming", () => this.#member.hasFraming) ?? false;
  }

  get lines(): GuardedLines | undefined {
    const lines = this.#query("lines", () => this.#member.lines);
    if (lines === undefined) return undefined;
    if (this.#guardedLines?.of !== lines) {
      const guarded = new GuardedLines(lines, (error) => this.#host.onQueryFailed(errorOf(error)));
      this.#guardedLines = { of: lines, guarded };
    }
    return this.#guardedLines.guarded;
  }

  clients(): readonly ClientSnapshot[] {
    return this.#query("clients", () => this.#member.clients?.()) ?? [];
  }

  async follow(wish: LineWish): Promise<void> {
    try {
      await this.#member.follow?.(wish);
    } catch (error) {
      this.#host.line.onFollowed(errorOf(error));
    }
  }

  async discardLine(queue: LineQueue): Promise<void> {
    try {
      await this.#member.discardLine?.(queue);
    } catch (error) {
      this.#host.onQueryFailed(errorOf(error));
    }
  }

  hangUp(): void {
    this.#attempt(() => this.#member.hangUp());
  }

  /**
   * Opens the member's resources.
   *
   * @param isFatal Selects failures that the caller handles; after any other, `publish()` tries
   *   again.
   * @throws The reason that it cannot be opened, if `isFatal` says so.
   */
  async open(isFatal: (error: Error) => boolean = () => true): Promise<void> {
    try {
      await this.#member.open?.();
    } catch (error) {
      if (isFatal(errorOf(error))) throw error;
      this.#openError = errorOf(error);
    }
  }

  publish(): void {
    const error = this.#openError;
    this.#openError = undefined;
    if (error === undefined) this.#run(() => this.#member.publish?.());
    else void this.#openLater(error);
  }

  /** A failed repair leaves the member unchanged. */
  repair(): void {
    this.#attempt(() => this.#member.repair?.());
  }

  /** Options that fail leave the member unchanged. */
  reconfigure(config: MemberConfig): void {
    this.#attempt(() => this.#member.reconfigure?.(config));
  }

  /**
   * Sets lines of a real port; the caller handles a failure.
   *
   * @throws `UnsupportedFeatureError` — the member has no lines.
   * @throws As `SerialPort.setControlLines()`.
   */
  async setControlLines(lines: LineRequest): Promise<void> {
    const set = this.#member.setControlLines?.(lines);
    if (set === undefined) throw noLines(this.path);
    await set;
  }

  async close(): Promise<void> {
    this.#ending.abort();
    try {
      await this.#member.close();
    } catch (error) {
      this.#host.onError(errorOf(error), false);
    }
  }

  /** A call failed: the member disconnects its application or peer, and is opened again. */
  fail(error: unknown): void {
    if (this.#ending.signal.aborted) return;
    if (!this.#isTaken(error)) this.#host.onError(errorOf(error), true);
    if (!this.#isRenewing) void this.#renew();
  }

  /** In a task of its own, since the caller may be in the middle of an operation. */
  async #renew(): Promise<void> {
    this.#isRenewing = true;
    await pause(this.#renewals.next(), this.#ending.signal);
    this.#isRenewing = false;
    if (!this.#ending.signal.aborted) this.hangUp();
  }

  async #openLater(error: Error): Promise<void> {
    const { signal } = this.#ending;
    const backoff = this.#openings;
    const onError = (failure: Error): void => this.#host.onError(failure, true);
    onError(error);
    await pause(backoff.next(), signal);
    const attempt = async (): Promise<void> => this.#member.open?.();
    await retry(attempt, { backoff, signal, onError });
    if (signal.aborted) return;
    this.#host.onWorking();
    this.publish();
  }

  /** Reports a failure that changes nothing. */
  #attempt(call: () => void): void {
    try {
      call();
    } catch (error) {
      this.#host.onError(errorOf(error), false);
    }
  }

  #run(call: () => void): void {
    try {
      call();
    } catch (error) {
      this.fail(error);
    }
  }

  /** A failed query returns nothing; the application keeps its port. */
  #query<T>(name: string, query: () => T): T | undefined {
    try {
      const found = query();
      this.#failedQueries.delete(name);
      return found;
    } catch (error) {
      const isKnown = this.#failedQueries.has(name);
      this.#failedQueries.add(name);
      if (!isKnown && !this.#isTaken(error)) this.#host.onQueryFailed(errorOf(error));
      return undefined;
    }
  }

  #isTaken(error: unknown): boolean {
    const { code } = errorOf(error) as NodeJS.ErrnoException;
    return this.kind === "port" && code === TAKEN;
  }
}

function noLines(path: string): UnsupportedFeatureError {
  return new UnsupportedFeatureError(`Cannot set lines of "${path}": it is no real port`, {
    code: "ERR_SERIAL_UNSUPPORTED",
    path,
    operation: "setControlLines",
  });
}
