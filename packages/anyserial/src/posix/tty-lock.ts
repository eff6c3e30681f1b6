// Exclusive use of one terminal: flock(2) for programs that cooperate, TIOCEXCL for the others. The device
// file systems of FreeBSD and DragonFly have no flock(2) (devfs_vnops.c): there TIOCEXCL does it alone.

import type { Refusals } from "../config/refusals.ts";
import type { Tty } from "./tty.ts";

const FLOCK = { context: "open", operation: "open", syscall: "flock" } as const;
const MARK = { operation: "open", syscall: "ioctl(TIOCEXCL)" } as const;

/** The locks of an open terminal. */
export class TtyLock {
  readonly #tty: Tty;
  #isLocked = false;

  constructor(tty: Tty) {
    this.#tty = tty;
  }

  get isLocked(): boolean {
    return this.#isLocked;
  }

  /**
   * Locks or unlocks.
   *
   * @param locked Whether to lock.
   * @param refusals Gets one where the system has neither lock.
   * @throws {@link PortBusyError} — another program has the port.
   */
  set(locked: boolean, refusals: Refusals): void {
    if (locked === this.#isLocked) return;
    const hasFlock = this.#flock(locked);
    const { abi, fd, libc } = this.#tty;
    const marked = libc.ioctlValue(fd, locked ? abi.TIOCEXCL : abi.TIOCNXCL, 0);
    if (locked && marked === -(abi.errno["EBUSY"] as number)) {
      // Another program that does not use flock(2) marked it since it was opened (macOS reports
      // this).
      libc.flock(fd, abi.LOCK_UN);
      throw this.#tty.failure({ ...MARK, context: "open" }, marked);
    }
    this.#isLocked = locked;
    if (!locked || hasFlock || marked >= 0) return;
    this.#isLocked = false;
    refusals.add("exclusiveAccess", this.#tty.failure({ ...MARK, context: "feature" }, marked));
  }

  /** Releases locks that outlive a descriptor that the process leaves open; never throws. */
  release(): void {
    const { abi, fd, libc } = this.#tty;
    if (this.#isLocked) libc.ioctlValue(fd, abi.TIOCNXCL, 0);
    this.#isLocked = false;
  }

  /** `false` where the device has no such lock. */
  #flock(locked: boolean): boolean {
    const { abi, fd, libc } = this.#tty;
    const result = libc.flock(fd, locked ? abi.LOCK_EX | abi.LOCK_NB : abi.LOCK_UN);
    const { EOPNOTSUPP, ENOTSUP } = abi.errno;
    if (result < 0 && (-result === EOPNOTSUPP || -result === ENOTSUP)) return false;
    this.#tty.check(FLOCK, result);
    return true;
  }
}
