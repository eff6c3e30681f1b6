// Base of the decoding streams, WHATWG's and Node's.

import { checkOptions, type OptionSpec } from "../arguments/options.ts";
import { invalid } from "../arguments/validate.ts";
import type { FramingError } from "../errors/errors.ts";
import type { SplitOptions } from "./message-codec.ts";

/** Options of a stream that decodes. */
export interface DecodeOptions extends SplitOptions {
  /**
   * Called for bytes that are no message, and the stream continues; without it the stream fails.
   */
  readonly onError?: ((error: FramingError) => void) | undefined;
}

const DECODE: OptionSpec = { known: ["onError", "line"], bare: { function: "onError" } };

/** Checks the options of a stream. @returns Them. */
export function checkDecodeOptions(options: DecodeOptions): DecodeOptions {
  checkOptions(options, DECODE);
  const { onError } = options;
  if (onError === undefined || typeof onError === "function") return options;
  throw invalid("onError", onError, "a function");
}
