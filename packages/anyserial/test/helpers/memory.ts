// In-memory ports as a backend opens them, below SerialPort.

import { createSerialConfig, type SerialConfigInput } from "anyserial";
import type { BackendPort } from "#internal/backend/backend.js";
import {
  createMemoryCable,
  type MemoryPortOptions,
  type MemorySocket,
} from "#internal/backend/memory.js";
import { createSettle } from "#internal/policy.js";

/** Settles by throwing. */
export const raise = createSettle("raise");

/** Opens one end. */
export function open(socket: MemorySocket, config: SerialConfigInput = {}): Promise<BackendPort> {
  const request = { path: socket.path, config: createSerialConfig(config), settle: raise };
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

/** Lets everything that is due run. */
export const nextTask = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Bytes as a view. */
export const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

/** Reads what is there, or waits. */
export async function read(port: BackendPort, most: number = 64): Promise<number[]> {
  const into = new Uint8Array(most);
  return [...into.subarray(0, await port.read(into))];
}
