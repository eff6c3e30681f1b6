// openSerialPort: validate, choose the backend, settle, open.

import { abortable, type WaitOptions } from "./abort.ts";
import { resolveAddress } from "./address.ts";
import type { Backend } from "./backend/backend.ts";
import { selectBackend } from "./backend/select.ts";
import type { SerialCapabilities } from "./capabilities.ts";
import { createSerialConfig, type SerialConfig, type SerialConfigInput } from "./config.ts";
import { publishError, publishOpen } from "./diagnostics.ts";
import { isSerialError } from "./errors.ts";
import { watchForgotten } from "./forgotten.ts";
import { PortCore } from "./io/port-core.ts";
import { createSettle, settleAgainstPlatform } from "./policy.ts";
import type { PortInfo } from "./port-info.ts";
import { SerialPort } from "./serial-port.ts";
import { invalid } from "./validate.ts";

/**
 * Opens a serial port.
 *
 * The port is raw, its input is empty, it never becomes the controlling terminal and is not
 * inherited by child processes. When anything fails, nothing is left behind: no descriptor, no
 * lock, no changed setting.
 *
 * @param target Path (`/dev/ttyUSB0`, `COM3`), address (`loop://`), or a {@link PortInfo}.
 * @param config Settings that differ from the defaults.
 * @param options.signal Gives up; a port that opens after that is closed at once.
 * @returns The open port.
 * @throws {@link ConfigurationError} `ERR_INVALID_ARG_VALUE` — an argument is wrong.
 * @throws {@link PortNotFoundError} — there is no serial port at the path.
 * @throws {@link PortPermissionError} — the process may not open it.
 * @throws {@link PortBusyError} — somebody else holds it.
 * @throws {@link UnsupportedFeatureError} — the platform or driver lacks an option that is asked
 *   for, under `unsupportedPolicy: "raise"`.
 * @throws {@link UnsupportedConfigurationError} — the driver refuses a setting or changes it.
 * @throws {@link UnsupportedPlatformError} — there is no backend for this system.
 * @throws `signal.reason` — the signal is aborted.
 * @example
 * ```ts
 * import { openSerialPort } from "anyserial";
 *
 * await using port = await openSerialPort("/dev/ttyUSB0", { baudRate: 115_200 });
 * await port.send(new TextEncoder().encode("*IDN?\n"));
 * const reply = await port.buffered().receiveUntil("\n");
 * console.log(new TextDecoder().decode(reply));
 * ```
 */
export async function openSerialPort(
  target: string | PortInfo,
  config: SerialConfigInput = {},
  options: WaitOptions = {},
): Promise<SerialPort> {
  const wanted = createSerialConfig(config);
  const found = targetOf(target);
  options.signal?.throwIfAborted();
  const opening = open(found, wanted);
  try {
    return await abortable(opening, options.signal);
  } catch (error) {
    if (options.signal?.aborted === true) opening.then((port) => port.close()).catch(() => {});
    if (isSerialError(error)) publishError(found.path, error);
    throw error;
  }
}

/**
 * What this system can do, before any port is opened.
 *
 * @returns A frozen record; everything is `unsupported` where there is no backend.
 * @throws {@link ConfigurationError} `ERR_INVALID_ARG_VALUE` — `ANYSERIAL_READINESS` is wrong.
 */
export async function platformCapabilities(): Promise<SerialCapabilities> {
  return (await selectBackend()).platformCapabilities();
}

async function open(target: OpenTarget, wanted: SerialConfig): Promise<SerialPort> {
  return openWith(await resolveAddress(target.path), target, wanted);
}

/**
 * Opens a port with a given backend.
 *
 * @internal Callers have `openSerialPort()`; `anyserial/testing` brings its own backend.
 */
export async function openWith(
  backend: Backend,
  { path, info }: OpenTarget,
  wanted: SerialConfig,
): Promise<SerialPort> {
  const settle = createSettle(wanted.unsupportedPolicy);
  const platform = backend.platformCapabilities();
  const config = settleAgainstPlatform({ path, platform, config: wanted, settle });
  const backendPort = await backend.open({ path, config, settle });
  const port = new SerialPort(new PortCore({ path, backendPort, config, settle, platform, info }));
  watchForgotten(port, path, backendPort);
  publishOpen(path, config, backend.name);
  return port;
}

/** What to open. */
interface OpenTarget {
  readonly path: string;
  readonly info: PortInfo | undefined;
}

function targetOf(target: string | PortInfo): OpenTarget {
  const info = typeof target === "string" ? undefined : target;
  const path = typeof target === "string" ? target : target?.path;
  if (typeof path !== "string" || path === "" || path.includes("\0")) {
    throw invalid("path", path, "a path or address that is not empty");
  }
  return { path, info };
}
