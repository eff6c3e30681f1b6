import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { kqueueDriver } from "../../../../dist/posix/readiness/kqueue-driver.js";
import {
  bindThreadQueue,
  type ThreadQueue,
} from "../../../../dist/posix/readiness/thread-queue.js";
import { BsdFacts } from "../../../helpers/bsd-facts.ts";
import { BsdMachine } from "../../../helpers/bsd-port.ts";
import { fakeFfi } from "../../../helpers/fake-ffi.ts";
import { ABI, words } from "../../../helpers/fake-libc.ts";

interface Waited {
  readonly queue: ThreadQueue;
  /** Timeouts that kevent(2) was given. */
  readonly timeouts: (Uint8Array | null)[];
  readonly wait: ReturnType<typeof bindThreadQueue>;
}

/** Waits on a kqueue in which one event waits. */
function waitOn(target: string, waitMs: number): Waited {
  const facts = new BsdFacts(target);
  const timeouts: (Uint8Array | null)[] = [];
  const kevent = (...args: unknown[]): number => {
    const [kq, , , events, most, timeout] = args;
    deepEqual([kq, most], [9, 64]);
    timeouts.push(timeout as Uint8Array | null);
    for (const [name, value] of Object.entries({ udata: 41, flags: 0 })) {
      facts.write(events as Uint8Array, "kevent", name, value);
    }
    facts.write(events as Uint8Array, "kevent", "filter", facts.constant("EVFILT_READ"));
    return 1;
  };
  const { ffi } = fakeFfi({ [facts.keventSymbol]: kevent });
  const queue: ThreadQueue = { kind: "kqueue", fd: 9, abi: new BsdMachine(target).abi.kqueue };
  return { queue, timeouts, wait: bindThreadQueue(ffi, structuredClone(queue), waitMs) };
}

for (const target of ["freebsd-x64", "freebsd-ia32", "openbsd-ia32", "netbsd-arm64"]) {
  test(`bindThreadQueue() waits for ever on a kqueue, and reports, on ${target}`, () => {
    const { wait, timeouts } = waitOn(target, -1);
    const events: number[][] = [];

    equal(
      wait((token, ready) => events.push([token, ready])),
      1,
    );

    deepEqual(events, [[41, 1]]);
    deepEqual(timeouts, [null]);
  });

  test(`bindThreadQueue() passes struct timespec on ${target}`, () => {
    const { wait, timeouts } = waitOn(target, 1500);
    const facts = new BsdFacts(target);

    wait(() => undefined);

    const time = timeouts[0] ?? new Uint8Array(0);
    equal(time.length, facts.size("timespec"));
    equal(facts.read(time, "timespec", "tv_sec"), 1);
    equal(facts.read(time, "timespec", "tv_nsec"), 500_000_000);
  });
}

test("bindThreadQueue() waits on epoll", () => {
  const { ffi } = fakeFfi({
    epoll_wait: (...args: unknown[]) => {
      const [fd, events, most, waitMs] = args;
      deepEqual([fd, most, waitMs], [9, 64, 250]);
      (events as Uint8Array).set(words(12, { 0: 1, 4: 41 }));
      return 1;
    },
  });
  const events: number[][] = [];
  const wait = bindThreadQueue(ffi, { kind: "epoll", fd: 9, layout: ABI.epollEvent }, 250);

  wait((token, ready) => events.push([token, ready]));

  deepEqual(events, [[41, 1]]);
});

test("kqueueDriver() binds nothing before it is needed, and once", () => {
  const { ffi, bound } = fakeFfi({ kqueue: () => 9 });
  const { abi } = new BsdMachine("freebsd-x64");
  const driver = kqueueDriver(ffi, abi.kqueue);

  deepEqual(bound, []);
  const poller = driver.openPoller();
  driver.openPoller();

  equal(bound.length, 3);
  deepEqual(driver.threadQueue(poller), { kind: "kqueue", fd: 9, abi: abi.kqueue });
});

test("kqueueDriver() lets the thread go by the poller's own queue", () => {
  const changes: unknown[] = [];
  const { ffi } = fakeFfi({
    kqueue: () => 9,
    kevent: (...args: unknown[]) => changes.push(args[0], args[2]),
  });
  const { abi } = new BsdMachine("openbsd-x64");
  const driver = kqueueDriver(ffi, abi.kqueue);

  const stopper = driver.openStopper(driver.openPoller());
  stopper.wake();
  stopper.close();

  deepEqual(changes, [9, 1]);
});
