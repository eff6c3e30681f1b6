import { deepEqual, equal, throws } from "node:assert/strict";
import { test } from "node:test";
import type { Ffi, NativeLibrary } from "../../../../dist/ffi/ffi.js";
import { bindLibuv, type LibuvCalls, LibuvWaker } from "../../../../dist/posix/readiness/libuv.js";
import type { Poller } from "../../../../dist/posix/readiness/readiness.js";

const HANDLE = 0x1000n;
const poller = { fd: 33 } as Poller;

/** libuv behind its interface, and the event that it would call back with. */
function fakeLibuv(): { uv: LibuvCalls; calls: string[]; fire: () => void } {
  const calls: string[] = [];
  const listeners = new Map<bigint, () => void>();
  const uv: LibuvCalls = {
    defaultLoop: () => 1n,
    handleSize: (type) => type * 20,
    pollInit: (loop, handle, ...[fd]) => calls.push(`init ${loop} ${handle} ${fd}`),
    pollStart: (handle, events) => calls.push(`start ${handle} ${events}`),
    pollStop: (handle) => calls.push(`stop ${handle}`),
    unref: (handle) => calls.push(`unref ${handle}`),
    close: (handle, callback) => calls.push(`close ${handle} ${callback}`),
    allocate: (count, size) => {
      calls.push(`allocate ${count} ${size}`);
      return HANDLE;
    },
    free: (memory) => calls.push(`free ${memory}`),
    onPoll: 2n,
    onClose: 3n,
    listeners,
  };
  return { uv, calls, fire: () => listeners.get(HANDLE)?.() };
}

const nextTask = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("LibuvWaker watches the poller's descriptor and does not keep the process alive", () => {
  const { uv, calls } = fakeLibuv();

  new LibuvWaker(uv, poller, () => undefined);

  // uv.h: UV_POLL is 8, UV_READABLE is 1
  deepEqual(calls, ["allocate 1 160", "init 1 4096 33", "start 4096 1", "unref 4096"]);
});

test("LibuvWaker fails where libuv cannot watch the poller, and leaves no handle", () => {
  const { uv, calls } = fakeLibuv();
  const refusing: LibuvCalls = { ...uv, pollInit: () => -22 };

  throws(() => new LibuvWaker(refusing, poller, () => undefined), {
    name: "SerialError",
    code: "EINVAL",
    syscall: "uv_poll_init",
  });

  deepEqual(calls, ["allocate 1 160", "free 4096"]);
  equal(uv.listeners.size, 0);
});

test("LibuvWaker runs its listener outside the native callback, once for several events", async () => {
  const { uv, fire } = fakeLibuv();
  let runs = 0;
  new LibuvWaker(uv, poller, () => runs++);

  fire();
  fire();
  equal(runs, 0);
  await nextTask();
  equal(runs, 1);
  fire();
  await nextTask();

  equal(runs, 2);
});

test("LibuvWaker.stop() closes the handle, whose memory libuv frees", () => {
  const { uv, calls } = fakeLibuv();
  const waker = new LibuvWaker(uv, poller, () => undefined);
  calls.length = 0;

  waker.stop(() => calls.push("stopped"));

  deepEqual(calls, ["stop 4096", "close 4096 3", "stopped"]);
  equal(uv.listeners.size, 0);
});

test("LibuvWaker does not run its listener after stop()", async () => {
  const { uv, fire } = fakeLibuv();
  let runs = 0;
  const waker = new LibuvWaker(uv, poller, () => runs++);

  fire();
  waker.stop(() => undefined);
  await nextTask();

  equal(runs, 0);
});

/** A program that exports some symbols. */
function programWith(...symbols: string[]): Ffi {
  const library: NativeLibrary = {
    has: (symbol) => symbols.includes(symbol),
    address: () => 3n,
    bind: <F>() => (() => 0) as F,
  };
  return {
    program: () => library,
    load: () => library,
    errno: () => 0,
    callback: () => 2n,
  };
}

test("bindLibuv() gives nothing where the program does not export libuv", () => {
  equal(bindLibuv(programWith()), undefined);
  equal(bindLibuv(programWith("uv_poll_init")), undefined);
  equal(bindLibuv(programWith("uv_default_loop")), undefined);
});

test("bindLibuv() closes with free(3) itself", () => {
  const uv = bindLibuv(programWith("uv_poll_init", "uv_default_loop"));

  equal(uv?.onClose, 3n);
  equal(uv?.onPoll, 2n);
});
