// Asks the host of a guest to do something, such as to unplug a device; see machine/host.mjs.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";

const PORTS = "/sys/class/virtio-ports";
const PORT_NAME = "anyserial.host";

interface Answer {
  readonly result?: unknown;
  readonly error?: string;
}

let turn: Promise<unknown> = Promise.resolve();

/**
 * Asks the host for an action and waits for its answer.
 *
 * @param action One of those in machine/host.mjs.
 * @param parameters Parameters of the action.
 * @returns The host's answer.
 */
export function askHost(action: string, parameters: object = {}): Promise<unknown> {
  const asked = turn.then(() => ask(action, parameters));
  turn = asked.catch(() => undefined);
  return asked;
}

/**
 * Runs a command of QEMU's monitor.
 *
 * @param command Its name.
 * @param parameters Its arguments.
 */
export async function qmp(command: string, parameters: object = {}): Promise<unknown> {
  return askHost("qmp", { command, parameters });
}

async function ask(action: string, parameters: object): Promise<unknown> {
  // Opened for each request: the port takes one program at a time.
  const port = await open(portPath(), "r+");
  try {
    await port.write(`${JSON.stringify({ action, ...parameters })}\n`);
    const { result, error } = JSON.parse(await readLine(port)) as Answer;
    if (error !== undefined) throw new Error(`${action}: ${error}`);
    return result;
  } finally {
    await port.close();
  }
}

function portPath(): string {
  const name = readdirSync(PORTS).find((port) => {
    const file = `${PORTS}/${port}/name`;
    return existsSync(file) && readFileSync(file, "utf8").trim() === PORT_NAME;
  });
  if (name === undefined) throw new Error(`this machine has no port ${PORT_NAME}`);
  return `/dev/${name}`;
}

async function readLine(port: FileHandle): Promise<string> {
  const buffer = Buffer.alloc(65_536);
  let line = "";
  while (!line.endsWith("\n")) {
    const { bytesRead } = await port.read(buffer, 0, buffer.length, null);
    if (bytesRead === 0) throw new Error("the host has gone");
    line += buffer.toString("utf8", 0, bytesRead);
  }
  return line;
}
