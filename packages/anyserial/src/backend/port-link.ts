// The path that an application opens in place of a pty: the contract of a platform's links.

import type { SerialError } from "../errors/errors.ts";

/** State of a link's path: the link itself, nothing, or another program's file. */
export type LinkState = "in-place" | "missing" | "taken";

/** A change of a link that another program removed or replaced. */
export type LinkChange =
  /** It had been removed, and is there again. */
  | { readonly kind: "restored" }
  /** It cannot be restored: reported once, until it is there again. */
  | { readonly kind: "lost"; readonly error: SerialError };

/** How to claim a path. */
export interface LinkOptions {
  /**
   * Code of the error when another program has claimed the path.
   * @defaultValue `EEXIST`
   */
  readonly heldCode?: string | undefined;
  /** Called once, after the path was released. */
  readonly onRelease?: (() => void) | undefined;
}

/**
 * A path that belongs to this process until it is released. Guarantees: of two programs that claim
 * the same path at the same moment exactly one succeeds; another program's file at the path is
 * never overwritten or removed, whenever it appears; a link made by another user never decides
 * where files are made or removed.
 */
export interface PortLink {
  /** Absolute: a later change of the working directory does not move it. */
  readonly path: string;
  /** State of the path. */
  readonly state: LinkState;
  /** Called when the link was restored, or cannot be; does not keep the process alive. */
  onChange: ((change: LinkChange) => void) | undefined;
  /**
   * Lets the path lead to a device, in one step. Restored from then on whenever it is removed.
   *
   * @throws {@link SerialError} — the first time only; later failures go to `onChange`.
   */
  point(device: string): void;
  /**
   * Removes the link, for as long as there is no device behind it: its name may soon be another program's.
   * The path stays claimed, and `point()` begins as for the first time. Never throws.
   */
  withdraw(): void;
  /**
   * Removes the link, its lock, and the folders that were made for it and are empty. Idempotent; never
   * throws, and never waits: it also runs while the process exits.
   */
  release(): void;
}
