// The chips by their names, and the identity that each has unless another one is asked for.

import type { DeviceIdentity, UsbSpeed } from "../usb/device-model.ts";
import { CdcAcmUart } from "./cdc-acm.ts";
import { Ch341Uart } from "./ch341.ts";
import { Chip } from "./chip.ts";
import { Cp210xUart } from "./cp210x.ts";
import { FtdiUart } from "./ftdi.ts";
import { Pl2303Uart } from "./pl2303.ts";
import type { Uart, UartPlace } from "./uart.ts";

/**
 * Name of an emulated chip. `cdc-acm` is the USB class for communication devices. The others are FTDI's FT232R and
 * FT4232H (four ports), CP2102 and CP2102N of Silicon Labs, CH340 of QinHeng, and PL2303 of Prolific.
 */
export type ChipName = "cdc-acm" | "ft232r" | "ft4232h" | "cp2102" | "cp2102n" | "ch340" | "pl2303";

interface Model {
  readonly identity: Omit<DeviceIdentity, "serialNumber">;
  readonly makeUart: (place: UartPlace) => Uart;
  readonly uarts?: number;
}

const FTDI = { vendorId: 0x0403, manufacturer: "FTDI" } as const;
const SILICON_LABS = { vendorId: 0x10c4, productId: 0xea60, manufacturer: "Silicon Labs" } as const;

const MODELS: Readonly<Record<ChipName, Model>> = {
  "cdc-acm": {
    // The id that pid.codes gives for tests, since the class needs none that a driver knows.
    identity: {
      ...{ vendorId: 0x1209, productId: 0x0001, release: 0x0100, deviceClass: 2 },
      ...{ manufacturer: "anyserial", product: "Emulated serial adapter" },
    },
    makeUart: (place) => new CdcAcmUart(place),
  },
  ft232r: {
    identity: { ...FTDI, productId: 0x6001, release: 0x0600, product: "FT232R USB UART" },
    makeUart: (place) => new FtdiUart(place, "full-speed"),
  },
  ft4232h: {
    identity: { ...FTDI, productId: 0x6011, release: 0x0800, product: "Quad RS232-HS" },
    makeUart: (place) => new FtdiUart(place, "high-speed"),
    uarts: 4,
  },
  cp2102: {
    identity: {
      ...SILICON_LABS,
      release: 0x0100,
      product: "CP2102 USB to UART Bridge Controller",
    },
    makeUart: (place) => new Cp210xUart(place, "cp2102"),
  },
  cp2102n: {
    identity: {
      ...SILICON_LABS,
      release: 0x0100,
      product: "CP2102N USB to UART Bridge Controller",
    },
    makeUart: (place) => new Cp210xUart(place, "cp2102n"),
  },
  ch340: {
    identity: {
      ...{ vendorId: 0x1a86, productId: 0x7523, release: 0x0264 },
      ...{ manufacturer: "QinHeng Electronics", product: "USB Serial" },
    },
    makeUart: (place) => new Ch341Uart(place),
  },
  pl2303: {
    identity: {
      ...{ vendorId: 0x067b, productId: 0x2303, release: 0x0300 },
      ...{ manufacturer: "Prolific Technology Inc.", product: "USB-Serial Controller" },
    },
    makeUart: (place) => new Pl2303Uart(place),
  },
};

/** The names of all chips. */
export const CHIP_NAMES = Object.keys(MODELS) as ChipName[];

/** A chip to make. */
export interface ChipSpec {
  readonly chip: ChipName;
  /** Fields that differ from the chip's own. */
  readonly identity?: Partial<DeviceIdentity>;
  /** @defaultValue "high" */
  readonly speed?: UsbSpeed;
}

/** Serial ports that a chip has. */
export function portsOf(chip: ChipName): number {
  return MODELS[chip].uarts ?? 1;
}

/** Makes a chip. */
export function createChip({ chip, identity, speed = "high" }: ChipSpec): Chip {
  const model = MODELS[chip];
  return new Chip({
    identity: { serialNumber: "", ...model.identity, ...identity },
    speed,
    uarts: Array.from({ length: portsOf(chip) }, (_, number) =>
      model.makeUart({ speed, firstEndpoint: 1 + 2 * number }),
    ),
  });
}
