// The parts of an x86 guest. It runs the host's own Node.js and shared libraries.
import { join } from "node:path";

/** @type {import("./architecture.mjs").Architecture} */
export const amd64 = {
  trees: {
    tools: {
      name: "tools-amd64",
      architecture: "amd64",
      packages: ["qemu-system-x86", "kmod", "busybox-static"],
      withDependencies: true,
    },
    kernel: {
      name: "kernel-amd64",
      architecture: "amd64",
      packages: ["linux-image-6.12.117+deb12-amd64"],
      withDependencies: false,
    },
  },
  root: () => "/",
  busybox: ({ tools }) => join(tools, "bin/busybox"),
  node: () => process.execPath,
  path: "/usr/sbin:/usr/bin:/sbin:/bin:/hil",
  start: () => [],
  emulator: "usr/bin/qemu-system-x86_64",
  // The processor that QEMU takes by default makes Node.js start two to three times slower.
  arguments: ["-machine", "q35", "-cpu", "max", "-m", "2048"],
};
