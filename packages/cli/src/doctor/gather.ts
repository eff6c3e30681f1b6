// Gathers the facts. It only reads, with one exception: it asks the driver for a rate when one is
// given and no program has the port open.

import { findSerialPort, inspectSerialPort, listSerialPorts, type PortInfo } from "anyserial";
import { listSerialDevices } from "anyserial/internal";
import type { Facts, RateFacts } from "./facts.ts";
import { gatherAdapter, gatherKernelLog, isIgnoredByModemManager } from "./gather/adapter.ts";
import { gatherDanglingLinks, gatherNode, gatherSiblings } from "./gather/node.ts";
import { inspectOnce, inspectTwice, tryRate } from "./gather/port.ts";
import {
  gatherProcesses,
  holdersOf,
  makerOf,
  modemManagerOf,
  openPortsOf,
  type ProcessFacts,
} from "./gather/processes.ts";
import { resolved } from "./gather/read.ts";
import { gatherKoffi, gatherSystem, gatherUser } from "./gather/system.ts";
import { gatherUnboundAdapters } from "./gather/usb.ts";

/** Subject of the examination. */
export interface Question {
  /** Path; `undefined` examines the machine. */
  readonly path: string | undefined;
  /** Rate to try, in baud. */
  readonly baudRate: number | undefined;
  readonly signal: AbortSignal;
}

/**
 * Gathers everything that the checks decide on.
 *
 * @param question The port, or the whole machine.
 * @returns The facts; unreadable ones are `undefined` or empty.
 * @throws `signal.reason` — the signal is aborted.
 */
export async function gatherFacts({ path, baudRate, signal }: Question): Promise<Facts> {
  const [koffi, system, user, processes, ports, danglingLinks, unboundAdapters, devices] =
    await Promise.all([
      gatherKoffi(),
      gatherSystem(),
      gatherUser(),
      gatherProcesses(),
      listSerialPorts().catch(() => []),
      gatherDanglingLinks(),
      gatherUnboundAdapters(),
      listSerialDevices().catch(() => []), // only Windows has such a list
    ]);
  const openPorts = await openPortsOf(user.uid, processes, unreadBytes);
  // Names of Windows are no files: asking the file system about one may open it.
  const isFile = path !== undefined && system.platform !== "win32";
  const siblings = isFile ? await gatherSiblings(path) : [];
  const machine = {
    path,
    koffi,
    system,
    user,
    ports,
    siblings,
    danglingLinks,
    openPorts,
    unboundAdapters,
    devices,
  };
  const question = { path, baudRate, signal };
  const port = isFile ? gatherPort(question, ports, processes) : gatherNamedPort(question);
  return { ...machine, ...(await port) };
}

type PortFacts = Omit<
  Facts,
  | "path"
  | "koffi"
  | "system"
  | "user"
  | "ports"
  | "siblings"
  | "danglingLinks"
  | "openPorts"
  | "unboundAdapters"
  | "devices"
>;

const NO_PORT: PortFacts = {
  node: undefined,
  info: undefined,
  holders: [],
  maker: undefined,
  inspections: [],
  failure: undefined,
  rate: undefined,
  adapter: undefined,
  modemManager: undefined,
  kernelLog: undefined,
};

async function gatherPort(
  { path, baudRate, signal }: Question,
  ports: readonly PortInfo[],
  processes: readonly ProcessFacts[],
): Promise<PortFacts> {
  if (path === undefined) return NO_PORT;
  const target = await resolved(path);
  const info = ports.find((port) => port.path === target);
  const [node, holders, kernelLog, adapter, ignored] = await Promise.all([
    gatherNode(path),
    holdersOf(path, processes),
    gatherKernelLog(path),
    gatherAdapter(path, info),
    isIgnoredByModemManager(info),
  ]);
  const modemManager = modemManagerOf(processes, ignored);
  const maker = makerOf(target, processes);
  const seen = { node, info, holders, maker, kernelLog, adapter, modemManager };
  if (node.kind !== "device") return { ...NO_PORT, ...seen };
  const { inspections, failure } = await inspectTwice(path, signal);
  const mayTry = baudRate !== undefined && holders.length === 0 && failure === undefined;
  const rate: RateFacts | undefined = mayTry ? await tryRate(path, baudRate) : undefined;
  return { ...NO_PORT, ...seen, inspections, failure, rate };
}

async function gatherNamedPort({ path, baudRate, signal }: Question): Promise<PortFacts> {
  if (path === undefined) return NO_PORT;
  const info = await findSerialPort({ path }).catch(() => undefined);
  const { inspections, failure } = await inspectOnce(path);
  signal.throwIfAborted();
  const mayTry = baudRate !== undefined && failure === undefined;
  const rate = mayTry ? await tryRate(path, baudRate) : undefined;
  return { ...NO_PORT, info, inspections, failure, rate };
}

async function unreadBytes(path: string): Promise<number | undefined> {
  return inspectSerialPort(path).then(
    (look) => look.inputWaiting,
    () => undefined,
  );
}
