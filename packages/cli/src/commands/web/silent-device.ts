// The member through which the page of `anyserial web` talks: a device that receives all and sends nothing by itself.
// The terminal of the page sends in its name. This file is named in the command's configuration.

import { fileURLToPath } from "node:url";
import { type DeviceDefinition, defineDevice } from "@anyserial/hub";

/** Path of this file, for the configuration. */
export const SILENT_DEVICE: string = fileURLToPath(import.meta.url);

/** @public Loaded by the hub. */
export const device: DeviceDefinition = defineDevice({ onMessage: () => undefined });
