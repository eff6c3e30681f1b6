// In-memory ports as a backend opens them, below SerialPort.

import type { SerialConfigInput } from "anyserial";
import type { BackendPort } from "../../dist/backend/backend.js";
import { createSerialConfig } from "../../dist/config/config.js";
import {
  createMemoryCable,
  type MemoryPortOptions,
  type MemorySocket,
} from "../../dist/memory/memory-backend.js";
import { readInto } from "./channel.ts";

/** Settles by throwing. */

/** Opens one end. */
export function open(socket: MemorySocket, config: SerialConfigInput = {}): Promise<BackendPort> {
  const request = {
    path: socket.path,
    config: createSerialConfig(config),
    onRefusal: "stop" as const,
  };
  return socket.backend.open(request);
}

/** Opens both ends of a cable. */
export async function openPair(
  a: MemoryPortOptions = {},
  b: MemoryPortOptions = {},
): Promise<{ a: BackendPort; b: BackendPort; cable: ReturnType<typeof createMemoryCable> }> {
  const cable = createMemoryCable(a, b);
  return { a: await open(cable.a), b: await open(cable.b), cable };
}

/** Reads what is there, or waits. */
export async function read(port: BackendPort, most: number = 64): Promise<number[]> {
  const into = new Uint8Array(most);
  return [...into.subarray(0, await readInto(port, into))];
}
