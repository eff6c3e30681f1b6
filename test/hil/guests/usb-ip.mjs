// Adapters that the library itself emulates, plugged into the guest's kernel by its virtual USB host: the drivers are
// real, the tests are the devices. `ANYSERIAL_TEST_LONG=1` runs the tests of minutes as well.
import { amd64 } from "../machine/amd64.mjs";

const isLong = process.env.ANYSERIAL_TEST_LONG === "1";

/** @type {import("../machine/guest.mjs").Guest} */
export const guest = {
  name: "usb-ip",
  onlyNamed: true, // it takes as long as the others together
  architecture: amd64,
  timeoutSeconds: isLong ? 3600 : 720,
  fileTimeoutSeconds: isLong ? 1800 : 420,
  modules: ["vhci_hcd", "ftdi_sio", "cp210x", "ch341", "pl2303", "cdc_acm", "veth"],
  // A device that is pulled out makes the drivers complain: that is what is tested.
  setup: ["dmesg -n 1"],
  programs: ["avrdude", "python3-serial", "usbip", "picocom", "minicom", "mbpoll", "gpsd"],
  devices: [],
  env: isLong ? { ANYSERIAL_TEST_LONG: "1" } : {},
};
