// The text of `--help`, from the same tables that parse the command line. Pure.

import { type CommandSpec, type OptionSpec, type OptionTable, valueName } from "../options/args.ts";
import { EXIT_CODES } from "./exit-codes.ts";

const WIDTH = 88;
const OPTION_COLUMN = 26;

/**
 * Writes the help of a command.
 *
 * @param spec The command.
 * @returns Text that ends with a line feed.
 */
export function formatUsage(spec: CommandSpec): string {
  const positionals = spec.positionals.text;
  const blocks = [
    [`Usage: anyserial ${spec.name} [options]${positionals === "" ? "" : ` ${positionals}`}`],
    ...spec.description.map((paragraph) => wrap(paragraph, "")),
    ...optionBlocks(spec.options),
    ...(spec.sections ?? []).map(({ title, lines }) => [`${title}:`, ...indent(lines)]),
    ["Examples:", ...spec.examples.flatMap(([command, effect]) => example(command, effect))],
    ["Exit status:", ...exitLines(spec)],
  ];
  return `${blocks.map((block) => block.join("\n")).join("\n\n")}\n`;
}

/**
 * Writes the help of the program.
 *
 * @param commands Names with their summaries.
 * @returns Text that ends with a line feed.
 */
export function formatOverview(commands: readonly (readonly [string, string])[]): string {
  const list = commands.map(([name, summary]) => `  ${name.padEnd(12)}${summary}`);
  return [
    "Usage: anyserial COMMAND [options] …",
    "",
    "Serial ports on the command line.",
    "",
    "Commands:",
    ...list,
    "",
    "Options:",
    "  -h, --help     Print this help; anyserial COMMAND --help has the rest, with examples",
    "  --version      Print the version",
    "",
    "Exit status:",
    ...exitTable(),
    "",
  ].join("\n");
}

function optionBlocks(options: OptionTable): string[][] {
  const groups = new Map<string, string[]>();
  for (const [name, option] of Object.entries(options)) {
    const title = option.group ?? "Options";
    groups.set(title, [...(groups.get(title) ?? []), ...optionLines(name, option)]);
  }
  return [...groups].map(([title, lines]) => [`${title}:`, ...lines]);
}

function optionLines(name: string, option: OptionSpec): string[] {
  const short = option.short === undefined ? "" : `-${option.short}, `;
  const value = valueName(option);
  const head = `  ${short}--${name}${value === "" ? "" : ` ${value}`}`;
  const lines = wrap(option.help, " ".repeat(OPTION_COLUMN));
  if (head.length >= OPTION_COLUMN) return [head, ...lines];
  return [head.padEnd(OPTION_COLUMN) + (lines[0]?.trimStart() ?? ""), ...lines.slice(1)];
}

function example(command: string, effect: string): string[] {
  return [`  ${command}`, ...wrap(effect, "      ")];
}

function exitLines(spec: CommandSpec): string[] {
  return [...(spec.exitNotes ?? []).flatMap((note) => wrap(note, "  ")), ...exitTable()];
}

function exitTable(): string[] {
  return EXIT_CODES.map(({ code, meaning }) => `  ${String(code).padEnd(7)}${meaning}`);
}

function indent(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`);
}

function wrap(text: string, margin: string): string[] {
  const lines: string[] = [];
  let line = margin;
  for (const word of text.split(" ")) {
    if (line.length + word.length > WIDTH && line.trim() !== "") {
      lines.push(line.trimEnd());
      line = margin;
    }
    line += `${word} `;
  }
  return [...lines, line.trimEnd()];
}
