// Numbers of <sys/epoll.h>: ADD 1, DEL 2, MOD 3; IN 1, OUT 4, ERR 8, HUP 0x10, RDHUP 0x2000, ET.

import { deepEqual, equal, throws } from "node:assert/strict";
import { test } from "node:test";
import {
  type EpollCalls,
  type EpollEventLayout,
  EpollEvents,
  EpollPoller,
} from "../../../../dist/posix/readiness/epoll.js";
import { HUNG_UP, READABLE, WRITABLE } from "../../../../dist/posix/readiness/readiness.js";
import { ABI, abiOf, wordAt, words } from "../../../helpers/fake-libc.ts";

type Event = readonly [token: number, ready: number];

/** epoll behind its interface; `ready` holds [events, token] of its pending events. */
class FakeEpoll implements EpollCalls {
  readonly calls: string[] = [];
  readonly ready: (readonly [number, number])[] = [];
  readonly #layout: EpollEventLayout;
  result = 0;

  constructor(layout: EpollEventLayout) {
    this.#layout = layout;
  }

  create(): number {
    return this.result < 0 ? this.result : 33;
  }

  control(epfd: number, operation: number, ...[fd, event]: [number, Uint8Array]): number {
    const events = wordAt(event, 0).toString(16);
    const token = wordAt(event, this.#layout.size === 12 ? 4 : 8);
    this.calls.push(`${epfd} ${operation} ${fd} ${events} ${token}`);
    return this.result;
  }

  wait(_epfd: number, events: Uint8Array, ...[most, timeoutMs]: [number, number]): number {
    this.calls.push(`wait ${most} ${timeoutMs}`);
    const { size } = this.#layout;
    const some = this.ready.splice(0, most);
    for (const [index, [bits, token]] of some.entries()) {
      events.set(words(size, { 0: bits, [size === 12 ? 4 : 8]: token }), index * size);
    }
    return this.result < 0 ? this.result : some.length;
  }

  close(epfd: number): number {
    this.calls.push(`close ${epfd}`);
    return 0;
  }
}

function collect(poller: EpollPoller): Event[] {
  const events: Event[] = [];
  poller.collect((token, ready) => events.push([token, ready]));
  return events;
}

for (const cpu of ["x64", "arm64"]) {
  const layout = abiOf(cpu).epollEvent;

  test(`EpollPoller passes interest and token, edge-triggered, on ${cpu}`, () => {
    const epoll = new FakeEpoll(layout);
    const poller = new EpollPoller(epoll, layout);

    poller.add(5, 0x7fff_ffff, READABLE);
    poller.modify(5, 2, READABLE | WRITABLE);
    poller.modify(5, 2, WRITABLE);
    poller.remove(5);

    deepEqual(epoll.calls.slice(0, 3), [
      "33 1 5 80002001 2147483647",
      "33 3 5 80002005 2",
      "33 3 5 80002004 2",
    ]);
    equal(epoll.calls[3]?.startsWith("33 2 5 "), true);
  });

  test(`EpollPoller.collect() reports each event with its token on ${cpu}`, () => {
    const epoll = new FakeEpoll(layout);
    const poller = new EpollPoller(epoll, layout);
    epoll.ready.push([0x1, 1], [0x4, 2], [0x5, 3], [0x8, 4], [0x10, 5], [0x2000, 6], [0x2015, 7]);

    deepEqual(collect(poller), [
      [1, READABLE],
      [2, WRITABLE],
      [3, READABLE | WRITABLE],
      [4, HUNG_UP],
      [5, HUNG_UP],
      [6, HUNG_UP],
      [7, READABLE | WRITABLE | HUNG_UP],
    ]);
    deepEqual(epoll.calls, ["wait 64 0"]);
  });
}

test("EpollPoller.collect() asks again while its memory was full", () => {
  const epoll = new FakeEpoll(ABI.epollEvent);
  const poller = new EpollPoller(epoll, ABI.epollEvent);
  for (let token = 1; token <= 130; token++) epoll.ready.push([1, token]);

  const events = collect(poller);

  equal(events.length, 130);
  deepEqual(events.at(-1), [130, READABLE]);
  equal(epoll.calls.length, 3);
});

test("EpollPoller.collect() reports nothing when epoll_wait(2) was interrupted", () => {
  const epoll = new FakeEpoll(ABI.epollEvent);
  const poller = new EpollPoller(epoll, ABI.epollEvent);
  epoll.result = -4;

  deepEqual(collect(poller), []);
});

test("EpollPoller names the call that failed", () => {
  const epoll = new FakeEpoll(ABI.epollEvent);
  const poller = new EpollPoller(epoll, ABI.epollEvent);
  epoll.result = -28;

  throws(() => poller.add(5, 1, READABLE), {
    name: "SerialError",
    errno: 28,
    syscall: "epoll_ctl",
  });
  throws(() => new EpollPoller(epoll, ABI.epollEvent), { syscall: "epoll_create1" });
});

test("EpollPoller.remove() does not mind a descriptor that is gone", () => {
  const epoll = new FakeEpoll(ABI.epollEvent);
  const poller = new EpollPoller(epoll, ABI.epollEvent);
  epoll.result = -2;

  poller.remove(5);

  equal(epoll.calls.length, 1);
});

test("EpollPoller.close() closes its descriptor", () => {
  const epoll = new FakeEpoll(ABI.epollEvent);

  new EpollPoller(epoll, ABI.epollEvent).close();

  deepEqual(epoll.calls, ["close 33"]);
});

test("EpollEvents has room for as many events as it says", () => {
  const events = new EpollEvents(ABI.epollEvent, 3);

  equal(events.capacity, 3);
  equal(events.bytes.length, 36);
});
