// Endpoint 0 of an emulated device: the requests that all devices share, and the way to those of the model.
// USB 2.0, section 9.4.

import { DESCRIPTOR, encodeConfiguration, encodeDevice, encodeString } from "./descriptors.ts";
import type { DeviceModel } from "./device-model.ts";
import type { Setup } from "./setup.ts";

const REQUEST = {
  getStatus: 0,
  clearFeature: 1,
  setFeature: 3,
  setAddress: 5,
  getDescriptor: 6,
  getConfiguration: 8,
  setConfiguration: 9,
  getInterface: 10,
  setInterface: 11,
} as const;

const NOTHING = new Uint8Array();

/** Endpoint 0 of one device. */
export class ControlEndpoint {
  readonly #model: DeviceModel;
  #configuration = 0;

  constructor(model: DeviceModel) {
    this.#model = model;
  }

  /**
   * Answers a request.
   *
   * @param setup The request.
   * @param data Bytes that came with it; none where the device answers.
   * @returns The answer, empty where the request has none; `undefined` stalls.
   */
  request(setup: Setup, data: Uint8Array): Uint8Array | undefined {
    if (setup.type === "standard") return this.#standard(setup)?.subarray(0, setup.length);
    if (setup.isIn) return this.#model.answer(setup)?.subarray(0, setup.length);
    return this.#model.accept(setup, data) ? NOTHING : undefined;
  }

  #standard({ request, value }: Setup): Uint8Array | undefined {
    switch (request) {
      case REQUEST.getDescriptor:
        return this.#descriptor(value >> 8, value & 0xff);
      case REQUEST.setConfiguration:
        return this.#configure(value & 0xff);
      case REQUEST.getConfiguration:
        return Uint8Array.of(this.#configuration);
      case REQUEST.getStatus:
        return Uint8Array.of(0, 0);
      case REQUEST.getInterface:
        return Uint8Array.of(0);
      case REQUEST.clearFeature:
      case REQUEST.setFeature:
      case REQUEST.setAddress:
        return NOTHING;
      case REQUEST.setInterface:
        return value === 0 ? NOTHING : undefined;
      default:
        return undefined;
    }
  }

  #descriptor(kind: number, number: number): Uint8Array | undefined {
    if (kind === DESCRIPTOR.device) return encodeDevice(this.#model);
    if (kind === DESCRIPTOR.configuration && number === 0) return encodeConfiguration(this.#model);
    if (kind === DESCRIPTOR.string) return encodeString(this.#model, number);
    return undefined;
  }

  #configure(configuration: number): Uint8Array | undefined {
    if (configuration > 1) return undefined;
    this.#configuration = configuration;
    if (configuration === 1) this.#model.onConfigured();
    return NOTHING;
  }
}
