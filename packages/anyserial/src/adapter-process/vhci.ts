// The kernel's virtual USB host, vhci-hcd: its free ports, and the way to give one of them a socket.
// drivers/usb/usbip/vhci_sysfs.c of the Linux kernel.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import type { Socket } from "node:net";
import { clockMs, setTimeout } from "../process/timers.ts";
import type { UsbSpeed } from "../usb/device-model.ts";
import { SPEED } from "../usbip/operation-codec.ts";
import { AdapterError } from "./adapter-error.ts";
import type { HostStream } from "./host-socket.ts";

/** Folder of the first controller: the others answer there too. */
const VHCI_FOLDER = "/sys/devices/platform/vhci_hcd.0";
const FREE = 4;
const IN_USE = 6;
/** The kernel makes one device after the other, in some milliseconds each; a busy machine takes seconds. */
const KERNEL_MS = 60_000;
const ASK_MS = 20;
/** Another program may take the same port meanwhile. */
const MOST_TRIES = 8;
/** Hands standard output, which is a socket pair of this process, to the kernel. Only numbers are put in. */
const ATTACH = `echo "$1 5 $2 $3" 5>&1 >"$4/attach"`;

const CAUSES = [
  [/read-only/i, "EROFS"],
  [/denied|not permitted|password|sudo/i, "EACCES"],
] as const;

/** One at a time, as in the kernel, so that no two choose the same port. */
let turn: Promise<unknown> = Promise.resolve();

/** One port of a controller. */
export interface VhciPort {
  readonly number: number;
  readonly isHighSpeed: boolean;
  readonly status: number;
  /** The kernel's name of the device, where there is one. */
  readonly busid: string;
}

/** A port, and the file that shows it: each controller has its own. */
interface FoundPort extends VhciPort {
  readonly file: string;
}

/**
 * Reads a status file.
 *
 * @param text Lines of `hub port sta spd dev sockfd local_busid`, with a head.
 */
export function parseStatus(text: string): VhciPort[] {
  return text.split("\n").flatMap((line) => {
    const [hub, port, status, , , , busid = ""] = line.trim().split(/\s+/);
    if ((hub !== "hs" && hub !== "ss") || !/^\d+$/.test(port ?? "")) return [];
    return [{ number: Number(port), isHighSpeed: hub === "hs", status: Number(status), busid }];
  });
}

/** Finds the first free port of any controller. */
function findFree(): FoundPort | undefined {
  const names = readdirSync(VHCI_FOLDER).filter((name) => /^status(\.\d+)?$/.test(name));
  for (const file of names.map((name) => `${VHCI_FOLDER}/${name}`)) {
    const port = portsIn(file).find((each) => each.isHighSpeed && isFree(each));
    if (port !== undefined) return { ...port, file };
  }
  return undefined;
}

function portsIn(file: string): VhciPort[] {
  return parseStatus(readFileSync(file, "utf8"));
}

/**
 * Waits until a port is as expected: the kernel has no event for it.
 *
 * @throws {@link AdapterError} the kernel does not react, or `isWanted` does not hold any more.
 */
async function untilPort(
  { file, number }: FoundPort,
  holds: (port: VhciPort) => boolean,
  isWanted: () => boolean = () => true,
): Promise<VhciPort> {
  const end = clockMs() + KERNEL_MS;
  for (;;) {
    const port = portsIn(file).find((each) => each.number === number);
    if (port !== undefined && holds(port)) return port;
    if (!isWanted()) throw new AdapterError("EIO", "the kernel closed the connection");
    if (clockMs() > end) throw new AdapterError("ETIMEDOUT", "the kernel does not react");
    await new Promise<void>((resolve) => {
      setTimeout(resolve, ASK_MS);
    });
  }
}

/** The port is free. */
export function isFree({ status }: VhciPort): boolean {
  return status === FREE;
}

/** The kernel has made the device. */
export function isInUse({ status, busid }: VhciPort): boolean {
  return status === IN_USE && busid !== "0-0";
}

/** What to plug in. */
export interface Attachment {
  readonly deviceNumber: number;
  readonly speed: UsbSpeed;
  /** A program and its arguments, which runs another one as root: `sudo -n`. */
  readonly helper: readonly string[];
  /** Serves the kernel on a socket, from the first byte on. */
  readonly serve: (socket: Socket) => HostStream;
}

/** A device in the kernel. */
export interface Attached {
  readonly vhciPort: number;
  /** The kernel's name of it. */
  readonly busid: string;
  /** Waits until the kernel has forgotten it, after its socket was closed. */
  readonly untilGone: () => Promise<void>;
}

/**
 * Gives a free port of the kernel a socket, and waits until the kernel has made the device.
 *
 * @throws {@link AdapterError} the module is missing, no port is free, or this user may not.
 */
export function attachToKernel(attachment: Attachment): Promise<Attached> {
  const attached = turn.then(() => attach(attachment));
  turn = attached.catch(() => undefined);
  return attached;
}

async function attach(attachment: Attachment): Promise<Attached> {
  if (!existsSync(VHCI_FOLDER)) throw new AdapterError("ENODEV", "vhci-hcd is not loaded");
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const port = findFree();
    if (port === undefined) break;
    const stream = await tryAttach(port, attachment);
    if (stream === undefined) continue;
    try {
      const { busid } = await untilPort(port, isInUse, stream.isOpen);
      const untilGone = async (): Promise<void> => void (await untilPort(port, isFree));
      return { vhciPort: port.number, busid, untilGone };
    } catch (error) {
      stream.end();
      throw error;
    }
  }
  throw new AdapterError("EBUSY", "all virtual USB ports are taken");
}

/** @returns `undefined` when the port was taken meanwhile. */
async function tryAttach(
  port: FoundPort,
  { deviceNumber, speed, helper, serve }: Attachment,
): Promise<HostStream | undefined> {
  const numbers = [port.number, deviceNumber, SPEED[speed]].map(String);
  const shell = ["sh", "-c", ATTACH, "attach", ...numbers, VHCI_FOLDER];
  const [command = "sh", ...args] = [...helper, ...shell];
  const child = spawn(command, args, {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, LC_ALL: "C" },
  });
  // Both directions work: it is a socket pair. Standard input would be destroyed at the child's end.
  const stream = serve(child.stdout as Socket);
  const said: Buffer[] = [];
  child.stderr.on("data", (chunk: Buffer) => said.push(chunk));
  try {
    const [[code]] = (await Promise.all([once(child, "exit"), once(child.stderr, "close")])) as [
      [number | null],
      unknown,
    ];
    if (code === 0) return stream;
  } catch (error) {
    stream.end();
    throw new AdapterError("ENOENT", (error as Error).message);
  }
  stream.end();
  if (isTaken(port)) return undefined; // dash says only "I/O error" then
  throw failureOf(Buffer.concat(said).toString().trim());
}

function isTaken({ file, number }: FoundPort): boolean {
  return portsIn(file).some((port) => port.number === number && !isFree(port));
}

/** @param said Output of the shell or the helper, in English. */
function failureOf(said: string): AdapterError {
  const [, code = "EIO"] = CAUSES.find(([pattern]) => pattern.test(said)) ?? [];
  return new AdapterError(code, said);
}
