// USB devices that the guest itself emulates, on the ports of dummy_hcd: chips in user space on
// FunctionFS, and the kernel's own CDC-ACM gadget. The tests are the devices.
import { amd64 } from "../machine/amd64.mjs";

/** @type {import("../machine/guest.mjs").Guest} */
export const guest = {
  name: "usb-gadget",
  architecture: amd64,
  timeoutSeconds: 720,
  fileTimeoutSeconds: 420,
  modules: [
    "dummy_hcd num=4",
    "usb_f_fs",
    "usb_f_acm",
    "ftdi_sio",
    "cp210x",
    "ch341",
    "pl2303",
    "cdc_acm",
  ],
  // A device that is pulled out makes the drivers complain: that is what is tested.
  setup: ["mount -t configfs configfs /sys/kernel/config", "dmesg -n 1"],
  devices: [],
};
