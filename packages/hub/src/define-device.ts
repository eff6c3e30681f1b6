// Devices written in TypeScript or JavaScript: simulators that join a network as members.

/** Marks what defineDevice() returned, also across copies of this package. */
const BRAND = Symbol.for("anyserial.hub.Device");

/** Bytes, or a text that is sent as UTF-8. */
export type DeviceBytes = Uint8Array | string;

/** What a device can do in its network. */
export interface DeviceContext {
  readonly network: string;
  readonly member: string;
  /** `options` of the member's configuration. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Aborted when the device is to stop: clear timers, close what was opened. */
  readonly signal: AbortSignal;
  /**
   * Sends to the network.
   *
   * @returns Resolves when the network has taken it; wait for it, or a full `backpressure` network
   *   keeps it in memory. Never rejects.
   */
  send(bytes: DeviceBytes): Promise<void>;
}

/** What a device answers a message with: nothing, if it likes. */
// biome-ignore lint/suspicious/noConfusingVoidType: a function without `return` is an answer, too
export type DeviceAnswer = DeviceBytes | undefined | void;

/** Behaviour of a device. */
export interface DeviceDefinition {
  /** The device joined its network. */
  onStart?(context: DeviceContext): void | Promise<void>;
  /**
   * A message arrived; with framing `raw`, a chunk. The next one waits until this is settled.
   *
   * @param message The device's to keep.
   * @returns What to send as an answer.
   */
  onMessage?(message: Uint8Array, context: DeviceContext): DeviceAnswer | Promise<DeviceAnswer>;
}

/**
 * Declares a device; a file that exports one can be named in a hub's configuration.
 *
 * @param definition Behaviour.
 * @returns The same object, marked.
 * @example
 * ```ts
 * import { defineDevice } from "@anyserial/hub";
 *
 * export const device = defineDevice({
 *   onMessage: (message) => (message.toString() === "ID?\n" ? "meter 1\n" : undefined),
 * });
 * ```
 */
export function defineDevice(definition: DeviceDefinition): DeviceDefinition {
  Object.defineProperty(definition, BRAND, { value: true });
  return definition;
}

/** Tells whether a value came from {@link defineDevice}. */
export function isDevice(value: unknown): value is DeviceDefinition {
  return typeof value === "object" && value !== null && Object.hasOwn(value, BRAND);
}
