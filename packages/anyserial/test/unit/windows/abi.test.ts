// The values are what clang and rustc give for winbase.h and winerror.h of mingw-w64, Wine and the Rust
// winapi crate, for each CPU: test/fixtures/windows-constants.json.

import { deepEqual, equal } from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import * as abi from "../../../dist/windows/abi.js";

interface Struct {
  readonly size: number;
  readonly offsets: Readonly<Record<string, number>>;
}

const fixture = JSON.parse(
  readFileSync(new URL("../../../test/fixtures/windows-constants.json", import.meta.url), "utf8"),
) as {
  structs: Record<string, Record<string, Struct>>;
  constants: Record<string, number>;
  bits: Record<string, [shift: number, width: number]>;
};

const CPUS = ["x64", "ia32", "arm64"];

test("the constants are those of the headers", () => {
  const groups = [abi.FILE, abi.WAIT, abi.PURGE, abi.ESCAPE, abi.MODEM, abi.EVENT];
  const all = Object.assign({}, ...groups, abi.COMM_ERROR, abi.DCB_VALUES, abi.ERROR) as object;
  let compared = 0;
  for (const [name, value] of Object.entries(all)) {
    if (fixture.constants[name] === undefined) continue;
    equal(value, fixture.constants[name], name);
    compared++;
  }

  equal(compared, Object.keys(fixture.constants).length);
});

test("DCB and COMSTAT lie as in the headers, on every CPU", () => {
  for (const cpu of CPUS) {
    for (const [name, layout] of [
      ["DCB", abi.DCB],
      ["COMSTAT", abi.COMSTAT],
    ] as const) {
      const struct = fixture.structs[name]?.[cpu];
      equal(layout.size, struct?.size, name);
      for (const [field, { offset }] of Object.entries(layout.fields)) {
        if (field !== "flags") equal(offset, struct?.offsets[field], `${name}.${field} on ${cpu}`);
      }
    }
    equal(abi.COMMTIMEOUTS_SIZE, fixture.structs["COMMTIMEOUTS"]?.[cpu]?.size);
  }
  equal(abi.DCB.fields.flags.offset, 8);
});

test("the bits of the DCB lie as in the headers", () => {
  const ours = Object.entries(abi.DCB_FLAGS).filter(([name]) => !name.endsWith("Shift"));
  for (const [name, mask] of ours) {
    const [shift, width] = fixture.bits[name] as [number, number];
    equal(mask, (2 ** width - 1) * 2 ** shift, name);
  }
  equal(abi.DCB_FLAGS.fDtrControlShift, fixture.bits["fDtrControl"]?.[0]);
  equal(abi.DCB_FLAGS.fRtsControlShift, fixture.bits["fRtsControl"]?.[0]);
});

test("windowsAbi() knows the size of OVERLAPPED on each CPU, and no other CPU", () => {
  for (const cpu of CPUS) {
    const struct = fixture.structs["OVERLAPPED"]?.[cpu];
    const { OVERLAPPED } = abi.windowsAbi(cpu) ?? {};
    equal(OVERLAPPED?.size, struct?.size);
    equal(OVERLAPPED?.fields.hEvent.offset, struct?.offsets["hEvent"]);
  }

  deepEqual(["mips", "constructor"].map(abi.windowsAbi), [undefined, undefined]);
});
