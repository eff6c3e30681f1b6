// TCP ports of this machine, for servers that are programs of their own.

import { connect, createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

const LOOPBACK = "127.0.0.1";
const POLL_MS = 50;
const FIRST_PORT = 20_000;
const PORTS = 12_000;

/**
 * A TCP port on which nothing listens. It is below the ports that systems give away by themselves, so no other socket
 * takes it before the program does, or while the program is started again.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST_PORT + Math.floor(Math.random() * PORTS);
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, LOOPBACK, () => server.close(() => resolve(true)));
  });
}

/** Waits until a server takes connections: no event tells that of another program. */
export async function answers(port: number): Promise<void> {
  while (!(await takesConnections(port))) await sleep(POLL_MS);
}

function takesConnections(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, LOOPBACK, () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => resolve(false));
  });
}
