// 16550A UARTs on the kernel's 8250 driver: one on the ISA bus, whose line the host holds, and two on the
// PCI bus with a cable between them. The driver keeps placeholders for those that are absent.
import { amd64 } from "../machine/amd64.mjs";

/** @type {import("../machine/guest.mjs").Guest} */
export const guest = {
  name: "uart-8250",
  architecture: amd64,
  timeoutSeconds: 360,
  fileTimeoutSeconds: 300,
  modules: [],
  channels: ["line"],
  cables: [["left", "right"]],
  devices: [
    ...["-device", "isa-serial,index=0,chardev=line"],
    ...["-device", "pci-serial,addr=0x10,chardev=left"],
    ...["-device", "pci-serial,addr=0x11,chardev=right"],
  ],
};
