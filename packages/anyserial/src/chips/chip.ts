// A USB serial adapter: one UART or several, behind one device. Finds the UART for each request and transfer.

import type {
  DeviceIdentity,
  DeviceModel,
  Endpoint,
  UsbInterface,
  UsbSpeed,
} from "../usb/device-model.ts";
import type { Setup } from "../usb/setup.ts";
import type { Uart } from "./uart.ts";

/** Parts of a chip. */
export interface ChipParts {
  readonly identity: DeviceIdentity;
  readonly speed: UsbSpeed;
  readonly uarts: readonly Uart[];
}

/** A chip. */
export class Chip implements DeviceModel {
  readonly identity: DeviceIdentity;
  readonly speed: UsbSpeed;
  readonly uarts: readonly Uart[];
  readonly interfaces: readonly UsbInterface[];
  onReady: (address: number) => void = () => undefined;
  readonly #byEndpoint = new Map<number, Uart>();

  constructor({ identity, speed, uarts }: ChipParts) {
    this.identity = identity;
    this.speed = speed;
    this.uarts = uarts;
    this.interfaces = uarts.flatMap((uart) => uart.interfaces);
    for (const uart of uarts) {
      uart.onReady = (address) => this.onReady(address);
      for (const { address } of endpointsOf(uart)) this.#byEndpoint.set(address, uart);
    }
  }

  answer(setup: Setup): Uint8Array | undefined {
    return this.#addressed(setup)?.answer(setup);
  }

  accept(setup: Setup, data: Uint8Array): boolean {
    return this.#addressed(setup)?.accept(setup, data) ?? false;
  }

  take(address: number, most: number): Uint8Array | undefined {
    return this.#byEndpoint.get(address)?.take(address, most);
  }

  offer(address: number, data: Uint8Array): boolean {
    return this.#byEndpoint.get(address)?.offer(address, data) ?? true;
  }

  onAwaited(address: number, isAwaited: boolean): void {
    this.#byEndpoint.get(address)?.awaited(address, isAwaited);
  }

  onConfigured(): void {
    // Endpoints work whether the host has asked for the configuration or not.
  }

  onUnplugged(): void {
    for (const uart of this.uarts) uart.unplugged();
  }

  /** The low byte of the index is the number of the UART, from 1, where there are several. */
  #addressed({ index }: Setup): Uart | undefined {
    return this.uarts.length === 1 ? this.uarts[0] : this.uarts[Math.max((index & 0xff) - 1, 0)];
  }
}

function endpointsOf(uart: Uart): Endpoint[] {
  return uart.interfaces.flatMap(({ endpoints }) => endpoints);
}
