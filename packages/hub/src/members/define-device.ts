// Devices written in TypeScript or JavaScript: simulators that join a network as members.

import { checkDevice } from "./check-device.ts";

/** Marks results of defineDevice(), also across copies of this package. */
const BRAND = Symbol.for("anyserial.hub.Device");

/** Bytes, or a text that is sent as UTF-8. */
export type DeviceBytes = Uint8Array | string;

/** The network, as a device uses it. */
export interface DeviceContext {
  readonly network: string;
  readonly member: string;
  /** `options` of the member's configuration. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Aborted when the device is to stop: clear timers, close resources. */
  readonly signal: AbortSignal;
  /**
   * Sends to the network.
   *
   * @returns Resolves when the network has taken it; wait for it, or a full `backpressure` network
   *   keeps it in memory.
   * @throws `ConfigurationError` `ERR_INVALID_ARG_VALUE` — it is neither bytes nor a text.
   */
  send(bytes: DeviceBytes): Promise<void>;
}

/** A device's answer to a message, or nothing. */
// biome-ignore lint/suspicious/noConfusingVoidType: a function without `return` is an answer, too
export type DeviceAnswer = DeviceBytes | undefined | void;

/** Behaviour of a device. */
export interface DeviceDefinition {
  /** The device joined its network. */
  onStart?(context: DeviceContext): void | Promise<void>;
  /**
   * A message arrived; with framing `raw`, a chunk. The next one waits for the returned promise.
   *
   * @param message Bytes, not text: `Buffer.from(message).toString()` makes text of them. The device
   *   may keep them.
   * @returns What to send as an answer.
   */
  onMessage?(message: Uint8Array, context: DeviceContext): DeviceAnswer | Promise<DeviceAnswer>;
}

/**
 * Declares a device. A member of a hub's configuration names the file that exports it.
 *
 * @param definition Behaviour.
 * @returns The same object, marked.
 * @throws `ConfigurationError` `ERR_INVALID_ARG_VALUE` — a handler is no function, or has another name.
 * @example
 * ```ts
 * import { defineDevice } from "@anyserial/hub";
 *
 * export const device = defineDevice({
 *   onMessage: (message) => (Buffer.from(message).toString() === "ID?\n" ? "meter 1\n" : undefined),
 * });
 * ```
 */
export function defineDevice(definition: DeviceDefinition): DeviceDefinition {
  checkDevice(definition);
  Object.defineProperty(definition, BRAND, { value: true });
  return definition;
}

/** Returns whether a value came from {@link defineDevice}. */
export function isDevice(value: unknown): value is DeviceDefinition {
  return typeof value === "object" && value !== null && Object.hasOwn(value, BRAND);
}
