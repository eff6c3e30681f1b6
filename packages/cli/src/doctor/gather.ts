// Gathers the facts: reads, asks and looks; decides nothing and changes nothing, but for asking the
// driver for a rate when one is given and nobody has the port open.

import {
  findSerialPort,
  inspectSerialPort,
  listSerialDevices,
  listSerialPorts,
  type PortInfo,
} from "anyserial";
import type { Facts, RateFacts } from "./facts.ts";
import { gatherAdapter, gatherKernelLog, isIgnoredByModemManager } from "./gather/adapter.ts";
import { gatherDanglingLinks, gatherNode, gatherSiblings } from "./gather/node.ts";
import { lookOnce, lookTwice, tryRate } from "./gather/port.ts";
import {
  gatherProcesses,
  holdersOf,
  modemManagerOf,
  openPortsOf,
  type ProcessFacts,
} from "./gather/processes.ts";
import { resolved } from "./gather/read.ts";
import { gatherSystem, gatherUser } from "./gather/system.ts";
import { gatherUnboundAdapters } from "./gather/usb.ts";

/** What is asked about. */
export interface Question {
  /** Path; `undefined` looks at the machine. */
  readonly path: string | undefined;
  /** Rate to try, in baud. */
  readonly baudRate: number | undefined;
  readonly signal: AbortSignal;
}

/**
 * Gathers everything that the checks decide on.
 *
 * @param question What is asked about.
 * @returns The facts; what cannot be seen is `undefined` or empty.
 * @throws `signal.reason` — the signal is aborted.
 */
export async function gatherFacts({ path, baudRate, signal }: Question): Promise<Facts> {
  const [system, user, processes, ports, danglingLinks, unboundAdapters, devices] =
    await Promise.all([
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
  looks: [],
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
  const seen = { node, info, holders, kernelLog, adapter, modemManager };
  if (node.kind !== "device") return { ...NO_PORT, ...seen };
  const { looks, failure } = await lookTwice(path, signal);
  const mayTry = baudRate !== undefined && holders.length === 0 && failure === undefined;
  const rate: RateFacts | undefined = mayTry ? await tryRate(path, baudRate) : undefined;
  return { ...NO_PORT, ...seen, looks, failure, rate };
}

async function gatherNamedPort({ path, baudRate, signal }: Question): Promise<PortFacts> {
  if (path === undefined) return NO_PORT;
  const info = await findSerialPort({ path }).catch(() => undefined);
  const { looks, failure } = await lookOnce(path);
  signal.throwIfAborted();
  const mayTry = baudRate !== undefined && failure === undefined;
  const rate = mayTry ? await tryRate(path, baudRate) : undefined;
  return { ...NO_PORT, info, looks, failure, rate };
}

async function unreadBytes(path: string): Promise<number | undefined> {
  return inspectSerialPort(path).then(
    (look) => look.inputWaiting,
    () => undefined,
  );
}
