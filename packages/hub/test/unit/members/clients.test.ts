// Which of the clients of a listening member is served.

import { deepEqual, equal } from "node:assert/strict";
import { EventEmitter } from "node:events";
import type { Socket } from "node:net";
import { test } from "node:test";
import { ManualClock } from "@anyserial/test-support/manual-clock";
import type { MemberHost, Refusal } from "../../../dist/engine/member.js";
import { Clients } from "../../../dist/members/clients.js";

class FakeSocket extends EventEmitter {
  readonly name: string;
  destroyed = false;

  constructor(name: string) {
    super();
    this.name = name;
  }

  destroy(): void {
    this.destroyed = true;
    this.emit("close");
  }
}

/** Clients with names, and what became of them. */
class Scene {
  readonly clock = new ManualClock();
  readonly log: string[] = [];
  readonly refusals: Refusal[] = [];
  readonly clients: Clients;
  #present: FakeSocket | undefined;

  constructor({
    onBusy = "refuse",
    keeps = false,
  }: { onBusy?: "refuse" | "replace"; keeps?: boolean } = {}) {
    this.clients = new Clients({
      host: {
        onRefused: (refusal: Refusal) => this.refusals.push(refusal),
      } as unknown as MemberHost,
      onBusy: () => onBusy,
      keeps: () => keeps,
      serve: (socket) => {
        this.#present = socket as unknown as FakeSocket;
        this.log.push(`serves ${this.#present.name}`);
      },
      dismiss: (reason) => {
        this.log.push(
          `dismisses ${this.#present?.name}${reason === undefined ? "" : `: ${reason}`}`,
        );
        this.leave();
      },
      dismissClosed: () => this.log.push(`looks for ${this.#present?.name}`),
      nameOf: (socket) => (socket as unknown as FakeSocket).name,
      clock: this.clock,
    });
  }

  connect(name: string): FakeSocket {
    const socket = new FakeSocket(name);
    this.clients.accept(socket as unknown as Socket);
    return socket;
  }

  /** The one that is served is gone. */
  leave(): void {
    this.#present = undefined;
    this.clients.onLeft();
  }

  /** What happened since the last call. */
  news(): readonly string[] {
    return this.log.splice(0);
  }
}

test("Clients refuse a second client, by both addresses", () => {
  const scene = new Scene();
  scene.connect("a:1");
  const second = scene.connect("b:2");

  equal(second.destroyed, true);
  deepEqual(scene.news(), ["serves a:1"]);
  deepEqual(scene.refusals, [{ peer: "b:2", present: "a:1", count: 1 }]);

  scene.leave();
  scene.connect("c:3");
  deepEqual(scene.news(), ["serves c:3"]);
});

test("Clients report refusals once a second, with their number", () => {
  const scene = new Scene();
  scene.connect("a:1");
  for (let index = 0; index < 50; index++) scene.connect(`b:${index}`);
  equal(scene.refusals.length, 1);

  scene.clock.advance(1000);
  deepEqual(scene.refusals[1], { peer: "b:49", present: "a:1", count: 49 });

  scene.clock.advance(5000);
  scene.connect("c:1");
  scene.connect("c:2");
  scene.clients.close();
  deepEqual(
    scene.refusals.slice(2).map(({ count }) => count),
    [1, 1],
  );
  equal(scene.clock.pending, 0);
});

test("Clients let a new client take the place of another, if configured so", () => {
  const scene = new Scene({ onBusy: "replace" });
  scene.connect("a:1");
  scene.connect("b:2");

  deepEqual(scene.news(), ["serves a:1", "dismisses a:1: b:2 takes its place", "serves b:2"]);
  deepEqual(scene.refusals, []);
});

test("Clients take one that ends its side after an answer for gone", () => {
  const scene = new Scene();
  scene.connect("a:1");
  scene.clients.received();
  scene.clients.onSent();
  scene.clients.halfClosed();

  deepEqual(scene.news(), ["serves a:1", "dismisses a:1"]);
});

test("Clients let one that ends its side before the answer stay as long as it is sent something", () => {
  const scene = new Scene();
  scene.connect("a:1");
  scene.clients.onSent();
  scene.clients.received();
  scene.clients.halfClosed();
  for (let index = 0; index < 10; index++) {
    scene.clock.advance(9000);
    scene.clients.onSent();
  }
  deepEqual(scene.news(), ["serves a:1", "looks for a:1"]);

  scene.clock.advance(9999);
  deepEqual(scene.news(), []);
  scene.clock.advance(1);
  deepEqual(scene.news(), ["dismisses a:1"]);
});

test("Clients find out at once whether one that asked nothing has closed, others after their answer's time", () => {
  const scene = new Scene();
  scene.connect("a:1");
  scene.clients.halfClosed();
  deepEqual(scene.news(), ["serves a:1", "looks for a:1"]);
  scene.leave();

  scene.connect("b:2");
  scene.clients.received();
  scene.clock.advance(300);
  scene.clients.halfClosed();
  scene.clock.advance(699);
  deepEqual(scene.news(), ["serves b:2"]);
  scene.clock.advance(1);
  deepEqual(scene.news(), ["looks for b:2"]);
});

test("Clients let the next one wait for the answer of one that has ended its side", () => {
  const scene = new Scene();
  scene.connect("a:1");
  scene.clients.received();
  scene.clients.halfClosed();
  const second = scene.connect("b:2");
  const third = scene.connect("c:3");
  equal(second.destroyed, false);
  equal(third.destroyed, true);
  deepEqual(scene.refusals, [{ peer: "c:3", present: "b:2", count: 1 }]);

  scene.clock.advance(400);
  scene.clients.onSent();
  scene.clock.advance(249);
  deepEqual(scene.news(), ["serves a:1"]);
  scene.clock.advance(1);

  deepEqual(scene.news(), ["dismisses a:1", "serves b:2"]);
});

test("Clients let the next one wait for a second at most", () => {
  const scene = new Scene();
  scene.connect("a:1");
  scene.clients.received();
  scene.clients.halfClosed();
  scene.connect("b:2");
  for (let index = 0; index < 9; index++) {
    scene.clock.advance(100);
    scene.clients.onSent();
  }
  deepEqual(scene.news(), ["serves a:1"]);
  scene.clock.advance(100);

  deepEqual(scene.news(), ["dismisses a:1", "serves b:2"]);
});

test("Clients keep the answer for one that is gone from the next one", () => {
  const scene = new Scene();
  scene.connect("a:1");
  scene.clients.received();
  scene.clock.advance(100);
  scene.leave(); // reset
  scene.connect("b:2");
  scene.connect("c:3").destroy();
  deepEqual(scene.refusals, [{ peer: "c:3", present: "b:2", count: 1 }]);

  scene.clock.advance(899);
  deepEqual(scene.news(), ["serves a:1"]);
  scene.clock.advance(1);
  deepEqual(scene.news(), ["serves b:2"]);
});

test("Clients never serve a client that left while waiting", () => {
  const scene = new Scene();
  scene.connect("a:1");
  scene.clients.received();
  scene.clients.halfClosed();
  scene.connect("b:2").destroy();
  scene.connect("c:3").destroy();
  scene.clients.onSent();
  scene.leave();
  deepEqual(scene.news(), ["serves a:1"]);

  scene.connect("d:4");
  deepEqual(scene.news(), ["serves d:4"]);
});

test("Clients keep bytes for the next one, if configured so", () => {
  const scene = new Scene({ keeps: true });
  scene.connect("a:1");
  scene.clients.received();
  scene.clients.halfClosed();
  scene.connect("b:2");

  deepEqual(scene.news(), ["serves a:1", "dismisses a:1", "serves b:2"]);
});
