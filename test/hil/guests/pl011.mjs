// An arm64 machine with a PL011, the UART of most ARM boards, whose driver has RS-485; the host joins its
// line to that of a 16550.
import { arm64 } from "../machine/arm64.mjs";

/** @type {import("../machine/guest.mjs").Guest} */
export const guest = {
  name: "pl011",
  architecture: arm64,
  timeoutSeconds: 240,
  modules: [],
  channels: ["pl011", "uart"],
  devices: ["-serial", "chardev:pl011", "-device", "pci-serial,chardev=uart"],
};
