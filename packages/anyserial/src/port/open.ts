// openSerialPort: validate, choose the backend, apply the policy, open.

import { abortable, type WaitOptions } from "../abort/abort.ts";
import { checkPath } from "../arguments/path.ts";
import type { Backend, TlsOptions } from "../backend/backend.ts";
import { type SerialConfig, type SerialConfigInput, settingsFor } from "../config/config.ts";
import type { LineTuning } from "../config/line-tuning.ts";
import type { Refusal } from "../config/refusals.ts";
import { createPolicy, createReporting, type Policy } from "../config/unsupported-policy.ts";
import { describeFilter, type PortFilter } from "../discovery/port-filter.ts";
import { findOnly } from "../discovery/port-list.ts";
import { isSerialError } from "../errors/errors.ts";
import { removeOpenPort } from "../io/open-ports.ts";
import { PortLifecycle } from "../io/port-lifecycle.ts";
import type { SerialCapabilities } from "../model/capabilities.ts";
import type { PortInfo } from "../model/port-info.ts";
import { selectBackend } from "../platform/select.ts";
import { publishError, publishOpen } from "../process/diagnostics.ts";
import { resolveAddress } from "./address.ts";
import { callSite, closeWhenCollected } from "./gc-warning.ts";
import { type OpenOptions, openOptions } from "./open-options.ts";
import { isPathTarget, type PathTarget, targetOf } from "./open-target.ts";
import { SerialPort } from "./serial-port.ts";

/**
 * Opens a serial port.
 *
 * The port is raw, and what it received before is thrown away unless `discardInputOnOpen` is `false`.
 * It never becomes the controlling terminal and is not inherited by child processes. When anything
 * fails, nothing is left behind: no descriptor, no lock, no changed setting.
 *
 * @param target Path (`/dev/ttyUSB0`, `COM3`), address (`rfc2217://host:port`, `loop://`), a
 *   {@link PortInfo}, or a {@link PortFilter} that one port matches (`{ vid: 0x0403, serialNumber: "A6008isP" }`).
 * @param config Settings that differ from the defaults.
 * @param options.signal Gives up; a port that opens after that is closed at once.
 * @param options.tls Certificates, for an address such as `rfc2217+tls://host:port`.
 * @param options.backend A backend of your own, which gets the path as it is.
 * @returns The open port.
 * @throws {@link ConfigurationError} `ERR_INVALID_ARG_VALUE` — an argument is wrong;
 *   `ERR_SERIAL_AMBIGUOUS` — several ports match the filter.
 * @throws {@link PortNotFoundError} — there is no serial port at the path; `ERR_SERIAL_NO_MATCH` — no
 *   port matches the filter.
 * @throws {@link PortPermissionError} — the process may not open it.
 * @throws {@link PortBusyError} — another program holds it.
 * @throws {@link UnsupportedFeatureError} — the platform or driver lacks an option that is asked
 *   for, under `unsupportedPolicy: "raise"`.
 * @throws {@link UnsupportedConfigurationError} — the driver refuses a setting or changes it.
 * @throws {@link UnsupportedPlatformError} — there is no backend for this system.
 * @throws `signal.reason` — the signal is aborted.
 * @example
 * ```ts
 * import { openSerialPort } from "anyserial";
 * import { lines } from "anyserial/framing";
 *
 * await using port = await openSerialPort("/dev/ttyUSB0", { baudRate: 115_200 });
 * const instrument = port.framed(lines());
 * console.log(await instrument.request("*IDN?", { signal: AbortSignal.timeout(1000) }));
 * ```
 */
export async function openSerialPort(
  target: string | PortInfo | PortFilter,
  config: SerialConfigInput = {},
  options: OpenOptions = {},
): Promise<SerialPort> {
  const found = targetOf(target);
  const { signal, tls, backend } = openOptions(
    options,
    isPathTarget(found) ? found.path : undefined,
  );
  const wanted = settingsFor("open", config);
  const name = isPathTarget(found) ? found.path : describeFilter(found);
  const openedAt = callSite(); // now: the caller's frames are gone after an await
  return abortableOpen(name, signal, () => open(found, wanted, { openedAt, tls, backend }));
}

/**
 * Returns the capabilities of this system, before any port is opened.
 *
 * @returns A frozen record; everything is `unsupported` where there is no backend.
 * @throws {@link ConfigurationError} `ERR_INVALID_ARG_VALUE` — `ANYSERIAL_READINESS` is wrong.
 * @throws {@link UnsupportedPlatformError} `ERR_SERIAL_KOFFI` — koffi did not load.
 */
export async function platformCapabilities(): Promise<SerialCapabilities> {
  return (await selectBackend()).platformCapabilities();
}

async function open(
  target: PathTarget | PortFilter,
  wanted: SerialConfig,
  how: Pick<OpenTarget, "tls"> & {
    readonly openedAt: string;
    readonly backend: Backend | undefined;
  },
): Promise<SerialPort> {
  const { backend, tls, openedAt } = how;
  if (isPathTarget(target)) {
    return openWith(
      backend ?? (await resolveAddress(target.path)),
      { ...target, tls, openedAt },
      wanted,
    );
  }
  return findAndOpen(backend ?? (await selectBackend()), target, { wanted, openedAt });
}

/**
 * Opens the one port that a filter means.
 *
 * Callers have `openSerialPort()`.
 */
export async function openMatching(
  backend: Backend,
  filter: PortFilter,
  { config, signal }: { readonly config: SerialConfigInput } & WaitOptions,
): Promise<SerialPort> {
  const how = { wanted: settingsFor("open", config), openedAt: callSite() };
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

/** In place of the stack, whose frames are the other library's. */
const ELSEWHERE = "    by a program that uses this package in place of another library";

/** How to open a port in place of another library. */
export interface TunedOpening {
  readonly tuning: LineTuning;
  /** Gets each refused setting, which is left out; an error that it throws ends the opening. */
  readonly onRefused: (refusal: Refusal) => void;
}

/**
 * Opens a port with details that no configuration names.
 *
 * @param path Path or address.
 * @param config Settings; `unsupportedPolicy` has no effect.
 * @param opening The details.
 * @returns The open port.
 * @throws As {@link openSerialPort}.
 */
export async function openTuned(
  path: string,
  config: SerialConfigInput,
  { tuning, onRefused }: TunedOpening,
): Promise<SerialPort> {
  checkPath(path);
  const wanted = settingsFor("open", config);
  const target = { path, info: undefined, openedAt: ELSEWHERE, tuning };
  const policy = createReporting(onRefused);
  const open = async (): Promise<SerialPort> =>
    openWith(await resolveAddress(path), { ...target, policy }, wanted);
  return abortableOpen(path, undefined, open);
}

/**
 * Opens a port with a given backend.
 *
 * Callers have `openSerialPort()`; `anyserial/testing` brings its own backend.
 */
export async function openWith(
  backend: Backend,
  target: OpenTarget,
  wanted: SerialConfig,
): Promise<SerialPort> {
  const { path, info, tls, tuning, openedAt = callSite() } = target;
  const policy = target.policy ?? createPolicy(wanted.unsupportedPolicy);
  const platform = backend.platformCapabilities();
  const config = policy.waive({ path, platform, config: wanted });
  const opened = await backend.open({ path, config, onRefusal: policy.onRefusal, tls, tuning });
  try {
    // Nothing comes between an open device and the port that is notified of its end. The
    // description comes last: reading it just before costs a process its turn, and a device that
    // greets its opener is received half as often.
    const { inForce, refused } = opened.outcome;
    const about = { path, config: inForce, policy, platform, info };
    const core = new PortLifecycle({ ...about, port: opened, output: opened });
    const port = new SerialPort(core);
    closeWhenCollected(port, { path, openedAt, port: opened });
    policy.report(refused);
    // In place of another library nobody asks for it, and a program that reopens would wait.
    if (tuning === undefined) core.info ??= await backend.describe?.(path).catch(() => undefined);
    publishOpen(path, inForce, backend.name);
    return port;
  } catch (error) {
    removeOpenPort(opened); // the device is already gone
    opened.abandon();
    throw error;
  }
}

/** What to open. */
interface OpenTarget extends PathTarget {
  /** Stack of the caller. */
  readonly openedAt?: string | undefined;
  readonly tls?: TlsOptions | undefined;
  readonly tuning?: LineTuning | undefined;
  /** In place of the one that the configuration names. */
  readonly policy?: Policy | undefined;
}
