// A member that connects goes on trying.

import { deepEqual, equal } from "node:assert/strict";
import { EventEmitter } from "node:events";
import type { Socket } from "node:net";
import { test } from "node:test";
import { ManualClock } from "@anyserial/test-support/manual-clock";
import { Connector } from "../../../dist/members/connector.js";

class FakeSocket extends EventEmitter {
  isDestroyed = false;

  destroy(error?: Error): void {
    this.isDestroyed = true;
    if (error !== undefined) this.emit("error", error);
    this.emit("close");
  }
}

class Scene {
  readonly clock = new ManualClock();
  readonly sockets: FakeSocket[] = [];
  readonly errors: string[] = [];
  connections = 0;
  failure: Error | undefined;
  readonly connector = new Connector({
    connect: () => {
      if (this.failure !== undefined) throw this.failure;
      const socket = new FakeSocket();
      this.sockets.push(socket);
      return socket as unknown as Socket;
    },
    onConnected: () => this.connections++,
    onError: (error) => this.errors.push(error.message),
    clock: this.clock,
  });

  get last(): FakeSocket {
    return this.sockets.at(-1) as FakeSocket;
  }
}

test("Connector gives an attempt up that gets no answer, and makes another", () => {
  const scene = new Scene();
  scene.connector.start();

  scene.clock.advance(9999);
  equal(scene.last.isDestroyed, false);
  scene.clock.advance(1);
  equal(scene.last.isDestroyed, true);
  deepEqual(scene.errors, ["connect: no answer within 10 s"]);
  scene.clock.advance(100);

  equal(scene.sockets.length, 2);
});

test("Connector waits longer and longer, five seconds at most, and begins anew when it was connected", () => {
  const scene = new Scene();
  scene.connector.start();
  const pauses: number[] = [];
  for (let attempt = 0; attempt < 9; attempt++) {
    const before = scene.clock.now();
    const { length } = scene.sockets;
    scene.last.destroy(new Error("ECONNREFUSED"));
    while (scene.sockets.length === length) scene.clock.advance(100);
    pauses.push(scene.clock.now() - before);
  }
  deepEqual(pauses, [100, 200, 400, 800, 1600, 3200, 5000, 5000, 5000]);

  scene.last.emit("connect");
  scene.connector.again();
  scene.clock.advance(100);

  equal(scene.connections, 1);
  equal(scene.sockets.length, 11);
});

test("Connector leaves no timer and no attempt when it is closed", () => {
  const scene = new Scene();
  scene.connector.start();
  scene.connector.close();

  equal(scene.last.isDestroyed, true);
  equal(scene.clock.pending, 0);
  scene.connector.again();
  equal(scene.clock.pending, 0);
});

test("Connector goes on where an attempt fails before it has begun", () => {
  const scene = new Scene();
  scene.failure = new Error("EMFILE");
  scene.connector.start();
  scene.failure = undefined;
  scene.clock.advance(100);

  deepEqual(scene.errors, ["EMFILE"]);
  equal(scene.sockets.length, 1);
});
