// The ports of one backend, in order, and those that a filter means.

import { realpathSync } from "node:fs";
import { realpath } from "node:fs/promises";
import type { Backend, ListSource } from "../backend/backend.ts";
import {
  ConfigurationError,
  PortNotFoundError,
  UnsupportedFeatureError,
} from "../errors/errors.ts";
import { comparePorts, type PortInfo } from "../model/port-info.ts";
import type { SerialDevice } from "../model/serial-device.ts";
import { describeFilter, matchesFilter, type PortFilter } from "./port-filter.ts";

/**
 * Lists the ports of a backend.
 *
 * @param backend The platform.
 * @param source Where its list comes from.
 * @returns Ports in natural order of their paths.
 * @throws {@link UnsupportedFeatureError} `ERR_SERIAL_DISCOVERY` — the platform has no discovery.
 */
export async function listOf(backend: Backend, source: ListSource): Promise<PortInfo[]> {
  if (backend.list === undefined) throw noDiscovery(backend);
  return (await backend.list(source)).sort(comparePorts);
}

/**
 * Lists the devices of a backend, ports or not.
 *
 * @param backend The platform.
 * @returns Devices in no order.
 * @throws {@link UnsupportedFeatureError} `ERR_SERIAL_DISCOVERY` — the platform has no such list.
 */
export async function devicesOf(backend: Backend): Promise<SerialDevice[]> {
  if (backend.devices !== undefined) return backend.devices();
  const { platform } = backend.platformCapabilities();
  throw new UnsupportedFeatureError(`Cannot list devices: not available on ${platform}`, {
    code: "ERR_SERIAL_DISCOVERY",
    operation: "list",
    hint: "list the ports with listSerialPorts()",
  });
}

/**
 * Picks the ports that a filter means; its path may be that of a link, or another spelling.
 *
 * @param backend The platform, which knows what paths mean.
 * @param ports Ports to choose from.
 * @param filter Properties that they must have.
 * @returns Those that have them, in the same order.
 */
export async function selectPorts(
  backend: Backend,
  ports: readonly PortInfo[],
  filter: PortFilter,
): Promise<PortInfo[]> {
  const { path } = filter;
  const target = await realpath(pathOfFile(backend, path)).catch(() => path);
  return selectBy(backend, ports, { filter, target });
}

/** Where ports are no files, asking the file system about their names may open them. */
function pathOfFile({ canonicalPath }: Backend, path: PortFilter["path"]): string {
  return typeof path === "string" && canonicalPath === undefined ? path : "";
}

function selectBy(
  { canonicalPath }: Backend,
  ports: readonly PortInfo[],
  { filter, target }: { readonly filter: PortFilter; readonly target: PortFilter["path"] },
): PortInfo[] {
  const { path, ...others } = filter;
  if (typeof path !== "string") return ports.filter((port) => matchesFilter(port, filter));
  const spelled = (given: string): string => canonicalPath?.(given) ?? given;
  const wanted = [path, target].filter((one) => typeof one === "string").map(spelled);
  const isMeant = (known: string | undefined): boolean =>
    known !== undefined && wanted.includes(spelled(known));
  return ports.filter(
    (port) => [port.path, port.stablePath].some(isMeant) && matchesFilter(port, others),
  );
}

/**
 * Finds the one port that a filter means.
 *
 * @param backend The platform.
 * @param filter Properties that it must have.
 * @returns The port.
 * @throws {@link PortNotFoundError} `ERR_SERIAL_NO_MATCH` — no port has them.
 * @throws {@link ConfigurationError} `ERR_SERIAL_AMBIGUOUS` — several have them; the message lists them.
 */
export async function findOnly(backend: Backend, filter: PortFilter): Promise<PortInfo> {
  const ports = await listOf(backend, "native");
  return onlyOne(ports, await selectPorts(backend, ports, filter), filter);
}

/** The same, for a caller that blocks. */
export function findOnlyNow(backend: Backend, filter: PortFilter): PortInfo {
  if (backend.listNow === undefined) throw noDiscovery(backend);
  const ports = backend.listNow().sort(comparePorts);
  const target = resolvedNow(pathOfFile(backend, filter.path));
  return onlyOne(ports, selectBy(backend, ports, { filter, target }), filter);
}

function resolvedNow(path: string): string {
  try {
    return realpathSync.native(path);
  } catch {
    return path;
  }
}

function onlyOne(
  ports: readonly PortInfo[],
  [port, ...others]: readonly PortInfo[],
  filter: PortFilter,
): PortInfo {
  if (port === undefined) throw noMatch(ports, filter);
  if (others.length > 0) throw ambiguous([port, ...others], filter);
  return port;
}

function noMatch(ports: readonly PortInfo[], filter: PortFilter): PortNotFoundError {
  const there = ports.length === 0 ? "no port" : pathsOf(ports);
  return new PortNotFoundError(`Cannot open port with ${describeFilter(filter)}: no port matches`, {
    code: "ERR_SERIAL_NO_MATCH",
    operation: "open",
    hint: `plug the device in, or give fewer properties: there is ${there}`,
  });
}

function ambiguous(ports: readonly PortInfo[], filter: PortFilter): ConfigurationError {
  return new ConfigurationError(
    `Cannot open port with ${describeFilter(filter)}: ${ports.length} ports match: ${pathsOf(ports)}`,
    {
      code: "ERR_SERIAL_AMBIGUOUS",
      operation: "open",
      hint: "add serialNumber, location or interface to the filter, or name the path",
    },
  );
}

function pathsOf(ports: readonly PortInfo[]): string {
  return ports
    .map(({ path, location }) => (location === undefined ? path : `${path} (${location})`))
    .join(", ");
}

function noDiscovery(backend: Backend): UnsupportedFeatureError {
  const { platform } = backend.platformCapabilities();
  return new UnsupportedFeatureError(`Cannot list ports: not available on ${platform}`, {
    code: "ERR_SERIAL_DISCOVERY",
    operation: "list",
    hint: "name the path of the port: opening does not need the list",
  });
}
