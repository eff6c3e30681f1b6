// The simulated instrument as a device of a hub: this file is named in the demo's configuration.

import { fileURLToPath } from "node:url";
import { type DeviceDefinition, defineDevice } from "@anyserial/hub";
import { Instrument } from "../demo/instrument.ts";

/** Path of this file, for the configuration. */
export const DEVICE_FILE: string = fileURLToPath(import.meta.url);

const instrument = new Instrument(Date.now);

/**
 * The device: one command line in, one reply line out.
 *
 * @public Loaded by the hub.
 */
export const device: DeviceDefinition = defineDevice({
  onMessage: (message) => {
    const reply = instrument.execute(Buffer.from(message).toString("utf8").trim());
    return reply === undefined ? undefined : `${reply}\r\n`;
  },
});
