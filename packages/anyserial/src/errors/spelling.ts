// Mistakes in a path that leads nowhere: for the hint of the error, and for calls that would wait
// for such a port for ever. Pure.

/**
 * Finds a mistake in the spelling of a path at which there is no file.
 *
 * @param path The path.
 * @param isWindows Ports are named `COM3`, not `/dev/ttyUSB0`.
 * @returns A sentence without a full stop; `undefined` where the path seems right.
 */
export function spellingHint(path: string, isWindows: boolean): string | undefined {
  if (/[\r\n]$/.test(path)) return "the path ends with a line break: pass path.trim()";
  if (path !== path.trim()) return "the path begins or ends with white space: pass path.trim()";
  if (isWindows) return path.startsWith("/dev/") ? "on Windows a port is named COM3" : undefined;
  if (/^COM\d+$/i.test(path))
    return "a port is named like this on Windows only: see listSerialPorts()";
  if (/^dev\//.test(path)) return `write /${path}`;
  if (path.includes("/") || path.includes(":")) return undefined;
  return `write /dev/${path}: a name without a folder is resolved in the current folder`;
}
