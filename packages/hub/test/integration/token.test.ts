// The token file.

import assert from "node:assert/strict";
import { readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { loadToken } from "../../dist/service/token.js";
import { testFolder } from "../helpers/service-fixtures.ts";

test("loadToken() makes a random token that only this user can read", (t) => {
  const file = join(testFolder(t), "token");

  const token = loadToken(file);

  assert.match(token, /^[0-9a-f]{64}$/);
  assert.equal(readFileSync(file, "utf8"), `${token}\n`);
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.equal(loadToken(file), token);
});

test("loadToken() refuses a file that others can read", (t) => {
  const file = join(testFolder(t), "token");
  writeFileSync(file, "0123456789abcdef\n", { mode: 0o644 });

  assert.throws(() => loadToken(file), { code: "ERR_INVALID_ARG_VALUE" });
});

test("loadToken() refuses a short token and a link", (t) => {
  const folder = testFolder(t);
  writeFileSync(join(folder, "short"), "secret\n", { mode: 0o600 });
  symlinkSync(join(folder, "short"), join(folder, "link"));

  assert.throws(() => loadToken(join(folder, "short")), { code: "ERR_INVALID_ARG_VALUE" });
  assert.throws(() => loadToken(join(folder, "link")), { code: "ELOOP" });
});
