// A backend that watches how it is used: every rule that the contract gives to its caller is
// checked, and what breaks one is collected.

import type { Backend, BackendPort } from "#internal/backend/backend.js";

/** Rules that were broken, in the order of the calls. */
export type Violations = string[];

/** Wraps a backend whose ports report into `violations`. */
export function strictBackend(backend: Backend, violations: Violations): Backend {
  return {
    name: backend.name,
    platformCapabilities: () => backend.platformCapabilities(),
    open: async (request) => strictPort(await backend.open(request), violations),
    openBlocking: (request) => backend.openBlocking(request),
  };
}

type Transfer = "read" | "write";

function strictPort(port: BackendPort, violations: Violations): BackendPort {
  const pending = { read: false, write: false };
  let isBreaking = false;
  let isClosed = false;
  const broke = (rule: string): void => void violations.push(rule);
  const transfer = (kind: Transfer, data: Uint8Array): number | Promise<number> => {
    if (pending[kind]) broke(`a second ${kind} while one is pending`);
    if (data.length === 0) broke(`an empty ${kind}`);
    const count = port[kind](data);
    if (typeof count === "number") return count;
    pending[kind] = true;
    return settleLate(count).finally(() => {
      pending[kind] = false;
    });
  };
  const replaced: Partial<BackendPort> = {
    read: (into) => transfer("read", into),
    write: (data) => transfer("write", data),
    tryWrite: (data) => {
      if (pending.write) broke("tryWrite while a write is pending");
      return port.tryWrite(data);
    },
    setBreak: (asserted) => {
      port.setBreak(asserted);
      isBreaking = asserted;
    },
    close: () => {
      if (pending.read || pending.write) broke("close while an operation is pending");
      if (isBreaking) broke("close while a break is asserted");
      isClosed = true;
      return port.close();
    },
  };
  return new Proxy(port, {
    get: (target, name: keyof BackendPort) => {
      const value = replaced[name] ?? target[name];
      if (typeof value !== "function") return value;
      return (...args: never[]) => {
        if (isClosed) broke(`${name} after close`);
        return Reflect.apply(value, target, args);
      };
    },
    set: (target, name, value) => Reflect.set(target, name, value, target),
  });
}

/** Nobody may count on how soon a canceled operation settles. */
async function settleLate(count: Promise<number>): Promise<number> {
  const result = await count;
  for (let microtask = 0; microtask < 20; microtask++) await undefined;
  return result;
}
