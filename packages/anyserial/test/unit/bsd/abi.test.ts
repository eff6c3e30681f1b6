// The tables against test/fixtures/bsd-constants.json: the values that clang gives for the headers
// of each target, cross-checked with the Rust libc crate and golang.org/x/sys. Values that are
// easily taken from another system are written out once more. `npm run check:abi` asks the Rust
// crate itself.

import { deepEqual, equal, notEqual } from "node:assert/strict";
import { test } from "node:test";
import { bsdAbi } from "../../../dist/bsd/abi.js";
import { BSD_VARIANTS, type BsdVariant } from "../../../dist/bsd/variant.js";
import type { BsdFamilyAbi } from "../../../dist/posix/bsd-abi.js";
import { TIOCM } from "../../../dist/posix/posix-abi.js";
import { BSD_TARGETS, BsdFacts } from "../../helpers/bsd-facts.ts";

/** Names in the headers for constants that have another name here. */
const HEADER_NAMES: Readonly<Record<string, string>> = {
  TERMIOS_GET: "TIOCGETA",
  TERMIOS_SET: "TIOCSETA",
};

function abiOf(target: string): BsdFamilyAbi {
  const [variant, cpu = ""] = target.split("-");
  const abi = bsdAbi(variant as BsdVariant, cpu); // the fixture names them so
  if (abi === undefined) throw new Error(`no table for ${target}`);
  return abi;
}

const targets = BSD_TARGETS.filter((target) => !target.startsWith("darwin"));

test("the fixture has the four systems on eight CPUs and systems, and two of macOS", () => {
  equal(targets.length, 9);
  equal(BSD_TARGETS.length, 11);
});

for (const target of targets) {
  const abi = abiOf(target);
  const facts = new BsdFacts(target);

  test(`bsdAbi() agrees with the headers of ${target} on every constant`, () => {
    const numbers = Object.entries({ ...abi, ...abi.kqueue }).filter(
      (entry): entry is [string, number] => typeof entry[1] === "number",
    );
    equal(numbers.length > 60, true);
    for (const [name, value] of numbers) {
      if (name === "DTRDSR") continue; // made of two
      equal(value, facts.constant(HEADER_NAMES[name] ?? name), name);
    }
    for (const [line, bit] of Object.entries(TIOCM)) equal(bit, facts.constant(`TIOCM_${line}`));
  });

  test(`bsdAbi() agrees with the headers of ${target} on both halves of each flow control`, () => {
    equal(abi.CRTSCTS, facts.constant("CCTS_OFLOW") | facts.constant("CRTS_IFLOW"));
    const halves = [facts.find("CDTR_IFLOW"), facts.find("CDSR_OFLOW")];
    const both = (halves[0] ?? 0) | (halves[1] ?? 0);
    equal(abi.DTRDSR, halves.includes(undefined) ? undefined : both);
  });

  test(`bsdAbi() agrees with the headers of ${target} that there is no CMSPAR`, () => {
    equal(facts.find("CMSPAR"), undefined);
    equal(abi.CMSPAR, undefined);
  });

  test(`bsdAbi() agrees with the headers of ${target} on every error number`, () => {
    for (const [name, value] of Object.entries(abi.errno)) {
      equal(value, facts.constant(name), name);
    }
    equal(new Set(Object.values(abi.errno)).size, Object.keys(abi.errno).length);
  });

  test(`bsdAbi() agrees with the headers of ${target} on struct termios`, () => {
    equal(abi.termios.size, facts.size("termios"));
    deepEqual([abi.termios.ccOffset, abi.termios.ccLength], facts.field("termios", "c_cc"));
    for (const [name, { offset, size }] of Object.entries(abi.termios.fields)) {
      deepEqual([offset, size], facts.field("termios", name), name);
    }
  });

  test(`bsdAbi() agrees with the headers of ${target} on struct kevent and struct timespec`, () => {
    const { kevent, timespec, symbol } = abi.kqueue;
    equal(symbol, facts.keventSymbol);
    for (const [struct, layout] of Object.entries({ kevent, timespec })) {
      equal(layout.size, facts.size(struct));
      for (const [name, { offset, size }] of Object.entries(layout.fields)) {
        deepEqual([offset, size], facts.field(struct, name), `${struct}.${name}`);
      }
    }
  });
}

test("bsdAbi() has another O_CLOEXEC for every system (trap 15)", () => {
  const flags = BSD_VARIANTS.map((variant) => bsdAbi(variant, "x64")?.O_CLOEXEC);

  deepEqual(flags, [0x10_0000, 0x1_0000, 0x40_0000, 0x2_0000]);
});

test("bsdAbi() has CRTSCTS as two halves on FreeBSD and DragonFly, as one bit elsewhere (trap 16)", () => {
  const flags = BSD_VARIANTS.map((variant) => bsdAbi(variant, "x64")?.CRTSCTS);

  deepEqual(flags, [0x3_0000, 0x1_0000, 0x1_0000, 0x3_0000]);
});

test("bsdAbi() has the filters of NetBSD count from 0, in a struct of 40 bytes (trap 17)", () => {
  const { kqueue } = abiOf("netbsd-x64");

  deepEqual([kqueue.EVFILT_READ, kqueue.EVFILT_WRITE, kqueue.EVFILT_VNODE], [0, 1, 3]);
  deepEqual([kqueue.symbol, kqueue.countType, kqueue.kevent.size], ["__kevent50", "size", 40]);
  deepEqual([kqueue.kevent.fields.filter.size, kqueue.kevent.fields.flags.size], [4, 4]);
});

test("bsdAbi() has the kevent of FreeBSD 12 and later, not the one of before (trap 18)", () => {
  equal(abiOf("freebsd-x64").kqueue.kevent.size, 64);
  equal(abiOf("openbsd-x64").kqueue.kevent.size, 32);
  equal(abiOf("freebsd-ia32").kqueue.kevent.size, 56);
  equal(abiOf("openbsd-ia32").kqueue.kevent.size, 24);
});

test("bsdAbi() stops a thread by a filter that every release has, EVFILT_TIMER (trap 18)", () => {
  const filters = BSD_VARIANTS.map((variant) => bsdAbi(variant, "x64")?.kqueue.EVFILT_TIMER);

  deepEqual(filters, [-7, -7, 6, -7]); // EVFILT_USER is younger and has four numbers
});

test("bsdAbi() has the speeds of OpenBSD and NetBSD signed (trap 21)", () => {
  const isSigned = BSD_VARIANTS.map((name) => bsdAbi(name, "x64")?.termios.fields.c_ospeed.signed);

  deepEqual(isSigned, [undefined, true, true, undefined]);
});

test("bsdAbi() has ENOTSUP apart from EOPNOTSUPP on OpenBSD and NetBSD", () => {
  notEqual(abiOf("openbsd-x64").errno["ENOTSUP"], abiOf("openbsd-x64").errno["EOPNOTSUPP"]);
  equal(abiOf("netbsd-x64").errno["ENOTSUP"], 86);
  equal(abiOf("freebsd-x64").errno["ENOTSUP"], undefined); // the same number there
});

test("bsdAbi() knows no CPU that is not in the table", () => {
  const unknown: readonly (readonly [BsdVariant, string])[] = [
    ["freebsd", "ppc64"],
    ["netbsd", "ia32"],
    ["dragonfly", "arm64"],
    ["openbsd", "toString"],
  ];

  for (const [variant, cpu] of unknown) equal(bsdAbi(variant, cpu), undefined);
});
