// A link on POSIX systems: made, led to another device, restored when it was removed, and released.

import { readlinkSync } from "node:fs";
import type { LinkChange, LinkOptions, LinkState, PortLink } from "../../backend/port-link.ts";
import type { SerialError } from "../../errors/errors.ts";
import { clearTimeout, clockMs, setTimeout } from "../../process/timers.ts";
import type { FolderSystem } from "./folder.ts";
import { LinkErrors } from "./link-errors.ts";
import { lockName } from "./link-lock.ts";
import { LinkPlace, leadsTo } from "./link-place.ts";
import type { MadeFolders } from "./made-folders.ts";

/** The place to watch. */
export interface WatchedPlace {
  /** Path without links. */
  readonly folder: string;
  /** Names in it that matter. */
  readonly names: readonly string[];
}

export interface LinkSystem extends FolderSystem {
  readonly made: MadeFolders;
  /**
   * Calls back when a place may have changed: more often than needed, never too rarely. Does not
   * keep the process alive. Never fails: a place that cannot be watched is polled.
   *
   * @returns Stops it.
   */
  readonly watchPlace: (place: WatchedPlace, onHint: () => void) => () => void;
}

/**
 * Delay of the check after a change, so as not to disturb a program that removes a whole folder, in
 * milliseconds.
 */
const SETTLE_MS = 100;
/** A link that is removed again and again is restored this often, in milliseconds. */
const RESTORE_EVERY_MS = 1000;
/** While it cannot be restored, it is tried again this often, in milliseconds. */
const RETRY_EVERY_MS = 5000;

/**
 * Claims a path; nothing but the lock is visible there yet.
 *
 * @param system The running system.
 * @param path Absolute path.
 * @param options Code of errors, and whom to call at the end.
 * @throws `PortBusyError` — another process has the path, or something else is there.
 * @throws `PortPermissionError`, `ConfigurationError`, `SerialError` — the path cannot be used.
 */
export function claimPosixLink(
  system: LinkSystem,
  path: string,
  options: LinkOptions = {},
): PortLink {
  const { heldCode = "EEXIST", onRelease } = options;
  const errors = new LinkErrors({ path, heldCode, errno: system.abi.errno });
  const take = (own: ReadonlySet<string>): LinkPlace =>
    LinkPlace.take({ system, made: system.made, path, errors }, own);
  return new PosixPortLink({ system, path, errors, take, onRelease });
}

interface LinkParts {
  readonly system: LinkSystem;
  readonly path: string;
  readonly errors: LinkErrors;
  readonly take: (own: ReadonlySet<string>) => LinkPlace;
  readonly onRelease: (() => void) | undefined;
}

class PosixPortLink implements PortLink {
  readonly path: string;
  onChange: ((change: LinkChange) => void) | undefined;
  readonly #parts: LinkParts;
  #place: LinkPlace;
  /** Where the link leads. */
  #device: string | undefined;
  /** Targets of a link at the path that is ours, or was left. */
  #own: ReadonlySet<string>;
  #unwatch: (() => void) | undefined;
  #check: { readonly timer: NodeJS.Timeout; readonly dueAt: number } | undefined;
  #restoredAt = Number.NEGATIVE_INFINITY;
  #isLost = false;
  #isReleased = false;

  constructor(parts: LinkParts) {
    this.#parts = parts;
    this.path = parts.path;
    this.#place = parts.take(new Set());
    this.#own = this.#place.left;
  }

  get state(): LinkState {
    try {
      const target = readlinkSync(this.path);
      return target === this.#device ? "in-place" : "taken";
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === "EINVAL" ? "taken" : "missing";
    }
  }

  point(device: string): void {
    if (this.#isReleased || (device === this.#device && this.state === "in-place")) return;
    const isFirst = this.#device === undefined;
    this.#own = new Set([...this.#own, device]);
    this.#place.record([...this.#own]);
    if (isFirst) {
      this.#put(device);
      this.#device = device;
      this.#parts.errors.operation = "restore";
    } else {
      this.#device = device;
      this.#tryPut(device);
    }
    this.#watch();
  }

  withdraw(): void {
    if (this.#isReleased || this.#device === undefined) return;
    this.#device = undefined;
    this.#isLost = false;
    clearTimeout(this.#check?.timer);
    this.#check = undefined;
    this.#place.withdraw(this.#own);
  }

  release(): void {
    if (this.#isReleased) return;
    this.#isReleased = true;
    clearTimeout(this.#check?.timer);
    this.#unwatch?.();
    const devices = this.#device === undefined ? new Set<string>() : this.#own;
    this.#place.release(devices);
    this.#parts.onRelease?.();
  }

  /** Puts the link where the path leads now. */
  #put(device: string): void {
    if (!this.#place.isInPlace) this.#move();
    const { folder, name } = this.#place;
    if (!folder.put(name, device, (entry) => leadsTo(entry, this.#own))) {
      throw this.#parts.errors.taken(folder.setAside.splice(0));
    }
    this.#own = new Set([device]);
  }

  /** Takes the place again: another program removed or renamed the folder, or removed the lock. */
  #move(): void {
    const before = this.#place;
    this.#place = this.#parts.take(this.#own);
    this.#place.record([...this.#own]);
    const isElsewhere = before.folder.identity !== this.#place.folder.identity;
    before.release(isElsewhere ? this.#own : new Set());
  }

  /** @returns Whether the link is there. */
  #tryPut(device: string): boolean {
    try {
      this.#put(device);
      return true;
    } catch (error) {
      this.#lose(error as SerialError); // the errors of #put()
      return false;
    }
  }

  #lose(error: SerialError): void {
    this.#schedule(RETRY_EVERY_MS);
    if (this.#isLost) return;
    this.#isLost = true;
    this.onChange?.({ kind: "lost", error });
  }

  #watch(): void {
    this.#unwatch?.();
    const { folder, name } = this.#place;
    const place = { folder: folder.path, names: [name, lockName(name)] };
    this.#unwatch = this.#parts.system.watchPlace(place, () => this.#onHint());
  }

  #onHint(): void {
    if (this.#isLost || this.state !== "in-place" || !this.#place.isInPlace) {
      const wait = this.#restoredAt + RESTORE_EVERY_MS - clockMs();
      this.#schedule(Math.max(SETTLE_MS, wait));
    }
  }

  /** Schedules a check; an earlier one stays. */
  #schedule(delayMs: number): void {
    const dueAt = clockMs() + delayMs;
    if (this.#check !== undefined && this.#check.dueAt <= dueAt) return;
    clearTimeout(this.#check?.timer);
    this.#check = { timer: setTimeout(() => this.#verify(), delayMs).unref(), dueAt };
  }

  #verify(): void {
    this.#check = undefined;
    const device = this.#device;
    if (device === undefined || this.#isReleased) return;
    const { state } = this;
    if (state === "taken") this.#lose(this.#parts.errors.taken());
    else if (this.#tryPut(device) && (this.#isLost || state === "missing")) {
      this.#isLost = false;
      this.#restoredAt = clockMs();
      this.onChange?.({ kind: "restored" });
    }
    this.#watch();
  }
}
