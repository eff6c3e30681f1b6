import { equal } from "node:assert/strict";
import { test } from "node:test";
import { bsdVariant } from "../../../dist/bsd/variant.js";

/** `process.platform`, `uname -s`, and which of the four it is. */
const SYSTEMS: readonly (readonly [string, string, string | undefined])[] = [
  ["freebsd", "FreeBSD", "freebsd"],
  ["openbsd", "OpenBSD", "openbsd"],
  ["netbsd", "NetBSD", "netbsd"],
  ["dragonfly", "DragonFly", "dragonfly"],
  // A Node.js built for DragonFly as for FreeBSD: the kernel knows better.
  ["freebsd", "DragonFly", "dragonfly"],
  // Named with a version, as Python does.
  ["freebsd14", "", "freebsd"],
  ["openbsd7", "", "openbsd"],
  ["netbsd11", "", "netbsd"],
  ["dragonfly6", "", "dragonfly"],
  ["linux", "Linux", undefined],
  ["darwin", "Darwin", undefined],
  ["sunos", "SunOS", undefined],
  ["win32", "Windows_NT", undefined],
];

for (const [platform, uname, expected] of SYSTEMS) {
  test(`bsdVariant() finds ${expected} for ${platform} with the kernel "${uname}"`, () => {
    equal(bsdVariant(platform, uname), expected);
  });
}
