// navigator.serial for one test, with one emulated port behind it.
import { installWebSerial } from "anyserial/web-serial";

/**
 * Installs it.
 *
 * @param device Of `makeDevice()`.
 * @param ids USB ids of the port.
 * @returns The value of `navigator.serial`.
 */
export function installFor(device, ids = {}) {
  return installWebSerial(globalThis, {
    ports: () => false,
    others: [{ path: device.path, ...ids }],
    choose: {},
  });
}
