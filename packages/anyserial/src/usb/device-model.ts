// THE CONTRACT of an emulated USB device: identity, interfaces, requests, and bytes that a host may take or offer.
// A transport (USB/IP, or FunctionFS in the hardware tests) calls it for the host.

import type { Setup } from "./setup.ts";

/** Signaling rate of a device: 12 Mbit/s or 480 Mbit/s. */
export type UsbSpeed = "full" | "high";

/** Identity that the host reads when the device is plugged in. */
export interface DeviceIdentity {
  /** USB vendor id, 0 to 0xffff. */
  readonly vendorId: number;
  /** USB product id, 0 to 0xffff. */
  readonly productId: number;
  /** `bcdDevice`: drivers distinguish chips by it. */
  readonly release: number;
  readonly manufacturer: string;
  readonly product: string;
  /** Empty: the device has none. */
  readonly serialNumber: string;
  /**
   * `bDeviceClass`.
   * @defaultValue 0: the interfaces say
   */
  readonly deviceClass?: number;
}

/** An endpoint. */
export interface Endpoint {
  /** Its number, and 0x80 for one toward the host. */
  readonly address: number;
  readonly type: "bulk" | "interrupt";
  /** Largest packet, in bytes. */
  readonly packetBytes: number;
}

/** One interface of the only configuration; the first one has the number 0. */
export interface UsbInterface {
  readonly classCode: number;
  readonly subclass: number;
  readonly protocol: number;
  /** Descriptors of its class, before those of its endpoints. */
  readonly functional: Uint8Array;
  readonly endpoints: readonly Endpoint[];
}

/** Identity and behavior of a device. */
export interface DeviceModel {
  readonly identity: DeviceIdentity;
  readonly speed: UsbSpeed;
  readonly interfaces: readonly UsbInterface[];
  /**
   * Answers a class or vendor request for data.
   *
   * @returns At most `setup.length` bytes are used; `undefined` stalls.
   */
  answer(setup: Setup): Uint8Array | undefined;
  /**
   * Takes a class or vendor request that carries data, or none.
   *
   * @returns `false` stalls.
   */
  accept(setup: Setup, data: Uint8Array): boolean;
  /**
   * Takes bytes for the host.
   *
   * @param address The endpoint.
   * @param most Bytes that the host has room for.
   * @returns One transfer, which may be empty; `undefined`: nothing now.
   */
  take(address: number, most: number): Uint8Array | undefined;
  /**
   * Offers bytes of the host.
   *
   * @param address The endpoint.
   * @param data One transfer; kept, not copied.
   * @returns `false`: no room now, offer the same again after `onReady`.
   */
  offer(address: number, data: Uint8Array): boolean;
  /** Called when a take or an offer at an endpoint may succeed that did not before. */
  onReady: (address: number) => void;
  /** The host waits at an endpoint from now on, or has given up all that it waited for there. */
  onAwaited(address: number, isAwaited: boolean): void;
  /** The host has chosen the configuration: endpoints work from now on. */
  onConfigured(): void;
  /** The device was pulled out, or its host has gone. */
  onUnplugged(): void;
}
