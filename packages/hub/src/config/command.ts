// The command of a `process` member: a list of a program and its arguments.

import type { ConfigNode } from "./config-node.ts";
import { showValue } from "./problem.ts";
import { type Reader, texts } from "./readers.ts";

/** A program and its arguments. */
type Command = readonly [string, ...string[]];

/**
 * Makes a reader of a command.
 *
 * @returns The reader.
 */
export function command(): Reader<Command> {
  const list = texts("a list of a program and its arguments", 1);
  const read = (node: ConfigNode): Command | undefined => {
    const given = node.value;
    if (typeof given !== "string") return list.read(node) as Command | undefined; // at least one
    const words = given.split(/\s+/).filter((word) => word !== "");
    const hint = `no shell splits it: write process: ${JSON.stringify(words)}`;
    node.report(`is not allowed: give ${list.allowed}`, hint, showValue(given));
    return undefined;
  };
  return { allowed: list.allowed, read };
}
