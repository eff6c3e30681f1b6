// Lets other machines list adapters and import them: USB/IP over TCP. It has no authentication: every
// client may have the adapters.

import { createServer, type Server, type Socket } from "node:net";
import { clearTimeout, setTimeout } from "../process/timers.ts";
import {
  BUSID_BYTES,
  decodeBusid,
  decodeOperation,
  encodeDeviceList,
  encodeImport,
  OPERATION_BYTES,
  OPERATION_STATUS,
} from "../usbip/operation-codec.ts";
import type { ServedAdapter } from "./served-adapter.ts";

/** A client that says nothing is cut off. */
const REQUEST_MS = 10_000;
/** So that a host that has gone is noticed. */
const KEEP_ALIVE_MS = 5000;
const MOST_CLIENTS = 256;

/** A server. */
export class UsbipServer {
  readonly #server: Server;
  readonly #clients = new Set<Socket>();

  /** @param adapters Those that are exported are shown. */
  constructor(adapters: () => readonly ServedAdapter[]) {
    this.#server = createServer(
      { noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_MS },
      (socket) => {
        this.#clients.add(socket);
        socket.on("close", () => this.#clients.delete(socket));
        serveClient(socket, () => adapters().filter(({ isExported }) => isExported));
      },
    );
    this.#server.maxConnections = MOST_CLIENTS;
  }

  /** @returns The TCP port. */
  listen(host: string, port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen({ host, port }, () => {
        const address = this.#server.address();
        resolve(typeof address === "object" && address !== null ? address.port : port);
      });
    });
  }

  /** Ends listening, and every client. */
  close(): Promise<void> {
    for (const client of this.#clients) client.destroy();
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
    });
  }
}

/** Reads the one request of a client. After an import the stream belongs to the device. */
function serveClient(socket: Socket, adapters: () => readonly ServedAdapter[]): void {
  let rest = Buffer.alloc(0);
  const limit = setTimeout(() => socket.destroy(), REQUEST_MS);
  const onData = (chunk: Buffer): void => {
    rest = Buffer.concat([rest, chunk]);
    try {
      if (answer()) done();
    } catch {
      socket.destroy(); // it does not speak the protocol
    }
  };
  const done = (): void => {
    clearTimeout(limit);
    socket.off("data", onData);
  };
  const answer = (): boolean => {
    if (rest.length < OPERATION_BYTES) return false;
    if (decodeOperation(rest) === "list") {
      socket.end(encodeDeviceList(adapters()));
      return true;
    }
    const end = OPERATION_BYTES + BUSID_BYTES;
    if (rest.length < end) return false;
    const adapter = adapters().find(
      ({ busid }) => busid === decodeBusid(rest.subarray(OPERATION_BYTES)),
    );
    if (adapter === undefined || adapter.isTaken) {
      const { noDevice, busy } = OPERATION_STATUS;
      socket.end(encodeImport(adapter === undefined ? noDevice : busy));
      return true;
    }
    done();
    socket.write(encodeImport(OPERATION_STATUS.ok, adapter));
    adapter.serve(socket);
    if (rest.length > end) socket.emit("data", rest.subarray(end));
    return true;
  };
  socket.on("data", onData);
  socket.on("error", () => socket.destroy());
  socket.on("close", done);
}
