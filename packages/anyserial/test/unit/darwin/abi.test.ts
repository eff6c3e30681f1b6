// The table against test/fixtures/bsd-constants.json: the values that clang gives for the headers
// of each target. Values that are easily taken from another system are written out once more.

import { deepEqual, equal, notEqual } from "node:assert/strict";
import { test } from "node:test";
import { type DarwinAbi, darwinAbi, STANDARD_RATES } from "../../../dist/darwin/abi.js";
import { BsdFacts } from "../../helpers/bsd-facts.ts";

const HEADER_NAMES: Readonly<Record<string, string>> = {
  TERMIOS_GET: "TIOCGETA",
  TERMIOS_SET: "TIOCSETA",
};
/** Not constants of a header. */
const OWN = new Set(["speedSize", "DTRDSR"]);

function abiOf(cpu: string): DarwinAbi {
  const abi = darwinAbi(cpu);
  if (abi === undefined) throw new Error(`no table for ${cpu}`);
  return abi;
}

for (const cpu of ["x64", "arm64"]) {
  const abi = abiOf(cpu);
  const facts = new BsdFacts(`darwin-${cpu}`);

  test(`darwinAbi("${cpu}") agrees with the headers on every constant`, () => {
    const numbers = Object.entries({ ...abi, ...abi.kqueue }).filter(
      (entry): entry is [string, number] => typeof entry[1] === "number" && !OWN.has(entry[0]),
    );
    equal(numbers.length > 65, true);
    for (const [name, value] of numbers) {
      equal(value, facts.constant(HEADER_NAMES[name] ?? name), name);
    }
  });

  test(`darwinAbi("${cpu}") agrees with the headers on both halves of each flow control`, () => {
    equal(abi.CRTSCTS, facts.constant("CCTS_OFLOW") | facts.constant("CRTS_IFLOW"));
    equal(abi.DTRDSR, facts.constant("CDTR_IFLOW") | facts.constant("CDSR_OFLOW"));
    equal(facts.find("CMSPAR"), undefined);
    equal(abi.CMSPAR, undefined);
  });

  test(`darwinAbi("${cpu}") agrees with the headers on every error number`, () => {
    for (const [name, value] of Object.entries(abi.errno)) {
      equal(value, facts.constant(name), name);
    }
    notEqual(abi.errno["ENOTSUP"], abi.errno["EOPNOTSUPP"]); // trap 14
  });

  test(`darwinAbi("${cpu}") agrees with the headers on every struct`, () => {
    const { kevent, timespec } = abi.kqueue;
    for (const [struct, layout] of Object.entries({ termios: abi.termios, kevent, timespec })) {
      equal(layout.size, facts.size(struct), struct);
      for (const [name, { offset, size }] of Object.entries(layout.fields)) {
        deepEqual([offset, size], facts.field(struct, name), `${struct}.${name}`);
      }
    }
    deepEqual([abi.termios.ccOffset, abi.termios.ccLength], facts.field("termios", "c_cc"));
    equal(abi.kqueue.symbol, facts.keventSymbol);
  });
}

test("darwinAbi() has termios fields of 8 bytes, with padding after c_cc (trap 11)", () => {
  const { termios, speedSize, IOSSIOSPEED } = abiOf("arm64");

  equal(termios.size, 72);
  deepEqual(
    Object.values(termios.fields).map(({ size }) => size),
    [8, 8, 8, 8, 8, 8],
  );
  equal(termios.fields.c_ispeed.offset - (termios.ccOffset + termios.ccLength), 4);
  equal((IOSSIOSPEED >>> 16) & 0x1fff, speedSize); // the request says the size itself
});

test("darwinAbi() has an O_NOCTTY that is DragonFly's O_CLOEXEC (trap 15)", () => {
  const { O_NOCTTY, O_CLOEXEC } = abiOf("x64");

  deepEqual([O_NOCTTY, O_CLOEXEC], [0x2_0000, 0x100_0000]);
});

test("darwinAbi() has one table for both CPUs, but for the calling convention (trap 12)", () => {
  const { calling: x64, ...one } = abiOf("x64");
  const { calling: arm64, ...other } = abiOf("arm64");

  deepEqual(one, other);
  deepEqual([x64.variadic, arm64.variadic], [false, true]);
});

for (const cpu of ["ia32", "ppc", "toString"]) {
  test(`darwinAbi("${cpu}") is undefined`, () => {
    equal(darwinAbi(cpu), undefined);
  });
}

test("STANDARD_RATES are in order, without 0 and without the odd ones of MIDI clocks", () => {
  deepEqual(
    [...STANDARD_RATES].sort((a, b) => a - b),
    STANDARD_RATES,
  );
  equal(STANDARD_RATES.includes(0), false);
  deepEqual(
    STANDARD_RATES.filter((rate) => rate % 2 === 1),
    [75],
  );
});
