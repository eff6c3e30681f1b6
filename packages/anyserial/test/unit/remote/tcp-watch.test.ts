// A peer that vanishes while bytes are on their way to it.

import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as nextTask } from "node:timers/promises";
import { ManualClock } from "@anyserial/test-support/manual-clock";
import { tableKey } from "../../../dist/remote/tcp-table.js";
import { TcpWatch } from "../../../dist/remote/tcp-watch.js";

const VANISH_AFTER_MS = 40_000;
const LOOK_MS = 5000;

/** A connection in a kernel that the test plays. */
class Scene {
  readonly clock = new ManualClock();
  readonly socket = {
    localAddress: "127.0.0.1",
    localPort: 1,
    remoteAddress: "127.0.0.1",
    remotePort: 2,
    bytesRead: 0,
    bytesWritten: 0,
    writableLength: 0,
  };
  readonly vanished: number[] = [];
  looks = 0;
  acknowledged = 0;
  attempts = 0;
  /** Runs while the table is read. */
  meanwhile = (): void => undefined;
  readonly watch = new TcpWatch({
    socket: this.socket,
    vanishAfterMs: VANISH_AFTER_MS,
    onVanished: (unacknowledged) => this.vanished.push(unacknowledged),
    read: async () => this.#table(),
    clock: this.clock,
  });

  send(bytes: number): void {
    this.socket.bytesWritten += bytes;
    this.watch.onSent();
  }

  /** Lets so many looks happen. */
  async look(count: number, before: () => void = () => undefined): Promise<void> {
    for (let index = 0; index < count; index++) {
      before();
      this.clock.advance(LOOK_MS);
      await nextTask();
    }
  }

  #table(): string {
    this.looks++;
    const { socket, attempts } = this;
    const queue = (socket.bytesWritten - this.acknowledged).toString(16);
    const row = `0: ${tableKey(socket)} 01 ${queue}:0 01:0 ${attempts.toString(16)} 0 0 1\n`;
    this.meanwhile();
    return row;
  }
}

test("TcpWatch looks only while something is unacknowledged", async () => {
  const scene = new Scene();
  await scene.look(3);
  equal(scene.looks, 0);

  scene.send(10);
  await scene.look(2);
  equal(scene.looks, 2);

  scene.acknowledged = 10;
  await scene.look(5);
  equal(scene.looks, 3);
  equal(scene.clock.pending, 0);
});

test("TcpWatch finds a peer that acknowledges nothing, while more is sent to it", async () => {
  const scene = new Scene();
  scene.send(10);

  await scene.look(8, () => {
    scene.send(7);
    scene.attempts++;
  });
  deepEqual(scene.vanished, []);
  await scene.look(1);

  deepEqual(scene.vanished, [66]);
  equal(scene.clock.pending, 0);
});

test("TcpWatch finds it although bytes are sent while the table is read", async () => {
  const scene = new Scene();
  scene.meanwhile = () => scene.send(13);
  scene.attempts = 5;
  scene.send(10);

  await scene.look(9);

  equal(scene.vanished.length, 1);
});

const SIGNS_OF_LIFE: Readonly<Record<string, (scene: Scene) => void>> = {
  "acknowledges a little": (scene) => {
    scene.acknowledged++;
  },
  "sends something itself": (scene) => {
    scene.socket.bytesRead++;
  },
  "answers after some attempts": (scene) => {
    scene.attempts = scene.attempts === 0 ? 3 : 0;
  },
  "needs fewer attempts than before": (scene) => {
    scene.attempts--;
  },
};

for (const [what, live] of Object.entries(SIGNS_OF_LIFE)) {
  test(`TcpWatch leaves a peer alone that ${what}`, async () => {
    const scene = new Scene();
    scene.attempts = 20;
    scene.send(1000);

    let count = 0;
    await scene.look(60, () => {
      if (count++ % 7 === 0) live(scene);
    });

    deepEqual(scene.vanished, []);
  });
}

test("TcpWatch leaves a peer alone that is there and does not read", async () => {
  const scene = new Scene();
  scene.send(1000); // attempts stay 0: its kernel answers every question for room

  await scene.look(60);

  deepEqual(scene.vanished, []);
  equal(scene.looks, 60);
});

test("TcpWatch continues after the last check for bytes sent meanwhile", async () => {
  const scene = new Scene();
  scene.send(10);
  scene.acknowledged = 10;
  scene.meanwhile = () => {
    scene.meanwhile = () => undefined;
    scene.send(5);
    scene.attempts = 1;
  };

  await scene.look(10);

  deepEqual(scene.vanished, [5]);
});

test("TcpWatch stops where there is no such table", async () => {
  const clock = new ManualClock();
  const { socket } = new Scene();
  const read = (): Promise<string> => Promise.reject(new Error("ENOENT"));
  const onVanished = (): void => {
    throw new Error("must not");
  };
  const watch = new TcpWatch({ socket, vanishAfterMs: 40_000, onVanished, read, clock });

  watch.onSent();
  clock.advance(LOOK_MS);
  await nextTask();

  equal(clock.pending, 0);
});
