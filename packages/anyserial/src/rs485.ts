// RS-485 options and their validation: pure. The kernel's struct is packed in linux/rs485.ts.

import { unknownOption } from "./option-names.ts";
import { invalid, isBoolean, isIntegerIn } from "./validate.ts";

/** How the driver switches the transceiver between sending and receiving. */
export interface Rs485Config {
  /**
   * RS-485 mode is on.
   * @defaultValue true
   */
  readonly enabled: boolean;
  /**
   * Level of RTS while sending: `true` is asserted.
   * @defaultValue true
   */
  readonly rtsOnSend: boolean;
  /**
   * Level of RTS after sending.
   * @defaultValue false
   */
  readonly rtsAfterSend: boolean;
  /**
   * Time between raising RTS and the first bit, in milliseconds, 0 to 1000; drivers may clamp it.
   * @defaultValue 0
   */
  readonly delayBeforeSendMs: number;
  /**
   * Time between the last bit and dropping RTS, in milliseconds, 0 to 1000; drivers may clamp it.
   * @defaultValue 0
   */
  readonly delayAfterSendMs: number;
  /**
   * The receiver stays on while sending, so that the port hears its own bytes.
   * @defaultValue false
   */
  readonly rxDuringTx: boolean;
}

const DEFAULTS: Rs485Config = {
  enabled: true,
  rtsOnSend: true,
  rtsAfterSend: false,
  delayBeforeSendMs: 0,
  delayAfterSendMs: 0,
  rxDuringTx: false,
};

/**
 * Completes and checks RS-485 options.
 *
 * @param value What the caller gave; `null` means that RS-485 is left alone.
 * @returns A frozen, complete record, or `null`.
 * @throws {@link ConfigurationError} `ERR_INVALID_ARG_VALUE` — a field is wrong or unknown.
 */
export function createRs485Config(value: Partial<Rs485Config> | null): Rs485Config | null {
  if (value === null) return null;
  if (typeof value !== "object" || Array.isArray(value)) {
    throw invalid("rs485", value, "an object or null");
  }
  for (const [key, given] of Object.entries(value)) {
    if (!Object.hasOwn(DEFAULTS, key))
      throw unknownOption(`rs485.${key}`, given, Object.keys(DEFAULTS));
    if (given === undefined) continue;
    if (key.endsWith("Ms")) {
      if (!isIntegerIn(given, 0, 1000)) {
        throw invalid(`rs485.${key}`, given, "an integer from 0 to 1000 (milliseconds)");
      }
    } else if (!isBoolean(given)) {
      throw invalid(`rs485.${key}`, given, "a boolean");
    }
  }
  const given = Object.fromEntries(Object.entries(value).filter(([, v]) => v !== undefined));
  return Object.freeze({ ...DEFAULTS, ...given });
}
