// A port over a fake kernel, and what wakes it.

import type { PosixPlatform } from "../../dist/posix/posix-platform.js";
import { PosixPort } from "../../dist/posix/posix-port.js";
import { FakeLibc, fakePlatform, words } from "./fake-libc.ts";
import { FakeReadiness, type FakeWatch } from "./fake-readiness.ts";

/** Settings of a line that needs no time. */
const FAST = words(44, { 36: 0xffff_ffff, 40: 0xffff_ffff });

/** What a test works on. */
export interface PortSetUp {
  readonly libc: FakeLibc;
  readonly port: PosixPort;
  readonly watch: FakeWatch;
}

/** Opens one. */
export function setUpPort(
  changes: Partial<PosixPlatform> = {},
  isPseudoTerminal = false,
): PortSetUp {
  const libc = new FakeLibc();
  libc.openFds.add(7);
  libc.termios = FAST.slice();
  const readiness = new FakeReadiness();
  const handle = { fd: 7, path: "/dev/ttyS4", isPseudoTerminal };
  const port = new PosixPort(fakePlatform(libc, changes), handle, readiness);
  return { libc, port, watch: readiness.watches[0] as FakeWatch };
}
