// `anyserial hub`: runs a virtual serial network, or with a second word does something about one.

import { existsSync } from "node:fs";
import { nearest } from "anyserial/arguments";
import { type Command, defineCommand } from "../command/command.ts";
import { COMMON_OPTIONS, type CommandSpec } from "../options/args.ts";
import { UsageError } from "../options/usage-error.ts";
import { oneLine } from "../text/printable.ts";
import { DEFAULT_FILE } from "./hub/locate.ts";
import { serveHub } from "./hub/serve.ts";

const OPTIONS = {
  log: { kind: "flag", help: "A line for every event instead of the table, also on a terminal" },
  ...COMMON_OPTIONS,
} as const;

const SPEC: CommandSpec<typeof OPTIONS> = {
  name: "hub",
  summary: "A virtual serial network between applications, ports and peers",
  description: [
    `Runs the networks of FILE (default ${DEFAULT_FILE}; write one with "anyserial hub init") until Ctrl-C or ` +
      "SIGTERM. On a terminal it shows a live table, elsewhere a line for every event. SIGHUP reads FILE " +
      "again.",
    "On Windows only real ports, TCP peers, programs and devices can be members: it has no ptys.",
  ],
  positionals: { text: "[FILE]", minimum: 0, maximum: 1 },
  options: OPTIONS,
  sections: [
    {
      title: "Other uses, each with its own --help",
      lines: [
        "hub init [FILE]        write a commented configuration",
        "hub check [FILE…]      check configurations for problems",
        "hub status [FILE]      print the state of a running hub",
        "hub reload [FILE]      reload its configuration",
        "hub stop [FILE]        stop it",
        "hub demo               two applications and a simulated instrument",
        "hub replay CAPTURE     replay a recording into it",
      ],
    },
  ],
  examples: [
    ["anyserial hub init && anyserial hub", "Two applications' ports on a bus"],
    ["anyserial hub plant.yaml --json >> plant.log", "Events for a program"],
  ],
  exitNotes: ["0 when interrupted; 2 when FILE is wrong."],
};

const serve: Command = defineCommand(SPEC, async ({ positionals, values, output, ...context }) => {
  const [file = DEFAULT_FILE] = positionals;
  checkFile(file);
  return serveHub({
    ...context,
    file,
    isJson: output.isJson,
    isLog: values.log ?? false,
  });
});

/** An argument that names no file may be a misspelt subcommand. */
function checkFile(file: string): void {
  if (existsSync(file)) return;
  const near = nearest(file, Object.keys(SUBCOMMANDS));
  const hint =
    near === undefined
      ? `write one: anyserial hub init${file === DEFAULT_FILE ? "" : ` ${file}`}`
      : `did you mean "hub ${near}"?`;
  throw new UsageError(oneLine(`hub: there is no file "${file}"`), hint);
}

/** Each is loaded when it is called. */
const SUBCOMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  init: async () => (await import("./hub/init.ts")).init,
  check: async () => (await import("./hub/check.ts")).check,
  status: async () => (await import("./hub/control.ts")).status,
  stop: async () => (await import("./hub/control.ts")).stop,
  reload: async () => (await import("./hub/control.ts")).reload,
  demo: async () => (await import("./hub-demo.ts")).hubDemo,
  replay: async () => (await import("./hub/replay.ts")).replay,
};

export const hub: Command = {
  spec: SPEC,
  run: async (context) => {
    const [word = "", ...rest] = context.args;
    const load = Object.hasOwn(SUBCOMMANDS, word) ? SUBCOMMANDS[word] : undefined;
    if (load === undefined) return serve.run(context);
    return (await load()).run({ ...context, args: rest });
  },
};
