// The help of every command.

import { equal, match, ok } from "node:assert/strict";
import { test } from "node:test";
import { EXIT_CODES } from "../../../dist/command/exit-codes.js";
import { formatOverview, formatUsage } from "../../../dist/command/usage.js";
import { COMMANDS } from "../../../dist/commands/all.js";

for (const [name, entry] of Object.entries(COMMANDS)) {
  test(`anyserial ${name} --help has every option, examples and the exit codes`, async () => {
    const { spec } = await entry.load();

    const text = formatUsage(spec);

    match(text, new RegExp(`^Usage: anyserial ${name} `));
    for (const option of Object.keys(spec.options)) ok(text.includes(`--${option}`), option);
    ok(spec.examples.length > 0);
    for (const [command] of spec.examples) match(command, new RegExp(`anyserial ${name}`));
    for (const { code, meaning } of EXIT_CODES)
      match(text, new RegExp(`${code}.*${meaning}`.replace("+", "\\+")));
  });

  test(`anyserial ${name} has one summary, in the overview and in its own specification`, async () => {
    equal((await entry.load()).spec.summary, entry.summary);
  });

  test(`anyserial ${name} --help fits a terminal of 90 columns`, async () => {
    const lines = formatUsage((await entry.load()).spec).split("\n");

    equal(
      lines.find((line) => line.length > 90),
      undefined,
    );
  });
}

test("anyserial --help lists every command", () => {
  const text = formatOverview(
    Object.entries(COMMANDS).map(([name, { summary }]) => [name, summary]),
  );

  for (const name of Object.keys(COMMANDS)) match(text, new RegExp(`^  ${name} `, "m"));
});
