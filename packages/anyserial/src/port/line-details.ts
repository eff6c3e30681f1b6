// Details of an open line that other libraries show.

import { coreOf, type SerialPort } from "./serial-port.ts";

/**
 * Reads whether the driver hands over received bytes at once.
 *
 * @param port An open port.
 * @returns `undefined` where the driver does not report it.
 */
export function isLowLatency(port: SerialPort): boolean | undefined {
  return coreOf(port).run("configure", (line) => line.isLowLatency?.());
}
