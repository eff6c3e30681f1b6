// How deep a YAML text is nested, before it is parsed: the parser recurses, and a text of brackets alone
// ends the process.

import { Lexer } from "yaml";

/** No configuration of ours needs a tenth of it. */
const FLOW_DEPTH_MAX = 64;
/** Each level of block style stands at least one column further to the right. */
const COLUMN_MAX = 512;

/**
 * Returns whether a text is nested too deeply to be parsed.
 *
 * @param text YAML.
 */
export function isTooDeep(text: string): boolean {
  const indents = text.matchAll(/^(?: |[-?:] )+/gm);
  for (const [indent] of indents) if (indent.length > COLUMN_MAX) return true;
  let depth = 0;
  for (const lexeme of new Lexer().lex(text)) {
    if (lexeme === "[" || lexeme === "{") depth++;
    else if (lexeme === "]" || lexeme === "}") depth--;
    if (depth > FLOW_DEPTH_MAX) return true;
  }
  return false;
}
