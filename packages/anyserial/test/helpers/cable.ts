// Two machines for the tests of cables: one serves a device, the other opens it again and again.

import { fileURLToPath } from "node:url";
import { until } from "@anyserial/test-support/until";
import type { VirtualPort } from "anyserial/pty";
import type { Child } from "./child.ts";
import { COMMAND } from "./remote-peers.ts";
import { ADDRESSES, type TestNetwork } from "./test-network.ts";

const SESSIONS = fileURLToPath(new URL("../fixtures/remote-sessions.js", import.meta.url));
const LISTEN = `${ADDRESSES.server}:2217`;
/** A peer that does not answer has vanished 11 s later. */
export const ADDRESS: string = `rfc2217://${LISTEN}?keepalive=1s`;

/** The client, as a command. */
export const CLIENT: readonly string[] = [process.execPath, SESSIONS, ADDRESS];

/** Serves a device to the network. */
export async function serve(network: TestNetwork, device: VirtualPort): Promise<Child> {
  const args = ["serve", device.path, "--listen", LISTEN, "--allow-remote"];
  const server = network.start("server", [process.execPath, COMMAND, ...args]);
  await until("the server listens", () => server.stderr.includes(" at rfc2217"));
  return server;
}

/** Receives a text of known length. */
export async function receiveText(device: VirtualPort, length: number): Promise<string> {
  let all = "";
  while (all.length < length) all += Buffer.from(await device.receive()).toString();
  return all;
}
