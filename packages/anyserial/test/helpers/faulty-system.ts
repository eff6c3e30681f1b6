// A real libc and a real readiness, with the faults of a plan in between: what PosixPort makes of
// EINTR, EAGAIN, short transfers and EIO, over real ptys.

import { constants } from "node:os";
import type { FaultOperation, FaultPlan } from "anyserial/testing";
import type { Libc } from "../../dist/posix/libc.js";
import {
  READABLE,
  type Readiness,
  type Watch,
  type WatchListener,
  WRITABLE,
} from "../../dist/posix/readiness/readiness.js";

/** The parts that a plan comes between. */
export interface FaultySystem {
  readonly libc: Libc;
  readonly readiness: Readiness;
}

/**
 * Puts a plan between a port and the system.
 *
 * A kernel never answers EAGAIN while a descriptor is ready, so that its next event would be a new
 * one: after a made-up EAGAIN the readiness reports at once what the kernel has already told.
 */
export function withFaults({ libc, readiness }: FaultySystem, plan: FaultPlan): FaultySystem {
  const owed: Record<FaultOperation, boolean> = { read: false, write: false };
  return {
    libc: faultyLibc(libc, plan, owed),
    readiness: {
      mechanism: readiness.mechanism,
      watch: (fd, listener) => faultyWatch(readiness, { fd, listener }, owed),
      started: () => readiness.started(),
    },
  };
}

function faultyLibc(libc: Libc, plan: FaultPlan, owed: Record<FaultOperation, boolean>): Libc {
  const { EAGAIN, EINTR, EIO } = constants.errno;
  const call = (operation: FaultOperation, length: number, move: (most: number) => number) => {
    const decision = plan.next(operation, length);
    owed[operation] = decision.action === "again";
    if (decision.action === "again") return -EAGAIN;
    if (decision.action === "interrupt") return -EINTR;
    if (decision.action === "disconnect") return -EIO;
    const count = move(decision.maxBytes);
    if (count > 0) plan.transferred(count);
    return count;
  };
  return {
    ...libc,
    read: (fd, into, length) => call("read", length, (most) => libc.read(fd, into, most)),
    write: (fd, data, length) => call("write", length, (most) => libc.write(fd, data, most)),
  };
}

function faultyWatch(
  readiness: Readiness,
  { fd, listener }: { readonly fd: number; readonly listener: WatchListener },
  owed: Record<FaultOperation, boolean>,
): Watch {
  const watch = readiness.watch(fd, listener);
  const report = (interest: number): void => {
    const ready = watch.disarm(interest);
    if (ready !== 0) listener.onReady?.(ready);
  };
  return new Proxy(watch, {
    get: (target, name: keyof Watch) => {
      const value = target[name];
      if (typeof value !== "function") return value;
      if (name !== "arm") return value.bind(target as never);
      return (interest: number): void => {
        target.arm(interest);
        if ((interest & READABLE) !== 0 && owed.read) setImmediate(() => report(READABLE));
        if ((interest & WRITABLE) !== 0 && owed.write) setImmediate(() => report(WRITABLE));
      };
    },
    set: (target, name, value) => Reflect.set(target, name, value, target),
  });
}
