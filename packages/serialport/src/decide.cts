// The decision about one import of a program, and the line that shows it: NODE_DEBUG=anyserial. Written at once, since
// a thread of the loader may end before its streams are read.

import { writeSync } from "node:fs";
import { debuglog } from "node:util";
import { replacementOf } from "./replaced.cts";

const debug = debuglog("anyserial");
const STDERR = 2;
const warned = new Set<string>();

/** Shows a line under NODE_DEBUG=anyserial. */
export function show(text: string): void {
  if (debug.enabled) writeSync(STDERR, `ANYSERIAL ${process.pid}: ${text}\n`);
}

/**
 * Decides about an import.
 *
 * @param name What a program imports.
 * @param from Who does.
 * @param findOriginal Finds the file of the original, or fails.
 * @returns What to load; `undefined` for what the program asked for.
 */
export function decide(
  name: string,
  from: string | undefined,
  findOriginal: () => string,
): string | undefined {
  const found = replacementOf(name, findOriginal);
  if (found === undefined) return undefined;
  if (found.name !== undefined) {
    show(`register: ${name} is ${found.name} for ${from ?? "the program"}`);
    return found.name;
  }
  warnOnce(`${name} ${found.kept} is left in place: versions before 10 have other exports`);
  return undefined;
}

function warnOnce(text: string): void {
  if (warned.has(text)) return;
  warned.add(text);
  process.emitWarning(text, { type: "AnyserialWarning", code: "ANYSERIAL_OLD_SERIALPORT" });
}
