// docs/cli.md keeps up with the tables of the commands.

import { ok } from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { INSTRUMENT_COMMANDS } from "#internal/commands/demo/instrument.js";
import { COMMANDS } from "#internal/commands.js";
import { EXIT_CODES } from "#internal/exit-codes.js";

const page = readFileSync(new URL("../../../../docs/cli.md", import.meta.url), "utf8");

for (const name of ["monitor", "send", "receive", "demo"] as const) {
  test(`docs/cli.md has every option of ${name}, in its own section or the common one`, async () => {
    const { spec } = (await COMMANDS[name]?.load()) ?? {};
    const section = page.split(`\n## ${name}\n`)[1]?.split("\n## ")[0] ?? "";
    const common = page.split("\n## monitor\n")[0] ?? "";

    for (const [option, { group, short }] of Object.entries(spec?.options ?? {})) {
      const text = group !== undefined || option === "help" ? common : section;
      ok(text.includes(`--${option}`), option);
      ok(option === "help" || short === undefined || text.includes(`\`-${short}\``), option);
    }
  });
}

test("docs/cli.md has every exit code", () => {
  for (const { code } of EXIT_CODES) ok(page.includes(`\n| ${code} | `), String(code));
});

test("docs/cli.md has every command of the instrument", () => {
  for (const command of INSTRUMENT_COMMANDS.flatMap(([text]) => text.split("  "))) {
    ok(page.includes(`\`${command}\``), command);
  }
});
