// Options of an emulated adapter: checked before anything is made.

import type { OptionSpec } from "../arguments/options.ts";
import { invalid, isIntegerIn, isOneOf } from "../arguments/validate.ts";
import { CHIP_NAMES, type ChipName, type ChipSpec } from "../chips/create-chip.ts";
import type { UsbSpeed } from "../usb/device-model.ts";

/** The identity of an adapter. */
export interface AdapterOptions {
  /**
   * The chip that the kernel finds.
   * @defaultValue "cdc-acm": as fast as a pty, without CTS, and errors are counted without their place
   */
  readonly chip?: ChipName | undefined;
  /**
   * Serial number, at most 126 UTF-16 units.
   * @defaultValue none
   */
  readonly serialNumber?: string | undefined;
  /** USB vendor id, 0 to 0xffff; that of the chip by default. */
  readonly vid?: number | undefined;
  /** USB product id, 0 to 0xffff; that of the chip by default. */
  readonly pid?: number | undefined;
  /** Name of the manufacturer, at most 126 UTF-16 units; that of the chip by default. */
  readonly manufacturer?: string | undefined;
  /** Name of the product, at most 126 UTF-16 units; that of the chip by default. */
  readonly product?: string | undefined;
  /**
   * Signaling rate of the device.
   * @defaultValue "high"
   */
  readonly speed?: UsbSpeed | undefined;
}

const NAMES = ["manufacturer", "product", "serialNumber"] as const;
const IDS = ["vid", "pid"] as const;
const SPEEDS = ["full", "high"] as const;
/** Of one string descriptor. */
const MOST_UNITS = 126;

/** Names of the options. */
export const ADAPTER_OPTIONS: OptionSpec = {
  known: ["chip", "speed", ...IDS, ...NAMES],
  elsewhere: {
    serial: "write serialNumber",
    vendorid: "write vid",
    productid: "write pid",
    baudrate: "leave it out: the application chooses it",
  },
  bare: { string: "chip" },
};

/**
 * Checks the values.
 *
 * @throws `ConfigurationError` `ERR_INVALID_ARG_VALUE` — one of them is wrong.
 */
export function checkAdapter(options: AdapterOptions): ChipSpec {
  const { chip = "cdc-acm", speed = "high", vid, pid } = options;
  if (!isOneOf(chip, CHIP_NAMES)) throw invalid("chip", chip, `one of ${CHIP_NAMES.join(", ")}`);
  if (!isOneOf(speed, SPEEDS)) throw invalid("speed", speed, `one of ${SPEEDS.join(", ")}`);
  for (const name of IDS) {
    const id = options[name];
    if (id !== undefined && !isIntegerIn(id, 0, 0xffff)) {
      throw invalid(name, id, "a USB id, 0 to 0xffff");
    }
  }
  const names = NAMES.flatMap((name) => {
    const text = options[name];
    if (text === undefined) return [];
    if (typeof text !== "string" || text.length > MOST_UNITS) {
      throw invalid(name, text, `a text of at most ${MOST_UNITS} UTF-16 units`);
    }
    return [[name, text] as const];
  });
  const identity = {
    ...Object.fromEntries(names),
    ...(vid === undefined ? {} : { vendorId: vid }),
    ...(pid === undefined ? {} : { productId: pid }),
  };
  return { chip, speed, identity };
}
