// Attributes uncaught errors to devices: an error that a device throws in a timer or an unhandled
// promise is its member's failure. The program around the hub has to ask, since such an error is
// the process's.

import { AsyncLocalStorage } from "node:async_hooks";

/** A device that runs. */
export interface DeviceOwner {
  /** URL of its module. */
  readonly url: string;
  /** Receives an error that its code threw. */
  report(error: unknown): void;
}

const scope = new AsyncLocalStorage<DeviceOwner | undefined>();
const running = new Set<DeviceOwner>();

/** From here on the errors of a device can be claimed. */
export function addDevice(owner: DeviceOwner): void {
  running.add(owner);
}

/** The device is closed; its pending code still belongs to it. */
export function removeDevice(owner: DeviceOwner): void {
  running.delete(owner);
}

/** Runs code of a device. */
export function runDevice<T>(owner: DeviceOwner, code: () => T): T {
  return scope.run(owner, code);
}

/** Runs code of the hub that a device has called. */
export function leaveDevice<T>(code: () => T): T {
  return scope.run(undefined, code);
}

/**
 * Takes an uncaught error, if it is that of a device: to be asked in a listener of `uncaughtException`.
 *
 * @param error The thrown value.
 * @returns Whether it was a device's; it is reported as its member's failure then.
 */
export function claimDeviceError(error: unknown): boolean {
  const owner = scope.getStore() ?? ownerInStack(error);
  owner?.report(error);
  return owner !== undefined;
}

/** Some callbacks, as those of queueMicrotask(), do not know who began them; the stack names the file. */
function ownerInStack(error: unknown): DeviceOwner | undefined {
  const stack = error instanceof Error ? (error.stack ?? "") : "";
  return [...running].find(({ url }) => stack.includes(url));
}
