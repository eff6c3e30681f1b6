// Which BSD runs. The kernel's own name comes first: Node.js may call DragonFly freebsd.

/** Systems that the backend knows, by the runtime's name of the platform. */
export const BSD_VARIANTS = ["freebsd", "openbsd", "netbsd", "dragonfly"] as const;
/** One of the four. */
export type BsdVariant = (typeof BSD_VARIANTS)[number];

/**
 * Returns which of the four systems runs.
 *
 * @param platform Platform as the runtime names it: `freebsd`, also with a version behind.
 * @param uname Name that the kernel gives itself: `FreeBSD`, `DragonFly`, …
 * @returns `undefined` for any other system.
 */
export function bsdVariant(platform: string, uname: string): BsdVariant | undefined {
  for (const name of [uname.toLowerCase(), platform]) {
    const found = BSD_VARIANTS.find((variant) => name.startsWith(variant));
    if (found !== undefined) return found;
  }
  return undefined;
}
