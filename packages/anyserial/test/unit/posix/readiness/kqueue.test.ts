// The kqueue poller over a kernel that knows `struct kevent` of each system from its headers: a wrong
// offset, filter, flag or size fails.

import { deepEqual, equal, throws } from "node:assert/strict";
import { test } from "node:test";
import { bindKqueue, KqueueEvents, KqueuePoller } from "../../../../dist/posix/readiness/kqueue.js";
import { HUNG_UP, READABLE, WRITABLE } from "../../../../dist/posix/readiness/readiness.js";
import { BsdMachine, FOUR_SYSTEMS } from "../../../helpers/bsd-port.ts";
import { fakeFfi } from "../../../helpers/fake-ffi.ts";

type Event = readonly [token: number, ready: number];

interface SetUp {
  readonly machine: BsdMachine;
  readonly poller: KqueuePoller;
  readonly collect: () => Event[];
}

function setUp(target: string): SetUp {
  const machine = new BsdMachine(target);
  const poller = new KqueuePoller(machine.kernel.kqueue, machine.abi.kqueue);
  const collect = (): Event[] => {
    const events: Event[] = [];
    poller.collect((token, ready) => events.push([token, ready]));
    return events;
  };
  return { machine, poller, collect };
}

for (const target of FOUR_SYSTEMS) {
  test(`KqueuePoller passes filters, flags and token on ${target}`, () => {
    const { machine, poller } = setUp(target);

    poller.add(5, 0x7fff_ffff, READABLE);
    poller.modify(5, 2, READABLE | WRITABLE);
    poller.modify(5, 3, WRITABLE);
    poller.remove(5);

    deepEqual(machine.calls("kevent"), [
      "kevent 7 EVFILT_READ ident=5 EV_ADD|EV_CLEAR udata=2147483647 = 0",
      "kevent 7 EVFILT_READ ident=5 EV_DELETE = 0",
      "kevent 7 EVFILT_READ ident=5 EV_ADD|EV_CLEAR udata=2 = 0",
      "kevent 7 EVFILT_WRITE ident=5 EV_ADD|EV_CLEAR udata=2 = 0",
      "kevent 7 EVFILT_READ ident=5 EV_DELETE = 0",
      "kevent 7 EVFILT_WRITE ident=5 EV_DELETE = 0",
      "kevent 7 EVFILT_WRITE ident=5 EV_ADD|EV_CLEAR udata=3 = 0",
      "kevent 7 EVFILT_WRITE ident=5 EV_DELETE = 0",
    ]);
    deepEqual(machine.kernel.kqueue.registered, []);
  });

  test(`KqueuePoller.collect() reports each event once, with its token, on ${target}`, () => {
    const { machine, poller, collect } = setUp(target);
    poller.add(5, 11, READABLE);
    poller.add(6, 12, WRITABLE);

    deepEqual(collect(), [[12, WRITABLE]]);
    machine.kernel.kqueue.touch("EVFILT_READ");
    deepEqual(collect(), [[11, READABLE]]);
    deepEqual(collect(), []);
    machine.kernel.kqueue.touch("EVFILT_READ", true);
    machine.kernel.kqueue.touch("EVFILT_WRITE", true);

    deepEqual(collect(), [
      [11, READABLE | HUNG_UP],
      [12, WRITABLE | HUNG_UP],
    ]);
  });

  test(`KqueuePoller reports what is there already when a descriptor is added, on ${target}`, () => {
    const { machine, poller, collect } = setUp(target);
    machine.kernel.input.push(1);

    poller.add(5, 11, READABLE);
    deepEqual(collect(), [[11, READABLE]]);
    poller.modify(5, 11, READABLE);

    deepEqual(collect(), [[11, READABLE]]);
  });

  test(`KqueuePoller.interrupt() wakes who waits, by a timer that runs once, on ${target}`, () => {
    const { machine, poller, collect } = setUp(target);

    poller.interrupt();

    deepEqual(machine.calls("kevent"), [
      "kevent 7 EVFILT_TIMER ident=1 EV_ADD|EV_ONESHOT data=1 udata=0 = 0",
    ]);
    deepEqual(collect(), [[0, 0]]); // the token of no descriptor
    deepEqual(machine.kernel.kqueue.registered, []);
  });
}

test("KqueuePoller.collect() asks again while its memory was full", () => {
  const { machine, poller, collect } = setUp("freebsd-x64");
  for (let fd = 100; fd < 230; fd++) poller.add(fd, fd, READABLE);
  machine.kernel.kqueue.touch("EVFILT_READ");

  const events = collect();

  equal(events.length, 130);
  deepEqual(events.at(-1), [229, READABLE]);
  equal(machine.calls("kevent 7 wait").length, 3);
});

test("KqueuePoller.collect() reports nothing when kevent(2) was interrupted", () => {
  const { machine, poller, collect } = setUp("netbsd-x64");
  poller.add(5, 11, WRITABLE);
  machine.kernel.kqueue.results.push(-4);

  deepEqual(collect(), []);
});

test("KqueuePoller names the call that failed, and leaves no half of an interest", () => {
  const { machine, poller } = setUp("openbsd-x64");
  machine.kernel.kqueue.results.push(0, -12);

  throws(() => poller.add(5, 1, READABLE | WRITABLE), {
    name: "SerialError",
    code: "ENOMEM",
    errno: 12,
    syscall: "kevent",
  });

  deepEqual(
    machine.calls("kevent").map((line) => line.split(" ").slice(2, 5).join(" ")),
    [
      "EVFILT_READ ident=5 EV_ADD|EV_CLEAR",
      "EVFILT_WRITE ident=5 EV_ADD|EV_CLEAR",
      "EVFILT_READ ident=5 EV_DELETE",
      "EVFILT_WRITE ident=5 EV_DELETE",
    ],
  );
  machine.kernel.kqueue.results.push(-24);
  throws(() => new KqueuePoller(machine.kernel.kqueue, machine.abi.kqueue), { syscall: "kqueue" });
});

test("KqueuePoller.remove() does not mind a descriptor that the kernel has forgotten", () => {
  const { machine, poller } = setUp("dragonfly-x64");
  poller.add(5, 1, READABLE);
  machine.kernel.kqueue.results.push(-9);

  poller.remove(5);
  poller.remove(5);

  equal(machine.calls("kevent").length, 2);
});

test("KqueuePoller.close() closes its descriptor", () => {
  const { machine, poller } = setUp("freebsd-arm64");

  poller.close();

  deepEqual(machine.kernel.trace.at(-1), "close 7 = 0");
});

test("KqueueEvents has room for as many events as it says", () => {
  const { machine } = setUp("netbsd-arm64");
  const events = new KqueueEvents(machine.abi.kqueue, 3);

  deepEqual([events.capacity, events.bytes.length], [3, 120]);
});

test("bindKqueue() declares kevent with int counts, on NetBSD __kevent50 with size_t (trap 17)", () => {
  for (const target of FOUR_SYSTEMS) {
    const { abi } = setUp(target).machine;
    const { ffi, bound } = fakeFfi();

    bindKqueue(ffi, abi.kqueue);

    const kevent = target.startsWith("netbsd")
      ? "__kevent50: int int bytes size bytes size bytes"
      : "kevent: int int bytes int bytes int bytes";
    deepEqual(bound, ["kqueue: int", kevent, "close: int int"]);
  }
});

test("bindKqueue() gives -errno, and asks kevent to change or to wait, never both", () => {
  const seen: unknown[][] = [];
  const { ffi } = fakeFfi({
    kqueue: () => -1,
    kevent: (...args: unknown[]) => {
      seen.push(args);
      return -1;
    },
  });
  const { abi } = setUp("freebsd-x64").machine;
  const calls = bindKqueue(ffi, abi.kqueue);
  const bytes = new Uint8Array(64);

  equal(calls.create(), -25);
  equal(calls.change(3, bytes), -25);
  equal(calls.wait(3, bytes, 1, null), -25);

  deepEqual(seen, [
    [3, bytes, 1, null, 0, null],
    [3, null, 0, bytes, 1, null],
  ]);
});
