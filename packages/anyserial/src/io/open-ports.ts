// The open ports of this thread: when it ends they restore the settings that they changed outside
// their own. One list and one exit listener for all copies of this package.

import { isMainThread } from "node:worker_threads";
import { processWide } from "../process/process-wide.ts";

/** A port that must be restored at the end. */
interface Restorable {
  /** Puts settings back. */
  restoreAtExit(): void;
  /** Restores settings and closes, without waiting: in a worker, whose process continues. */
  abandon?(): void;
  /** The same of a port for blocking use. */
  closeBlocking?(): void;
}

interface OpenPorts {
  readonly ports: Set<Restorable>;
  readonly atExit: () => void;
}

const open = processWide("openPorts.1", (): OpenPorts => {
  const ports = new Set<Restorable>();
  return { ports, atExit: () => endAll(ports) };
});

/** Remembers a port; the exit listener exists only while there is one. */
export function addOpenPort(port: Restorable): void {
  if (open.ports.size === 0) process.once("exit", open.atExit);
  open.ports.add(port);
}

/** Forgets a port that is about to close. */
export function removeOpenPort(port: Restorable): void {
  open.ports.delete(port);
  if (open.ports.size === 0) process.removeListener("exit", open.atExit);
}

/** One that fails keeps none of the others from its end. */
function endAll(ports: ReadonlySet<Restorable>): void {
  const failures: unknown[] = [];
  for (const port of ports) {
    try {
      end(port);
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}

/** The system closes the descriptors of a process, but not those of a worker. */
function end(port: Restorable): void {
  if (isMainThread) port.restoreAtExit();
  else if (port.abandon !== undefined) port.abandon();
  else if (port.closeBlocking !== undefined) port.closeBlocking();
  else port.restoreAtExit();
}
