// Differences between the processors of guests; one module beside this one for each.

/**
 * @typedef Architecture
 * @property {Record<string, object>} trees What provideTree() unpacks, `tools` and `kernel` among them.
 * @property {(trees: Record<string, string>) => string} root Folder of the guest's root among the host's files.
 * @property {(trees: Record<string, string>) => string} busybox A static busybox for the guest.
 * @property {(trees: Record<string, string>) => string} node The guest's path of Node.js.
 * @property {string} path The guest's PATH; `/hil` has the programs of busybox.
 * @property {(trees: Record<string, string>) => string[]} start Lines of shell that the guest runs
 *   first. Paths of the host must exist afterwards: the project's folder, and the path of Node.js.
 * @property {string} emulator Path of QEMU in the tools.
 * @property {string[]} arguments Arguments of QEMU: machine, processor, memory.
 */

const LIBRARIES = ["usr/lib/x86_64-linux-gnu", "lib/x86_64-linux-gnu"];

/** The environment in which the programs of the tools find their libraries. */
export function toolEnvironment(tools) {
  const folders = LIBRARIES.map((folder) => `${tools}/${folder}`).join(":");
  return {
    ...process.env,
    LD_LIBRARY_PATH: folders,
    QEMU_MODULE_DIR: `${tools}/${LIBRARIES[0]}/qemu`,
  };
}
