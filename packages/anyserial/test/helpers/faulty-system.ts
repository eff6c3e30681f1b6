// A real libc and a real readiness, with the faults of a plan in between: what PosixPort makes of
// EINTR, EAGAIN, short transfers and EIO, over real ptys.

import { constants } from "node:os";
import type { FaultOperation, FaultPlan } from "anyserial/testing";
import type { Libc } from "#internal/posix/libc.js";
import type { Readiness, Watch } from "#internal/posix/readiness/readiness.js";

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
      watch: (fd, idle) => faultyWatch(readiness.watch(fd, idle), owed),
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

function faultyWatch(watch: Watch, owed: Record<FaultOperation, boolean>): Watch {
  const early: Record<FaultOperation, ((ready: boolean) => void) | undefined> = {
    read: undefined,
    write: undefined,
  };
  const wait = (operation: FaultOperation, real: () => Promise<boolean>): Promise<boolean> => {
    if (!owed[operation]) return real();
    return new Promise((resolve) => {
      early[operation] = resolve;
      setImmediate(() => resolve(true));
    });
  };
  const cancel = (operation: FaultOperation): void => early[operation]?.(false);
  return {
    waitReadable: () => wait("read", () => watch.waitReadable()),
    waitWritable: () => wait("write", () => watch.waitWritable()),
    cancelReadable: () => {
      cancel("read");
      watch.cancelReadable();
    },
    cancelWritable: () => {
      cancel("write");
      watch.cancelWritable();
    },
    listen: (listener) => watch.listen(listener),
    tellWritable: () => watch.tellWritable(),
    close: () => watch.close(),
  };
}
