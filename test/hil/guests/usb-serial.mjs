// QEMU's own USB adapter, an FT232BM for the kernel's ftdi_sio: the tests plug and unplug it.
import { amd64 } from "../machine/amd64.mjs";

/** @type {import("../machine/guest.mjs").Guest} */
export const guest = {
  name: "usb-serial",
  architecture: amd64,
  timeoutSeconds: 590,
  fileTimeoutSeconds: 450,
  modules: ["uhci_hcd", "ohci_hcd", "ohci_pci", "ftdi_sio"],
  channels: ["left", "right"],
  // Of QEMU's controllers one that fails transfers to a device that has gone, as real ones do, and
  // one that ends a transfer where the emulated chip has no more. A real chip ends it by a packet
  // that is not full; this one has none to send when its bytes fill packets of 62, and on UHCI they
  // wait for more to come.
  devices: ["-device", "piix3-usb-uhci,id=uhci", "-device", "pci-ohci,id=ohci"],
};
