// The process that serves adapters: it answers every request of their hosts, even while the program that made
// them stands still, and runs no code of that program. It ends with the program, and the kernel pulls its adapters out.

import { Socket } from "node:net";
import { constants, setPriority } from "node:os";
import { nextTick } from "../process/timers.ts";
import { AdapterError } from "./adapter-error.ts";
import { decodeCredit, encodeHead, FRAME, type Frame, FrameReader } from "./frames.ts";
import type { FromProcess, ToProcess } from "./messages.ts";
import { ServedAdapter } from "./served-adapter.ts";
import { UsbipServer } from "./usbip-server.ts";

/** Descriptor of the connection to the program. */
const PROGRAM_FD = 3;
/** Far more than all windows: an application floods a program that stands still with settings. */
const MOST_UNSENT_BYTES = 64 * 1024 * 1024;

const program = new Socket({ fd: PROGRAM_FD, readable: true, writable: true });
const adapters = new Map<number, ServedAdapter>();
const servers = new Map<number, UsbipServer>();
const reader = new FrameReader(take);
let isCorked = false;

program.on("data", (chunk) => reader.feed(chunk));
program.on("end", () => process.exit());
program.on("error", () => process.exit());
program.on("close", () => process.exit());
// A terminal sends these to all processes of the program, which decides by itself when to end.
for (const signal of ["SIGINT", "SIGTSTP", "SIGHUP"] as const) process.on(signal, () => undefined);

// Drivers give a chip as little as 100 ms to answer.
try {
  setPriority(constants.priority.PRIORITY_HIGHEST);
} catch {
  // Only root may.
}

function take({ kind, adapter, port, payload }: Frame): void {
  const line = adapters.get(adapter)?.lines[port];
  if (kind === FRAME.data) line?.arrive(payload);
  else if (kind === FRAME.credit) line?.addCredit(decodeCredit(payload));
  else void answer(adapter, port, JSON.parse(Buffer.from(payload).toString()) as ToProcess);
}

async function answer(adapter: number, port: number, request: ToProcess): Promise<void> {
  const { id } = request;
  let message: FromProcess;
  try {
    const result = run(adapter, port, request);
    const value = result instanceof Promise ? await result : result;
    message = { id, value };
  } catch (error) {
    message = { id, failure: failureOf(error) };
  }
  send({ kind: FRAME.message, adapter, port, payload: Buffer.from(JSON.stringify(message)) });
}

function run(number: number, port: number, request: ToProcess): unknown {
  switch (request.do) {
    case "create":
      adapters.set(number, new ServedAdapter(number, request, send));
      return undefined;
    case "listen":
      return listen(request.host, request.port);
    case "unlisten":
      return unlisten(request.port);
    case "ping":
      return undefined;
    default:
      return runAt(adapterAt(number), port, request);
  }
}

type AdapterRequest = Exclude<ToProcess, { do: "create" | "listen" | "unlisten" | "ping" }>;

function runAt(adapter: ServedAdapter, port: number, request: AdapterRequest): unknown {
  const uart = adapter.model.uarts[port];
  switch (request.do) {
    case "attach":
      return adapter.attach(request.helper);
    case "export":
      adapter.isExported = request.isExported;
      return undefined;
    case "detach":
      return adapter.detach();
    case "remove":
      return remove(adapter);
    case "setLines":
      return uart?.setLines(request.lines);
    case "inject":
      return adapter.lines[port]?.inject(request.byte, request.error);
    case "discard":
      return uart?.discard();
  }
}

function adapterAt(number: number): ServedAdapter {
  const adapter = adapters.get(number);
  if (adapter === undefined) throw new AdapterError("ENODEV", `there is no adapter ${number}`);
  return adapter;
}

async function remove(adapter: ServedAdapter): Promise<void> {
  adapter.isExported = false;
  for (const [number, each] of adapters) if (each === adapter) adapters.delete(number);
  await adapter.detach();
}

async function listen(host: string, port: number): Promise<number> {
  const server = new UsbipServer(() => [...adapters.values()]);
  const bound = await server.listen(host, port);
  servers.set(bound, server);
  return bound;
}

async function unlisten(port: number): Promise<void> {
  const server = servers.get(port);
  servers.delete(port);
  await server?.close();
}

/** Frames of one task go together. */
function send(frame: Frame): void {
  if (!isCorked) {
    isCorked = true;
    program.cork();
    nextTick(() => {
      isCorked = false;
      program.uncork();
    });
  }
  program.write(encodeHead(frame));
  program.write(frame.payload);
  if (program.writableLength > MOST_UNSENT_BYTES) process.exit(1);
}

function failureOf(error: unknown): { readonly code: string; readonly message: string } {
  const { code = "EIO", message } = error as NodeJS.ErrnoException;
  return { code, message };
}
