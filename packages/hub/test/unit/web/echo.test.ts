// The echo of what is typed in the page.

import { equal } from "node:assert/strict";
import { test } from "node:test";
import type * as Echo from "../../../web/terminal/echo.ts";
import { loadWebModule } from "../../helpers/web-module.ts";

const { echoOf } = await loadWebModule<typeof Echo>("terminal/echo.ts");

for (const [typed, shown] of [
  ["hello ü", "hello ü"],
  ["a\r", "a\r\n"],
  ["a\r\nb\nc", "a\r\nb\r\nc"],
  ["ab\x7f", "ab\b \b"],
  ["\x03", "^C"],
  ["\x1b[A", "^[[A"],
  ["\x1b]52;c;eA==\x07", "^[]52;c;eA==^G"],
  ["\x9b2J", "2J"],
  ["a\tb", "a\tb"],
] as const) {
  test(`echoOf() shows ${JSON.stringify(typed)} as ${JSON.stringify(shown)}`, () => {
    equal(echoOf(new Uint8Array(Buffer.from(typed))), shown);
  });
}
