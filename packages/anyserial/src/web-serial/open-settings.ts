// The settings of SerialPort.open(): their ranges, the configuration that they ask for, and how the driver's
// answer differs from them.

import type { SerialConfigInput } from "../config/config.ts";
import type { OpenSettings } from "./dictionaries.ts";
import type { OpenedPort } from "./service.ts";

/** Firefox's limit. */
const MOST_BUFFER_BYTES = 16 * 1024 * 1024;

/** @throws `TypeError` — an option is out of range. */
export function checkSettings({ baudRate, dataBits, stopBits, bufferSize }: OpenSettings): void {
  if (baudRate === 0) throw new TypeError("options.baudRate is 0");
  if (dataBits !== 7 && dataBits !== 8) throw new TypeError("options.dataBits is not 7 or 8");
  if (stopBits !== 1 && stopBits !== 2) throw new TypeError("options.stopBits is not 1 or 2");
  if (bufferSize === 0) throw new TypeError("options.bufferSize is 0");
  if (bufferSize > MOST_BUFFER_BYTES) {
    throw new TypeError(`options.bufferSize is more than ${MOST_BUFFER_BYTES} bytes`);
  }
}

/** Marks and the lock are taken where the driver has them; the settings are compared afterwards. */
export function configOf({
  baudRate,
  dataBits,
  stopBits,
  parity,
  flowControl,
}: OpenSettings): SerialConfigInput {
  return {
    baudRate,
    dataBits: dataBits as 7 | 8, // they were checked
    stopBits: stopBits as 1 | 2,
    parity,
    flowControl: { rtsCts: flowControl === "hardware" },
    lineErrors: "mark",
    exclusive: true,
    unsupportedPolicy: "ignore",
  };
}

/** Names of the settings that the driver did not take. */
export function differences({ config }: OpenedPort, wanted: OpenSettings): string[] {
  const names = (["baudRate", "dataBits", "stopBits", "parity"] as const).filter(
    (name) => config[name] !== wanted[name],
  );
  const isFlowing = config.flowControl.rtsCts === (wanted.flowControl === "hardware");
  return isFlowing ? names : [...names, "flowControl"];
}

/** Builds the message for an open that ends without a port. */
export function openFailure(refusedSettings: readonly string[]): string {
  if (refusedSettings.length === 0) return "Failed to open serial port: it was forgotten";
  return `Failed to open serial port: the driver refuses ${refusedSettings.join(", ")}`;
}
