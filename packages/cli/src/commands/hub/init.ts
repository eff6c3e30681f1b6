// `anyserial hub init`: writes a commented configuration to begin with.

import { writeFile } from "node:fs/promises";
import { ADAPTER_EXAMPLE_CONFIG, EXAMPLE_CONFIG } from "@anyserial/hub/internal";
import { type Command, defineCommand } from "../../command/command.ts";
import { EXIT_OK } from "../../command/exit-codes.ts";
import { COMMON_OPTIONS, type CommandSpec } from "../../options/args.ts";
import { DEFAULT_FILE } from "./locate.ts";

const OPTIONS = {
  adapter: { kind: "flag", help: "Ports that are emulated USB adapters, in place of ptys" },
  force: { kind: "flag", help: "Overwrite FILE" },
  print: { kind: "flag", help: "Print it instead of writing a file" },
  ...COMMON_OPTIONS,
} as const;

const SPEC: CommandSpec<typeof OPTIONS> = {
  name: "hub init",
  summary: "Write a commented configuration",
  description: [`Writes a working configuration to FILE (default ${DEFAULT_FILE}).`],
  positionals: { text: "[FILE]", minimum: 0, maximum: 1 },
  options: OPTIONS,
  examples: [
    ["anyserial hub init", `Make ${DEFAULT_FILE}`],
    ["anyserial hub init --print", "Show it"],
    ["anyserial hub init --adapter", "Begin with emulated adapters"],
  ],
  exitNotes: ["1 when FILE exists."],
};

export const init: Command = defineCommand(SPEC, async ({ positionals, values, output }) => {
  const [file = DEFAULT_FILE] = positionals;
  const config = values.adapter === true ? ADAPTER_EXAMPLE_CONFIG : EXAMPLE_CONFIG;
  if (values.print === true) await output.text(config);
  else {
    await writeFile(file, config, { flag: values.force === true ? "w" : "wx" });
    const message = `wrote ${file}: start it with "anyserial hub ${file}"`;
    output.status({ event: "written", message, file });
  }
  return EXIT_OK;
});
