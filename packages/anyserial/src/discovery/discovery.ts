// Which ports there are, and which come and go: the public functions over the contract's list and
// watch. Always live, nothing is remembered between calls.

import { abortable, signalOf, type WaitOptions, waiting } from "../abort/abort.ts";
import type { OptionSpec } from "../arguments/options.ts";
import { invalid, isOneOf } from "../arguments/validate.ts";
import type { PortInfo } from "../model/port-info.ts";
import { selectBackend } from "../platform/select.ts";
import { type PortEvent, PortEvents, type WatchOptions } from "./port-events.ts";
import { createPortFilter, type PortFilter } from "./port-filter.ts";
import { listOf, selectPorts } from "./port-list.ts";

/**
 * Where the list comes from: `native` is the system's own and needs nothing, `udev` is the database of
 * udev through libudev.
 */
export type DiscoveryBackend = "native" | "udev";

/** Options of {@link listSerialPorts} and {@link findSerialPort}. */
export interface ListOptions extends WaitOptions {
  /**
   * Where the list comes from.
   * @defaultValue `native`
   */
  readonly backend?: DiscoveryBackend | undefined;
}

const LIST: OptionSpec = { ...waiting("backend"), bare: { string: "backend" } };
const BACKENDS = ["native", "udev"] as const;

/**
 * Lists the serial ports of this machine, as they are now.
 *
 * Placeholders without hardware, consoles and ptys are left out. A port that is unplugged meanwhile
 * is left out as well, it never makes the list fail. Texts are as the device has them, at most 256
 * characters long: escape control characters before you print them.
 *
 * @param options.backend Where the list comes from.
 * @param options.signal Stops waiting.
 * @returns Frozen records, `ttyUSB2` before `ttyUSB10`; none on a system that shows no devices, such
 *   as a container without sysfs.
 * @throws {@link ConfigurationError} `ERR_INVALID_ARG_VALUE` — an option is wrong.
 * @throws {@link UnsupportedFeatureError} `ERR_SERIAL_DISCOVERY` — the backend is not installed, or
 *   not available on this system; the hint names the package.
 * @throws {@link UnsupportedPlatformError} — there is no backend for this system.
 * @throws {@link SerialError} `ERR_SERIAL_IOKIT` — macOS does not list its ports.
 * @throws `signal.reason` — the signal is aborted.
 * @example
 * ```ts
 * import { listSerialPorts } from "anyserial";
 *
 * for (const { path, description, hardwareId } of await listSerialPorts()) {
 *   console.log(path, description, hardwareId);
 * }
 * ```
 */
export async function listSerialPorts(options: ListOptions = {}): Promise<PortInfo[]> {
  const signal = signalOf(options, LIST);
  const { backend = "native" } = options;
  if (!isOneOf(backend, BACKENDS)) {
    throw invalid("backend", backend, `one of ${BACKENDS.join(", ")}`);
  }
  signal?.throwIfAborted();
  return abortable(listOf(await selectBackend(), backend), signal);
}

/**
 * Finds a port by known properties.
 *
 * @param filter Properties that it must have; without any, every port will do.
 * @param options.backend Where the list comes from.
 * @param options.signal Stops waiting.
 * @returns The first that matches, in the order of {@link listSerialPorts}; `undefined` when none does.
 * @throws As {@link listSerialPorts}, also for a wrong filter.
 * @example
 * ```ts
 * import { findSerialPort } from "anyserial";
 *
 * const adapter = await findSerialPort({ vid: 0x0403, serialNumber: "A6008isP" });
 * console.log(adapter?.path ?? "not plugged in");
 * ```
 */
export async function findSerialPort(
  filter: PortFilter = {},
  options: ListOptions = {},
): Promise<PortInfo | undefined> {
  const wanted = createPortFilter(filter);
  const ports = await listSerialPorts(options);
  return (await selectPorts(await selectBackend(), ports, wanted))[0];
}

/**
 * Reports ports as they are plugged in and removed, from the first call of `next()` on, by events
 * of the system.
 *
 * A port is `added` as soon as its node is there: where udev runs, permissions and the stable path
 * follow some milliseconds later, which `serialSessions()` waits for. A port that is replaced at
 * once is `removed` and `added`. A pending `next()` keeps the process alive.
 *
 * @param options.initial First reports the ports that are there already.
 * @param options.signal Ends the iteration by rejecting.
 * @returns An endless iterator; events between two calls wait for the next.
 * @throws {@link UnsupportedFeatureError} `ERR_SERIAL_DISCOVERY` — this system reports no changes.
 * @throws {@link UnsupportedPlatformError} — there is no backend for this system.
 * @throws {@link SerialError} `ERR_SERIAL_IOKIT`, `ERR_SERIAL_READINESS`, … — the system stopped
 *   reporting, or does not list its ports. Where it refuses to report from the beginning, the list is
 *   polled once a second, and a process warning of type `SerialWatchWarning` is emitted.
 * @throws `signal.reason` — the signal is aborted.
 * @example
 * ```ts
 * import { watchSerialPorts } from "anyserial";
 *
 * for await (const { type, port } of watchSerialPorts({ initial: true })) {
 *   console.log(type, port.path);
 * }
 * ```
 */
export function watchSerialPorts(
  options: WatchOptions = {},
): AsyncIterableIterator<PortEvent, undefined> {
  return new PortEvents(selectBackend, options);
}
