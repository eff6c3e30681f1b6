// What a member sends must not make the terminal send something back: an answer to a query, or the places of the
// mouse. Then the page would say what nobody typed.

import type { IFunctionIdentifier, IParser } from "@xterm/xterm";

/** Device attributes, reports of state, modes, version, window and keyboard. */
const QUERIES: readonly IFunctionIdentifier[] = [
  { final: "c" },
  { prefix: ">", final: "c" },
  { prefix: "=", final: "c" },
  { final: "n" },
  { prefix: "?", final: "n" },
  { intermediates: "$", final: "p" },
  { prefix: "?", intermediates: "$", final: "p" },
  { prefix: ">", final: "q" },
  { final: "t" },
  { prefix: "?", final: "u" },
];
/** State of a setting, and terminfo. */
const STRING_QUERIES: readonly IFunctionIdentifier[] = [
  { intermediates: "$", final: "q" },
  { intermediates: "+", final: "q" },
];
/** Colors, and the clipboard. */
const SYSTEM_COMMANDS: readonly number[] = [4, 10, 11, 12, 52];
/** Modes in which the mouse, or the focus, sends. @see XTerm Control Sequences, "Mouse Tracking" */
const SENDING_MODES: readonly number[] = [9, 1000, 1001, 1002, 1003, 1004];

/**
 * Ignores sequences that make a terminal answer.
 *
 * @param mayAnswer Returns whether the user has allowed them.
 */
export function ignoreQueries(parser: IParser, mayAnswer: () => boolean): void {
  const ignore = (): boolean => !mayAnswer();
  for (const id of QUERIES) parser.registerCsiHandler(id, ignore);
  for (const id of STRING_QUERIES) parser.registerDcsHandler(id, ignore);
  for (const code of SYSTEM_COMMANDS) parser.registerOscHandler(code, ignore);
  parser.registerCsiHandler({ prefix: "?", final: "h" }, (modes) => {
    return !mayAnswer() && modes.flat().some((mode) => SENDING_MODES.includes(mode));
  });
}
