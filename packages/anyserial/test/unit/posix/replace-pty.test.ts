// A new pty in the place of an old one: its number, the descriptors that stay open, and the result
// when there is none.

import { deepEqual, equal, throws } from "node:assert/strict";
import { constants } from "node:os";
import { test } from "node:test";
import { SerialError } from "anyserial";
import type { Controller, PtySystem } from "../../../dist/posix/pty-system.js";
import { type PtyReplacement, replacePty } from "../../../dist/posix/replace-pty.js";
import { Tty } from "../../../dist/posix/tty.js";
import { FakeLibc, fakePlatform } from "../../helpers/fake-libc.ts";

/** Ptys by descriptor; numbers are given out from the lowest free one, as the kernel does. */
class Ptys {
  readonly numbers = new Map<number, number>();
  /** Numbers that other programs have. */
  readonly taken = new Set<number>();
  /** Ptys that may still be opened. */
  left = Number.POSITIVE_INFINITY;
  canReplace = true;
  #nextFd = 10;

  open(): Controller {
    if (this.left-- <= 0) throw new SerialError("no pty is left", { code: "ENOSPC" });
    const fd = this.#nextFd++;
    let number = 0;
    while (this.taken.has(number) || [...this.numbers.values()].includes(number)) number++;
    this.numbers.set(fd, number);
    return { fd, devicePath: `/dev/pts/${number}` };
  }

  /** Replaces a pty; everything but the calls that a test looks at is plain. */
  replace(old: Controller, prepare: PtyReplacement["prepare"] = () => undefined): string {
    const libc = new FakeLibc();
    libc.close = (fd: number) => Number(!this.numbers.delete(fd));
    const platform = fakePlatform(libc);
    const system = {
      platform,
      openController: () => this.open(),
      renewal: {
        replace: (fd: number, by: number) => {
          if (!this.canReplace) return -constants.errno.EBADF;
          this.numbers.set(fd, this.numbers.get(by) ?? -1);
          return fd;
        },
      },
    } as unknown as PtySystem;
    const tty = new Tty(platform, { fd: old.fd, path: old.devicePath, isPseudoTerminal: true });
    return replacePty({ system, tty, old, prepare, swap: (run) => run() });
  }
}

function setUp(number = 2): { ptys: Ptys; old: Controller } {
  const ptys = new Ptys();
  for (let taken = 0; taken < number; taken++) ptys.taken.add(taken);
  return { ptys, old: ptys.open() };
}

test("replacePty() gives the new pty the old one's number, and keeps nothing else open", () => {
  const { ptys, old } = setUp(2);

  equal(old.devicePath, "/dev/pts/2");
  equal(ptys.replace(old), "/dev/pts/2");

  deepEqual([...ptys.numbers], [[old.fd, 2]]);
});

test("replacePty() gets the old number back though lower ones are free", () => {
  const { ptys, old } = setUp(5);
  ptys.taken.clear();

  equal(ptys.replace(old), "/dev/pts/5");

  deepEqual([...ptys.numbers], [[old.fd, 5]]);
});

test("replacePty() takes another number where the old one is far off", () => {
  const { ptys, old } = setUp(500);
  ptys.taken.clear();

  equal(ptys.replace(old), "/dev/pts/0");

  deepEqual([...ptys.numbers], [[old.fd, 0]]);
});

test("replacePty() is content with one more descriptor", () => {
  const { ptys, old } = setUp(2);
  ptys.left = 1;

  equal(ptys.replace(old), "/dev/pts/3");

  deepEqual([...ptys.numbers], [[old.fd, 3]]);
});

test("replacePty() leaves the old pty as it was where there is no new one", () => {
  const { ptys, old } = setUp(2);
  ptys.left = 0;

  throws(() => ptys.replace(old), { code: "ENOSPC" });

  deepEqual([...ptys.numbers], [[old.fd, 2]]);
});

test("replacePty() leaves the old pty as it was where the new one cannot be made ready", () => {
  const { ptys, old } = setUp(2);
  const prepare = (): never => {
    throw new SerialError("no descriptors are left", { code: "EMFILE" });
  };

  throws(() => ptys.replace(old, prepare), { code: "EMFILE" });

  deepEqual([...ptys.numbers], [[old.fd, 2]]);
});

test("replacePty() leaves the old pty as it was where it cannot take its place", () => {
  const { ptys, old } = setUp(2);
  ptys.canReplace = false;

  throws(() => ptys.replace(old), { code: "EBADF", path: "/dev/pts/2" });

  deepEqual([...ptys.numbers], [[old.fd, 2]]);
});
