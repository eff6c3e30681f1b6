import { deepEqual, equal, throws } from "node:assert/strict";
import { test } from "node:test";
import { ffi } from "../../../dist/ffi/koffi.js";
import { koffiSignature, koffiType } from "../../../dist/ffi/koffi-signature.js";

test("koffiSignature() translates parameters one by one", () => {
  deepEqual(koffiSignature(["int", "bytes", "size"]), {
    fixed: ["int", "void *", "size_t"],
    variable: undefined,
  });
});

test("koffiSignature() ends with the mark, and keeps the types behind it", () => {
  deepEqual(koffiSignature(["int", "ulong", "...", "bytes"]), {
    fixed: ["int", "unsigned long", "..."],
    variable: ["void *"],
  });
});

test("koffiSignature() may have nothing after the mark", () => {
  deepEqual(koffiSignature(["string", "int", "..."]), {
    fixed: ["const char *", "int", "..."],
    variable: [],
  });
});

test("koffiType() has no word for the mark itself", () => {
  throws(() => koffiType("..."), TypeError);
});

test("ffi passes variable arguments as C does: snprintf(3) prints them", () => {
  type Print = (
    into: Uint8Array,
    size: number,
    ...rest: [string, number, number, string]
  ) => number;
  const print = ffi
    .program()
    .bind<Print>("snprintf", "int", ["bytes", "size", "string", "...", "int", "ulong", "string"]);
  const into = new Uint8Array(64);

  const length = print(into, into.length, "%d %lu %s", -7, 0x8008_5402, "baud");

  equal(Buffer.from(into.subarray(0, length)).toString(), "-7 2148029442 baud");
});
