// docs/cli.md keeps up with the tables of the commands.

import { notEqual, ok } from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { EXIT_CODES } from "../../dist/command/exit-codes.js";
import { COMMANDS } from "../../dist/commands/all.js";
import { INSTRUMENT_COMMANDS } from "../../dist/commands/demo/instrument.js";
import { parseDuration } from "../../dist/options/duration.js";

const page = readFileSync(new URL("../../../../docs/cli.md", import.meta.url), "utf8");

for (const name of [
  "monitor",
  "send",
  "receive",
  "request",
  "run",
  "sniff",
  "web",
  "demo",
] as const) {
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

for (const name of ["monitor", "send", "receive", "request", "demo"] as const) {
  test(`the help of ${name} names durations with a unit only, which parseDuration() reads`, async () => {
    const { spec } = (await COMMANDS[name]?.load()) ?? {};
    const durations = Object.values(spec?.options ?? {}).filter(({ kind }) => kind === "duration");

    ok(durations.length > 0);
    for (const { help } of durations) {
      ok(!help.includes("bare number"), help);
      for (const [text] of help.matchAll(/\b\d\S*?(?=[,;)\s]|$)/g))
        notEqual(parseDuration(text), undefined, text);
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
