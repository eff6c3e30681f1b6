// The open ports of this process: at its normal exit they put back what they changed outside their
// own settings.

interface Restorable {
  restoreAtExit(): void;
}

const open = new Set<Restorable>();

/** Remembers a port; the exit listener exists only while there is one. */
export function addOpenPort(port: Restorable): void {
  if (open.size === 0) process.once("exit", restoreAll);
  open.add(port);
}

/** Forgets a port that is about to close. */
export function removeOpenPort(port: Restorable): void {
  open.delete(port);
  if (open.size === 0) process.removeListener("exit", restoreAll);
}

function restoreAll(): void {
  for (const port of open) port.restoreAtExit();
}
