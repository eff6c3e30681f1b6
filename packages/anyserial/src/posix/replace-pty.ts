// A new pty in the place of one that cannot be used any more, under the same descriptor.

import type { Controller, PtySystem } from "./pty-system.ts";
import type { Tty } from "./tty.ts";

const REPLACE = { context: "open", operation: "create", syscall: "dup" } as const;

/** The path of the device stays if the system gives its number back within this many tries. */
const MOST_TRIES = 8;

/** The pty to replace, and the calls for it. */
export interface PtyReplacement {
  readonly system: PtySystem;
  readonly tty: Tty;
  readonly old: Controller;
  /** Makes a new pty ready: its settings are those of the old one. */
  prepare(controller: Controller): void;
  /** Runs a function that puts another file under the old descriptor. */
  swap(run: () => void): void;
}

/**
 * Replaces a pty. The new device has the path of the old one if the system gives it back: numbers are
 * used again, the lowest first.
 *
 * @returns Path of the new device.
 * @throws SerialError: there is no new pty; the old one is as it was.
 */
export function replacePty(replacement: PtyReplacement): string {
  const { system, old } = replacement;
  const spares = [openSpare(replacement)];
  let path = old.devicePath;
  try {
    replacement.swap(() => {
      path = movePty(replacement, spares);
    });
  } finally {
    for (const { fd } of spares) system.platform.libc.close(fd);
  }
  return path;
}

/** The old number is free once the first spare pty has taken the old one's place. */
function movePty(replacement: PtyReplacement, spares: Controller[]): string {
  const { system, tty, old } = replacement;
  const take = (by: Controller): number => system.renewal?.replace(old.fd, by.fd) ?? 0;
  const [first] = spares as [Controller];
  tty.check(REPLACE, take(first));
  try {
    while (spares.length < MOST_TRIES) {
      const next = openSpare(replacement);
      spares.push(next);
      if (next.devicePath === old.devicePath && take(next) >= 0) return next.devicePath;
    }
  } catch {
    // No descriptors left: the first one will do.
  }
  return first.devicePath;
}

function openSpare({ system, prepare }: PtyReplacement): Controller {
  const spare = system.openController();
  try {
    prepare(spare);
    return spare;
  } catch (error) {
    system.platform.libc.close(spare.fd);
    throw error;
  }
}
