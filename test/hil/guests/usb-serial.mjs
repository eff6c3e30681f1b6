// QEMU's own USB adapter, an FT232BM for the kernel's ftdi_sio: the tests plug and unplug it.
import { amd64 } from "../machine/amd64.mjs";

/** @type {import("../machine/guest.mjs").Guest} */
export const guest = {
  name: "usb-serial",
  architecture: amd64,
  timeoutSeconds: 200,
  modules: ["xhci_pci", "ftdi_sio"],
  channels: ["left", "right"],
  devices: ["-device", "qemu-xhci,id=usb"],
};
