// Errors of plugging in, with the next step for each.

import {
  PortBusyError,
  PortNotFoundError,
  PortPermissionError,
  SerialError,
  UnsupportedPlatformError,
} from "../errors/errors.ts";

const OPERATION = "plug";
const LOAD = "sudo modprobe vhci-hcd";
const PACKAGES =
  "it is part of Debian's, Raspberry Pi's, Fedora's and Arch's kernels; Ubuntu has it in linux-modules-extra-$(uname -r), Debian's cloud kernels lack it (install linux-image-amd64)";

/** The error of a system that has no virtual USB ports. */
export function notOnLinux(platform: string): UnsupportedPlatformError {
  return new UnsupportedPlatformError(
    `Cannot plug an adapter in: ${platform} has no virtual USB ports`,
    {
      code: "ERR_SERIAL_PLATFORM",
      operation: OPERATION,
      hint: "use serveAdapters(), and attach the adapter from Linux, or from Windows by usbip-win2",
    },
  );
}

/** The error of an adapter for which the kernel has no driver. */
export function noDriver(chip: string, driver: string): SerialError {
  return new PortNotFoundError(`Cannot plug an adapter in: no driver took the ${chip}`, {
    code: "ERR_SERIAL_NO_DRIVER",
    operation: OPERATION,
    hint: `load its driver: sudo modprobe ${driver}; with a vid or pid of your own, choose chip cdc-acm, whose driver goes by the class`,
  });
}

/** Builds the error of a request that the serving process refused. */
export function plugFailed(code: string, said: string): SerialError {
  const message = `Cannot plug an adapter in: `;
  const details = { code, operation: OPERATION };
  switch (code) {
    case "ENODEV":
      return new UnsupportedPlatformError(`${message}the kernel module vhci-hcd is not loaded`, {
        ...details,
        hint: `load it: ${LOAD} (${PACKAGES})`,
      });
    case "EACCES":
      return new PortPermissionError(`${message}only root may (${said})`, {
        ...details,
        hint: 'run as root, or pass helper: ["sudo", "-n"], or let a udev rule give a group the right to write to /sys/devices/platform/vhci_hcd.0/attach: whoever has it may plug in any USB device',
      });
    case "EROFS":
      return new PortPermissionError(`${message}/sys is read-only`, {
        ...details,
        hint: "in a container, mount /sys/devices/platform/vhci_hcd.0 of the host read-write, or plug the adapter in outside",
      });
    case "EBUSY":
      return new PortBusyError(`${message}${said}`, {
        ...details,
        hint: "unplug one (usbip port lists them, usbip detach -p N), or load the module with more controllers: options vhci-hcd num_controllers=4",
      });
    default:
      return new SerialError(`${message}${said === "" ? code : said}`, details);
  }
}
