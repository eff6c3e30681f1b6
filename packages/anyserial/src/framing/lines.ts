// lines(): text up to a line end.

import { checkOptions, type OptionSpec } from "../arguments/options.ts";
import { invalid, isOneOf } from "../arguments/validate.ts";
import { ByteSplitter } from "./byte-splitter.ts";
import {
  checkLength,
  type FramingOptions,
  join,
  malformed,
  maxLengthOf,
  unsendable,
} from "./codec.ts";
import { Framing } from "./framing.ts";
import { LineSplitter } from "./line-splitter.ts";
import { SequenceSplitter } from "./sequence-splitter.ts";
import type { Splitter } from "./splitter.ts";
import { encodeText, type TextOptions, TextReader, textRules } from "./text.ts";

/** The end of a line: LF, CR LF, CR, or any of the three. */
export type LineEnding = "lf" | "crlf" | "cr" | "any";

/** Options of {@link lines}. */
export interface LinesOptions extends FramingOptions, TextOptions {
  /**
   * The end of received and sent lines: `any` receives all three and sends LF.
   * @defaultValue "any"
   */
  readonly ending?: LineEnding | undefined;
  /**
   * The end of sent lines, where it differs.
   * @defaultValue `ending`, or `lf` where that is `any`
   */
  readonly sendEnding?: Exclude<LineEnding, "any"> | undefined;
}

const LF = 0x0a;
const CR = 0x0d;
const BYTES = { lf: Uint8Array.of(LF), crlf: Uint8Array.of(CR, LF), cr: Uint8Array.of(CR) };

const LINES: OptionSpec = {
  known: ["ending", "sendEnding", "encoding", "fatal", "maxLength"],
  elsewhere: {
    delimiter: 'write ending: "lf", "crlf", "cr" or "any"; other delimiters: delimited(bytes)',
    eol: "write ending",
  },
  bare: { string: "ending" },
};

/**
 * Lines of text. With `ending: "any"` a line is over at its CR: the LF that may follow begins no line.
 *
 * @param options The end of a line, and the encoding of its text.
 * @returns A framing whose messages are text, without the line end; an empty line is an empty message.
 * @throws `ConfigurationError` `ERR_INVALID_ARG_VALUE` — an option is wrong.
 * @example
 * ```ts
 * import { openSerialPort } from "anyserial";
 * import { lines } from "anyserial/framing";
 *
 * await using port = await openSerialPort("/dev/ttyUSB0", { baudRate: 9600 });
 * for await (const line of port.framed(lines())) console.log(line);
 * ```
 */
export function lines(options: LinesOptions = {}): Framing<string> {
  checkOptions(options, LINES);
  const { ending = "any" } = options;
  if (!isOneOf(ending, ["lf", "crlf", "cr", "any"])) {
    throw invalid("ending", ending, "one of lf, crlf, cr, any");
  }
  const { sendEnding = ending === "any" ? "lf" : ending } = options;
  if (!isOneOf(sendEnding, ["lf", "crlf", "cr"])) {
    throw invalid("sendEnding", sendEnding, "one of lf, crlf, cr");
  }
  const rules = textRules(options);
  const maxLength = maxLengthOf(options, 2);
  const reader = new TextReader(rules);
  return new Framing<string>({
    kind: "lines",
    maxLength,
    parts: [ending, sendEnding, rules.encoding, rules.fatal],
    createSplitter: () => splitterFor(ending, maxLength),
    forget: () => reader.forget(),
    decode: (bytes, start, end) => {
      const line = lineIn(bytes, { start, end }, ending);
      return reader.read(bytes, line.start, line.end);
    },
    encode: (message) => {
      const text = encodeText(message, rules);
      refuseBreaks(message, ending);
      return checkLength(join([text, BYTES[sendEnding]]), maxLength);
    },
  });
}

function splitterFor(ending: LineEnding, maxLength: number): Splitter {
  if (ending === "any") return new LineSplitter(maxLength);
  if (ending === "crlf") return new SequenceSplitter(maxLength, BYTES.crlf);
  return new ByteSplitter({ maxLength, delimiter: BYTES[ending][0] as number, leads: false });
}

/** Takes off the line end; with `any` also the LF of the line before. */
function lineIn(
  bytes: Uint8Array,
  { start, end }: { readonly start: number; readonly end: number },
  ending: LineEnding,
): { readonly start: number; readonly end: number } {
  const last = end > start ? bytes[end - 1] : undefined;
  if (ending === "crlf") {
    if (last !== LF || bytes[end - 2] !== CR || end - 2 < start) throw noEnd();
    return { start, end: end - 2 };
  }
  if (last !== LF && last !== CR) throw noEnd();
  if (ending === "any") {
    return { start: end - start > 1 && bytes[start] === LF ? start + 1 : start, end: end - 1 };
  }
  if (last !== BYTES[ending][0]) throw noEnd();
  return { start, end: end - 1 };
}

function noEnd(): Error {
  return malformed("it has no line end");
}

function refuseBreaks(message: unknown, ending: LineEnding): void {
  const breaks = { lf: /\n/, cr: /\r/, crlf: /\r\n/, any: /[\r\n]/ }[ending];
  if (breaks.test(message as string) || (ending === "crlf" && /\r$/.test(message as string))) {
    const hint = "send one line a call, without its line end";
    throw unsendable(message, "text without a line end", hint);
  }
}
