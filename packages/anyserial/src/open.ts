// openSerialPort: validate, choose the backend, settle, open.

import { abortable, signalOf, type WaitOptions } from "./abort.ts";
import { resolveAddress } from "./address.ts";
import type { Backend } from "./backend/backend.ts";
import { selectBackend } from "./backend/select.ts";
import type { SerialCapabilities } from "./capabilities.ts";
import { createSerialConfig, type SerialConfig, type SerialConfigInput } from "./config.ts";
import { publishError, publishOpen } from "./diagnostics.ts";
import { isSerialError } from "./errors.ts";
import { callSite, watchForgotten } from "./forgotten.ts";
import { removeOpenPort } from "./io/open-ports.ts";
import { PortCore } from "./io/port-core.ts";
import { createSettle, settleAgainstPlatform } from "./policy.ts";
import { createPortFilter, describeFilter, isEmptyFilter, type PortFilter } from "./port-filter.ts";
import type { PortInfo } from "./port-info.ts";
import { findOnly } from "./port-list.ts";
import { SerialPort } from "./serial-port.ts";
import { invalid } from "./validate.ts";

/**
 * Opens a serial port.
 *
 * The port is raw, its input is empty, it never becomes the controlling terminal and is not
 * inherited by child processes. When anything fails, nothing is left behind: no descriptor, no
 * lock, no changed setting.
 *
 * @param target Path (`/dev/ttyUSB0`, `COM3`), address (`loop://`), a {@link PortInfo}, or a
 *   {@link PortFilter} that one port matches (`{ vid: 0x0403, serialNumber: "A6008isP" }`).
 * @param config Settings that differ from the defaults.
 * @param options.signal Gives up; a port that opens after that is closed at once.
 * @returns The open port.
 * @throws {@link ConfigurationError} `ERR_INVALID_ARG_VALUE` — an argument is wrong;
 *   `ERR_SERIAL_AMBIGUOUS` — several ports match the filter.
 * @throws {@link PortNotFoundError} — there is no serial port at the path; `ERR_SERIAL_NO_MATCH` — no
 *   port matches the filter.
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
  target: string | PortInfo | PortFilter,
  config: SerialConfigInput = {},
  options: WaitOptions = {},
): Promise<SerialPort> {
  const wanted = createSerialConfig(config);
  const found = targetOf(target);
  const name = isOpenTarget(found) ? found.path : describeFilter(found);
  const openedAt = callSite(); // now: what awaits later has lost its caller
  return abortableOpen(name, signalOf(options), () => open(found, wanted, openedAt));
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

async function open(
  target: OpenTarget | PortFilter,
  wanted: SerialConfig,
  openedAt: string,
): Promise<SerialPort> {
  if (isOpenTarget(target)) {
    return openWith(await resolveAddress(target.path), { ...target, openedAt }, wanted);
  }
  return findAndOpen(await selectBackend(), target, { wanted, openedAt });
}

/**
 * Opens the one port that a filter means.
 *
 * @internal Callers have `openSerialPort()`.
 */
export async function openMatching(
  backend: Backend,
  filter: PortFilter,
  { config, signal }: { readonly config: SerialConfigInput } & WaitOptions,
): Promise<SerialPort> {
  const how = { wanted: createSerialConfig(config), openedAt: callSite() };
  return abortableOpen(describeFilter(filter), signal, () => findAndOpen(backend, filter, how));
}

async function findAndOpen(
  backend: Backend,
  filter: PortFilter,
  { wanted, openedAt }: { readonly wanted: SerialConfig; readonly openedAt: string },
): Promise<SerialPort> {
  const info = await findOnly(backend, filter);
  return openWith(backend, { path: info.path, info, openedAt }, wanted);
}

/** A port that opens after the signal was aborted is closed at once. */
async function abortableOpen(
  name: string,
  signal: AbortSignal | undefined,
  start: () => Promise<SerialPort>,
): Promise<SerialPort> {
  signal?.throwIfAborted();
  const opening = start();
  try {
    return await abortable(opening, signal);
  } catch (error) {
    if (signal?.aborted === true) opening.then((port) => port.close()).catch(() => {});
    if (isSerialError(error)) publishError(name, error);
    throw error;
  }
}

/**
 * Opens a port with a given backend.
 *
 * @internal Callers have `openSerialPort()`; `anyserial/testing` brings its own backend.
 */
export async function openWith(
  backend: Backend,
  { path, info, openedAt = callSite() }: OpenTarget,
  wanted: SerialConfig,
): Promise<SerialPort> {
  const settle = createSettle(wanted.unsupportedPolicy);
  const platform = backend.platformCapabilities();
  const config = settleAgainstPlatform({ path, platform, config: wanted, settle });
  // First, so that nothing comes between an open device and the port that hears of its end; a port
  // without a description is open.
  const found = info ?? (await backend.describe?.(path).catch(() => undefined));
  const backendPort = await backend.open({ path, config, settle });
  try {
    const parts = { path, backendPort, config, settle, platform, info: found };
    const port = new SerialPort(new PortCore(parts));
    watchForgotten(port, { path, openedAt, backendPort });
    publishOpen(path, config, backend.name);
    return port;
  } catch (error) {
    removeOpenPort(backendPort); // the device is already gone
    backendPort.abandon();
    throw error;
  }
}

/** What to open. */
interface OpenTarget {
  readonly path: string;
  readonly info: PortInfo | undefined;
  /** Stack of the caller. */
  readonly openedAt?: string | undefined;
}

/** A record, of which every field is there, is a port; any other object describes one. */
function targetOf(target: string | PortInfo | PortFilter): OpenTarget | PortFilter {
  if (typeof target === "string") return { path: checkPath(target), info: undefined };
  if (isPortInfo(target)) return { path: checkPath(target.path), info: target };
  const filter = createPortFilter(target);
  if (isEmptyFilter(filter)) throw invalid("filter", target, "at least one property of the port");
  const { path, ...others } = filter;
  if (typeof path !== "string" || !isEmptyFilter(others)) return filter;
  return { path: checkPath(path), info: undefined };
}

function checkPath(path: string): string {
  if (path !== "" && !path.includes("\0")) return path;
  throw invalid("path", path, "a path or address that is not empty");
}

function isPortInfo(target: PortInfo | PortFilter): target is PortInfo {
  return typeof target?.path === "string" && "name" in target && "hardwareId" in target;
}

function isOpenTarget(target: OpenTarget | PortFilter): target is OpenTarget {
  return "info" in target;
}
