// Names of COM ports: from the caller's form to the one of CreateFileW. Pure.

const DEVICE_NAMESPACE = "\\\\.\\";

/**
 * Finds the name of a port in a path: `COM10` of `com10`, `COM10:`, `\\.\COM10` and `//./COM10`.
 *
 * @param path Path as the caller writes it.
 * @returns The name, in capitals where it is `COM` and a number; a path of a file comes back as it is.
 */
export function portName(path: string): string {
  const slashed = path.replaceAll("/", "\\");
  const name = /^\\\\[.?]\\/.test(slashed) ? slashed.slice(DEVICE_NAMESPACE.length) : path;
  const com = /^com(\d+):?$/i.exec(name);
  return com === null ? name : `COM${com[1]}`;
}

/**
 * Spells a port for CreateFileW. A bare `COM10` would name a file: only `COM1` to `COM9` are
 * reserved names, so every port goes by the namespace of devices.
 *
 * @param path Path as the caller writes it.
 * @returns Path in the namespace of devices; the path of a file as it is.
 * @see "Naming Files, Paths, and Namespaces" (Microsoft)
 */
export function devicePath(path: string): string {
  const name = portName(path);
  return /[\\/:]/.test(name) ? path : `${DEVICE_NAMESPACE}${name}`;
}

/**
 * Brings the spellings of a port's name, or of a device interface's path, to one, to be compared.
 *
 * @param path Path as the caller writes it; nothing is opened.
 * @returns Upper case, without the prefix of a namespace.
 */
export function canonicalPortPath(path: string): string {
  return portName(path).toUpperCase();
}
