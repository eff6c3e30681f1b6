// The library's own models of chips. It does not export them, so they are imported from its files.

import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import type * as createChips from "../../../packages/anyserial/dist/chips/create-chip.js";
import type * as setups from "../../../packages/anyserial/dist/usb/setup.js";

export type { ChipName } from "../../../packages/anyserial/dist/chips/create-chip.js";
export type { LineEnd, Uart } from "../../../packages/anyserial/dist/chips/uart.js";
export type {
  CharacterError,
  UartSettings,
} from "../../../packages/anyserial/dist/chips/uart-state.js";
export type { ModemLines } from "../../../packages/anyserial/dist/model/modem-lines.js";
export type {
  DeviceIdentity,
  DeviceModel,
  Endpoint,
} from "../../../packages/anyserial/dist/usb/device-model.js";
export type { Setup } from "../../../packages/anyserial/dist/usb/setup.js";

const require = createRequire(import.meta.url);
const dist = join(dirname(require.resolve("anyserial/package.json")), "dist");
const load = (file: string): Promise<unknown> => import(pathToFileURL(join(dist, file)).href);

export const { createChip } = (await load("chips/create-chip.js")) as typeof createChips;
export const { decodeSetup } = (await load("usb/setup.js")) as typeof setups;
