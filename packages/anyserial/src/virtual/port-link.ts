// The path at which an emulated port is found.

import { resolve } from "node:path";
import type { LinkChange, LinkOptions, LinkState, PortLink } from "../backend/port-link.ts";
import { addOpenPort, removeOpenPort } from "../io/open-ports.ts";
import { selectBackend } from "../platform/select.ts";
import { noPtys } from "./no-ptys.ts";

export type { LinkChange, LinkOptions, LinkState, PortLink };

/**
 * Claims the path of an emulated port. It belongs to this process until it is released, at the latest at
 * the normal exit of the process.
 *
 * @param path Path of the link to come; its folders are made. A relative one is resolved now.
 * @param options Code of errors, and whom to call at the end.
 * @returns The path; nothing leads anywhere yet.
 * @throws `PortBusyError` `EEXIST`, or `heldCode` where another process has it — the path is in use.
 * @throws `PortPermissionError` `EACCES`, … — this user may not make it.
 * @throws `ConfigurationError` `ENAMETOOLONG`, `ENOTDIR`, … — there can be no such path.
 * @throws `UnsupportedPlatformError` `ERR_SERIAL_PLATFORM` — no ptys are made on this system.
 */
export async function claimPortLink(path: string, options: LinkOptions = {}): Promise<PortLink> {
  const absolute = resolve(path);
  const backend = await selectBackend();
  if (backend.claimLink === undefined) throw noPtys(backend);
  const onRelease = (): void => {
    removeOpenPort(atExit);
    options.onRelease?.();
  };
  const link = backend.claimLink(absolute, { ...options, onRelease });
  const atExit = { restoreAtExit: () => link.release() };
  addOpenPort(atExit);
  return link;
}
