// RS-485 options and their validation: pure. The kernel's struct is packed in linux/rs485.ts.

import { checkOptions, type OptionSpec } from "../arguments/options.ts";
import { invalid, isBoolean, isIntegerIn } from "../arguments/validate.ts";

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
   * The receiver stays on while sending, so that the port receives its own bytes.
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

const SPEC: OptionSpec = {
  parameter: "rs485",
  group: "rs485.",
  known: Object.keys(DEFAULTS),
};

/**
 * Completes and checks RS-485 options.
 *
 * @param value The caller's value; `null` leaves RS-485 unchanged.
 * @returns A frozen, complete record, or `null`.
 * @throws {@link ConfigurationError} `ERR_INVALID_ARG_VALUE` — a field is wrong or unknown.
 */
export function createRs485Config(value: Partial<Rs485Config> | null): Rs485Config | null {
  if (value === null) return null;
  checkOptions(value, SPEC);
  for (const [key, given] of Object.entries(value)) {
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
