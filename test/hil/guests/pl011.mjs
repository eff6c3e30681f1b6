// An arm64 machine with a PL011, the UART of most ARM boards, whose driver has RS-485; the tests join its
// line to that of a 16550.
import { arm64 } from "../machine/arm64.mjs";

/** @type {import("../machine/guest.mjs").Guest} */
export const guest = {
  name: "pl011",
  architecture: arm64,
  timeoutSeconds: 400,
  fileTimeoutSeconds: 300,
  modules: [],
  libraryTests: ["integration/hot-plug", "integration/pty-presence"],
  channels: ["pl011", "uart"],
  devices: ["-serial", "chardev:pl011", "-device", "pci-serial,chardev=uart"],
};
