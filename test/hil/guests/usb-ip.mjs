// Adapters that the library itself emulates, plugged into the guest's kernel by its virtual USB host: the drivers are
// real, the tests are the devices.
import { amd64 } from "../machine/amd64.mjs";

/** @type {import("../machine/guest.mjs").Guest} */
export const guest = {
  name: "usb-ip",
  onlyNamed: true, // it takes as long as the others together
  architecture: amd64,
  timeoutSeconds: 1200,
  fileTimeoutSeconds: 600,
  modules: ["vhci_hcd", "ftdi_sio", "cp210x", "ch341", "pl2303", "cdc_acm"],
  // A device that is pulled out makes the drivers complain: that is what is tested.
  setup: ["dmesg -n 1"],
  programs: ["avrdude", "python3-serial", "usbip"],
  devices: [],
};
