// What to do when a port of macOS does not open: in place of the general hint. Pure.

const DIALIN = /^\/dev\/tty\./;
const CALLOUT = /^\/dev\/cu\./;

/**
 * Finds what to say when a port does not open.
 *
 * @param path Path of the port.
 * @param code Name of the error number.
 * @returns A sentence without a full stop, or `undefined` where the general one will do.
 */
export function openHint(path: string, code: string): string | undefined {
  switch (code) {
    case "ENOENT":
      return DIALIN.test(path) || CALLOUT.test(path)
        ? "plug the device in and list the ports; where it never appears, allow its driver in System Settings, Privacy & Security (or Login Items & Extensions), and replug it"
        : "ports are called /dev/cu.NAME on macOS: list them";
    case "EACCES":
    case "EPERM":
      return `a sandbox or the mode of the node forbids it: check ls -l ${quoted(path)}, and give a sandboxed app the entitlement com.apple.security.device.serial`;
    case "EBUSY":
      return `close the program that has ${path} or its twin ${twinOf(path)} open (macOS opens one of the two at a time): lsof ${quoted(path)} ${quoted(twinOf(path))} names it`;
    default:
      return undefined;
  }
}

function twinOf(path: string): string {
  return DIALIN.test(path) ? path.replace(DIALIN, "/dev/cu.") : path.replace(CALLOUT, "/dev/tty.");
}

/** For a shell, into which the sentence may be copied. */
function quoted(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
