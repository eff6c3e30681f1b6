// From the program's arguments to the exit code of a command.

import { readFile } from "node:fs/promises";
import { nearest } from "anyserial/arguments";
import { type CommandContext, report } from "./command/command.ts";
import { EXIT_OK } from "./command/exit-codes.ts";
import { formatOverview } from "./command/usage.ts";
import { COMMANDS } from "./commands/all.ts";
import { UsageError } from "./options/usage-error.ts";
import { Output } from "./terminal/output.ts";

/**
 * Runs the program.
 *
 * @param context Streams and signal; `args` begin with the command's name.
 * @returns The exit code; errors were printed.
 */
export async function runProgram(context: CommandContext): Promise<number> {
  const { args, stdout, stderr, signal } = context;
  const output = new Output({ stdout, stderr, signal, json: args.includes("--json") });
  try {
    const [name, ...rest] = args[0] === "help" ? helpArgs(args) : args;
    if (name === undefined) throw new UsageError("no command given", 'see "anyserial --help"');
    if (name === "--help" || name === "-h") await output.text(overview());
    else if (name === "--version") await output.text(`${await readVersion()}\n`);
    else return await (await loadCommand(name)).run({ ...context, args: rest });
    return EXIT_OK;
  } catch (error) {
    return report(error, output, signal);
  }
}

/** `help monitor` is `monitor --help`. */
function helpArgs(args: readonly string[]): readonly string[] {
  return args[1] === undefined ? ["--help"] : [args[1], "--help"];
}

async function loadCommand(name: string): ReturnType<(typeof COMMANDS)[string]["load"]> {
  const entry = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (entry !== undefined) return entry.load();
  const near = nearest(name, Object.keys(COMMANDS));
  const hint = near === undefined ? 'see "anyserial --help"' : `did you mean "${near}"?`;
  const kind = name.startsWith("-") ? "option" : "command";
  throw new UsageError(`unknown ${kind} "${name}"`, hint);
}

function overview(): string {
  return formatOverview(Object.entries(COMMANDS).map(([name, entry]) => [name, entry.summary]));
}

async function readVersion(): Promise<string> {
  const manifest = await readFile(new URL("../package.json", import.meta.url), "utf8");
  const { version } = JSON.parse(manifest) as { version: string }; // our own package.json
  return version;
}
