// A backend that watches how it is used: every rule that the contract gives to its caller is
// checked, and what breaks one is collected.

import type { Backend, BackendPort } from "../../dist/backend/backend.js";
import { READ, WRITE } from "../../dist/backend/channel.js";

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

function strictPort(port: BackendPort, violations: Violations): BackendPort {
  /** Directions whose last try in this task moved less than it was given. */
  let exhausted = 0;
  let isBreaking = false;
  let isClosed = false;
  const broke = (rule: string): void => void violations.push(rule);
  const tried = (direction: number, moved: number, length: number): number => {
    if (moved < length) exhausted |= direction;
    else exhausted &= ~direction;
    setImmediate(() => {
      exhausted &= ~direction;
    });
    return moved;
  };
  const replaced: Partial<BackendPort> = {
    tryRead: (into) => {
      if (into.length === 0) broke("an empty read");
      return tried(READ, port.tryRead(into), into.length);
    },
    tryWrite: (data) => {
      if (data.length === 0) broke("an empty write");
      return tried(WRITE, port.tryWrite(data), data.length);
    },
    arm: (interest) => {
      if ((interest & ~exhausted) !== 0) broke(`arm ${interest} without a try in the same task`);
      port.arm(interest);
    },
    setBreak: (asserted) => {
      port.setBreak(asserted);
      isBreaking = asserted;
    },
    close: (discarded) => {
      if (isBreaking) broke("close while a break is asserted");
      isClosed = true;
      return port.close(discarded);
    },
  };
  return new Proxy(port, {
    get: (target, name: keyof BackendPort) => {
      const value = replaced[name] ?? target[name];
      if (typeof value !== "function" || name === "onReady" || name === "onFailed") return value;
      return (...args: never[]) => {
        if (isClosed) broke(`${name} after close`);
        return Reflect.apply(value, target, args);
      };
    },
    set: (target, name, value) => Reflect.set(target, name, value, target),
  });
}
