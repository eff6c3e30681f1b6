// `anyserial hub check`: says what is wrong with configuration files, by line and field.

import { readFile } from "node:fs/promises";
import type { HubConfig } from "@anyserial/hub";
import { checkHubConfig, formatProblem } from "@anyserial/hub/config";
import { type Command, defineCommand } from "../../command/command.ts";
import { EXIT_FAILURE, EXIT_OK } from "../../command/exit-codes.ts";
import { COMMON_OPTIONS, type CommandSpec } from "../../options/args.ts";
import { oneLine } from "../../text/printable.ts";
import { DEFAULT_FILE } from "./locate.ts";

const OPTIONS = { ...COMMON_OPTIONS } as const;

const SPEC: CommandSpec<typeof OPTIONS> = {
  name: "hub check",
  summary: "Check configuration files for problems",
  description: [
    `Reads each FILE (default ${DEFAULT_FILE}) as "anyserial hub" would, and prints every problem with its ` +
      "line, column and field. Nothing is opened or created.",
  ],
  positionals: { text: "[FILE…]", minimum: 0, maximum: Number.POSITIVE_INFINITY },
  options: OPTIONS,
  examples: [["anyserial hub check plant.yaml && systemctl reload plant", "Before a reload"]],
  exitNotes: ["0 when no file has a problem, 1 when one has."],
};

export const check: Command = defineCommand(SPEC, async ({ positionals, output }) => {
  let isWrong = false;
  for (const file of positionals.length === 0 ? [DEFAULT_FILE] : positionals) {
    const { config, problems } = checkHubConfig(await readFile(file, "utf8"), { file });
    isWrong ||= problems.length > 0;
    if (output.isJson) await output.json({ file, ok: problems.length === 0, problems });
    else if (config !== undefined && problems.length === 0) {
      await output.text(`${oneLine(file)}: ${summaryOf(config)}\n`);
    }
    for (const problem of output.isJson ? [] : problems) {
      const rest = problem.isWarning === true ? "; a hub starts without this member" : "";
      await output.text(`${oneLine(`${formatProblem(problem)}${rest}`)}\n`);
    }
  }
  return isWrong ? EXIT_FAILURE : EXIT_OK;
});

function summaryOf({ networks }: HubConfig): string {
  const all = Object.entries(networks);
  const parts = all.map(
    ([name, { members }]) => `${name} with ${Object.keys(members).length} members`,
  );
  return `good: ${parts.join(", ")}`;
}
