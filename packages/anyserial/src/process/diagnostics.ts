// Diagnostics of the library: diagnostics channels and NODE_DEBUG=anyserial. Never payload.

import { channel } from "node:diagnostics_channel";
import { debuglog } from "node:util";
import type { SerialConfig } from "../config/config.ts";
import type { SerialError } from "../errors/errors.ts";

const channels = {
  open: channel("anyserial:open"),
  configure: channel("anyserial:configure"),
  close: channel("anyserial:close"),
  error: channel("anyserial:error"),
  watch: channel("anyserial:watch"),
};
const debug = debuglog("anyserial");

/** A port was opened. */
export function publishOpen(path: string, config: SerialConfig, backend: string): void {
  debug("open %s by %s at %d baud", path, backend, config.baudRate);
  if (channels.open.hasSubscribers) channels.open.publish({ path, config, backend });
}

/** A port was reconfigured. */
export function publishConfigure(path: string, config: SerialConfig): void {
  debug("configure %s at %d baud", path, config.baudRate);
  if (channels.configure.hasSubscribers) channels.configure.publish({ path, config });
}

/** A port was closed; `discardedBytes` were still queued and could not go out. */
export function publishClose(
  path: string,
  discardedBytes: number,
  cause: SerialError | undefined,
): void {
  debug("close %s, %d bytes discarded%s", path, discardedBytes, cause ? `: ${cause.message}` : "");
  if (channels.close.hasSubscribers) channels.close.publish({ path, discardedBytes, cause });
}

/** An operation failed. */
export function publishError(path: string, error: SerialError): void {
  debug("error %s: %s", path, error.message);
  if (channels.error.hasSubscribers) channels.error.publish({ path, error });
}

/** The system refused to watch something. */
export function publishRefusedWatch(refused: {
  readonly kind: string;
  readonly error: SerialError;
  /** The substitute for the watch. */
  readonly consequence: string;
}): void {
  debug("watch of %s refused: %s", refused.kind, refused.error.message);
  if (channels.watch.hasSubscribers) channels.watch.publish(refused);
}
