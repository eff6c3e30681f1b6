// Servers of ports as processes of a test: our own command, and those of other projects.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { freePort } from "@anyserial/test-support/loopback";
import { findPython } from "@anyserial/test-support/programs";
import { isSerialError, openSerialPort, type SerialConfigInput, type SerialPort } from "anyserial";
import { createVirtualPort, type VirtualPort } from "anyserial/pty";
import { SerialServer } from "anyserial/serve";
import { openPtyPair } from "anyserial/testing";
import type { SuitePair } from "anyserial/testing/conformance";
import { type Child, startProgram } from "./child.ts";

const PYTHON = findPython("serial");
/** Our own command. */
export const COMMAND: string = fileURLToPath(
  new URL("../../../cli/bin/anyserial.js", import.meta.url),
);
const PYSERIAL_SERVER = fileURLToPath(
  new URL("../../test/peers/pyserial-server.py", import.meta.url),
);

/** Python with pySerial; `undefined` where it is not installed. */
export const python: string | undefined = PYTHON;
/** Reason to skip a test that needs it. */
export const noPyserial: string | false =
  PYTHON === undefined ? "python3-serial is not installed" : false;

/** A running server, with the address for its clients. */
export interface Peer {
  readonly address: string;
  close(): Promise<void>;
}

/** Starts ser2net for one port. */
export async function startSer2net(path: string): Promise<Peer> {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), "anyserial-ser2net-"));
  const file = join(folder, "ser2net.yaml");
  const lines = [
    "connection: &one",
    `  accepter: telnet(rfc2217),tcp(nodelay),127.0.0.1,${port}`,
    `  connector: serialdev,${path},115200n81,local`,
    "  options:",
    "    chardelay: false", // it waits for more bytes of a message otherwise
  ];
  writeFileSync(file, `${lines.join("\n")}\n`);
  const child = startProgram("setpriv", ["--pdeathsig", "KILL", "ser2net", "-n", "-c", file]);
  return {
    address: `rfc2217://127.0.0.1:${port}`,
    close: async () => {
      await end(child);
      rmSync(folder, { recursive: true });
    },
  };
}

/** Starts the server of pySerial for one port. */
export async function startPyserial(path: string): Promise<Peer> {
  const child = startProgram(PYTHON as string, [PYSERIAL_SERVER, path]);
  let port = await child.line();
  while (!/^\d+$/.test(port)) port = await child.line(); // the lines that opening sets come first
  return { address: `rfc2217://127.0.0.1:${port}`, close: () => end(child) };
}

/** Starts our own server in this process, for one port. */
export async function startOwn(path: string, protocol: "raw" | "rfc2217"): Promise<Peer> {
  const port = await openSerialPort(path);
  const server = await SerialServer.listen({ listen: { host: "127.0.0.1", port: 0 }, protocol });
  const serving = server.serve(port).catch(() => undefined); // the device goes away, or the port is closed
  const { address } = server;
  if (!("port" in address)) throw new Error("no port");
  const scheme = protocol === "raw" ? "socket" : "rfc2217";
  return {
    address: `${scheme}://127.0.0.1:${address.port}`,
    close: async () => {
      await port.close();
      await serving;
      await server.close();
    },
  };
}

/** Two connected ports for the conformance suite: `a` at a server, `b` at the other end of its port's cable. */
export async function peerPair(
  start: (path: string) => Promise<Peer>,
  config: { readonly a: SerialConfigInput; readonly b: SerialConfigInput },
): Promise<SuitePair> {
  const device = await createVirtualPort();
  const other = await openPtyPair(config.b);
  const peer = await start(device.path);
  const a = await openWhenListening(peer.address, config.a).catch(async (error: unknown) => {
    await Promise.all([device.close(), other.close(), peer.close()]);
    throw error;
  });
  const carrying = Promise.all([carry(device, other.device), carry(other.device, device)]);
  return {
    a,
    b: other.port,
    hooks: { disconnect: () => device.close() },
    refusedConfig: { lowLatency: true },
    close: async () => {
      await Promise.all([device.close(), other.close()]);
      await carrying;
      await peer.close();
    },
  };
}

/** Carries bytes in one direction until one of the devices is closed. */
async function carry(from: VirtualPort, to: VirtualPort): Promise<void> {
  try {
    for (;;) await to.send(await from.receive());
  } catch (error) {
    if (!isSerialError(error) || error.code !== "ERR_SERIAL_CLOSED") throw error;
  }
}

/** Opens a port of a server that is just starting. */
export async function openWhenListening(
  address: string,
  config: SerialConfigInput,
): Promise<SerialPort> {
  for (;;) {
    try {
      return await openSerialPort(address, config);
    } catch (error) {
      if (!isSerialError(error) || error.code !== "ECONNREFUSED") throw error;
      await sleep(10);
    }
  }
}

async function end(child: Child): Promise<void> {
  child.process.kill("SIGKILL");
  await child.ended();
}
