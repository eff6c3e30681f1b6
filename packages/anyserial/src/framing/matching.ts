// matching(): text split by an expression.

import { types } from "node:util";
import { checkOptions, type OptionSpec } from "../arguments/options.ts";
import { invalid } from "../arguments/validate.ts";
import { checkLength, type FramingOptions, join, maxLengthOf, unsendable } from "./codec.ts";
import { Framing } from "./framing.ts";
import { bufferOf } from "./index-of.ts";
import { MATCH_MAX, MatchSplitter, shortestMatch } from "./match-splitter.ts";
import { encodeText, type TextOptions, TextReader, type TextRules, textRules } from "./text.ts";

/** Options of {@link matching}. */
export interface MatchingOptions extends FramingOptions, TextOptions {
  /**
   * Sent behind a message: text that the expression matches.
   * @defaultValue a line feed, where the expression matches one
   */
  readonly ending?: string | undefined;
}

const MATCHING: OptionSpec = { known: ["ending", "encoding", "fatal", "maxLength"] };

/**
 * Messages that end where an expression matches. The match is left out, and must be at most 64
 * bytes long: a message ends as soon as there is a match, so `/\n+/` ends one at each line feed. It
 * is matched on bytes, as characters from 0 to 255, and must not examine bytes in front of a
 * message (`^`, `\b`, lookbehind) or behind a match (`$`, a negative lookahead): the same stream
 * may come in other chunks.
 *
 * @param expression The separator of messages.
 * @param options How text is encoded, and what is sent behind it.
 * @returns A framing whose messages are text.
 * @throws `ConfigurationError` `ERR_INVALID_ARG_VALUE` — the expression or an option is wrong.
 */
export function matching(expression: RegExp, options: MatchingOptions = {}): Framing<string> {
  const source = checkExpression(expression);
  checkOptions(options, MATCHING);
  const rules = textRules(options);
  const maxLength = maxLengthOf(options);
  const reader = new TextReader(rules);
  const create = (): RegExp => new RegExp(source.source, source.flags);
  const own = create();
  const ending = endingOf(options.ending, own);
  return new Framing<string>({
    kind: "matching",
    maxLength,
    parts: [source.source, source.flags, ending, rules.encoding, rules.fatal],
    createSplitter: () => new MatchSplitter(maxLength, create()),
    forget: () => reader.forget(),
    decode: (bytes, start, end) =>
      reader.read(bytes, start, payloadEnd(own, bytes, { start, end })),
    encode: (message) => checkLength(encode(message, { own, ending, rules }), maxLength),
  });
}

function checkExpression(expression: unknown): RegExp {
  if (!types.isRegExp(expression)) {
    throw invalid("expression", expression, {
      expected: "a regular expression",
      hint: String.raw`write one, such as /\r?\n/, or use delimited() for text as it is`,
    });
  }
  if (/[^\0-\x7f]/.test(expression.source)) {
    const hint = String.raw`write the bytes of such a character, as in /\xc2\xb0/`;
    throw invalid("expression", expression, { expected: "one of ASCII characters", hint });
  }
  if (expression.flags.includes("y")) {
    throw invalid("expression", expression, "one without the flag y");
  }
  return new RegExp(expression.source, `${expression.flags.replace("g", "")}g`);
}

function endingOf(ending: unknown, expression: RegExp): string | undefined {
  if (ending === undefined) return matchesWhole(expression, "\n") ? "\n" : undefined;
  if (typeof ending === "string" && matchesWhole(expression, ending)) return ending;
  throw invalid("ending", ending, "text that the expression matches as a whole");
}

function matchesWhole(expression: RegExp, text: string): boolean {
  const match = shortestMatch(expression, text, 0);
  return match !== undefined && match.start === 0 && match.end === text.length && text !== "";
}

/** The match at the end of a message; one that ended where nothing was matched has none. */
function payloadEnd(
  expression: RegExp,
  bytes: Uint8Array,
  { start, end }: { readonly start: number; readonly end: number },
): number {
  const from = Math.max(start, end - MATCH_MAX);
  const text = bufferOf(bytes).toString("latin1", from, end);
  const match = shortestMatch(expression, text, 0);
  return match !== undefined && from + match.end === end ? from + match.start : end;
}

function encode(
  message: unknown,
  {
    own,
    ending,
    rules,
  }: { readonly own: RegExp; readonly ending: string | undefined; readonly rules: TextRules },
): ReturnType<typeof encodeText> {
  const text = encodeText(message, rules);
  if (ending === undefined) {
    throw unsendable(message, "no message to send", "give the framing an ending to send behind it");
  }
  const packed = join([text, encodeText(ending, rules)]);
  const match = shortestMatch(own, bufferOf(packed).toString("latin1"), 0);
  if (match?.start === text.length && match.end === packed.length) return packed;
  const hint = "send one message a call, without the separator of messages";
  throw unsendable(message, "text that the expression does not match", hint);
}
