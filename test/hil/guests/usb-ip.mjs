// Adapters that the library itself emulates, plugged into the guest's kernel by its virtual USB host: the drivers are
// real, the tests are the devices.
import { amd64 } from "../machine/amd64.mjs";

/** @type {import("../machine/guest.mjs").Guest} */
export const guest = {
  name: "usb-ip",
  onlyNamed: true, // its breaks and rates are not reliable on a slow machine yet
  architecture: amd64,
  timeoutSeconds: 540,
  fileTimeoutSeconds: 420,
  modules: ["vhci_hcd", "ftdi_sio", "cp210x", "ch341", "pl2303", "cdc_acm"],
  // A device that is pulled out makes the drivers complain: that is what is tested.
  setup: ["dmesg -n 1"],
  devices: [],
};
