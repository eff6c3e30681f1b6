import { deepEqual, equal } from "node:assert/strict";
import type { Socket } from "node:net";
import { test } from "node:test";
import { ClientOutput } from "../../../dist/serving/client-output.js";

const QUEUE = 100;
const CHUNK = new Uint8Array(80);

/** A socket whose peer reads only when the test says so. */
class FakeSocket {
  writableLength = 0;
  readonly #taken: (() => void)[] = [];
  #onDrain = (): void => undefined;
  on(_event: "drain", onDrain: () => void): void {
    this.#onDrain = onDrain;
  }
  write(bytes: Uint8Array, onTaken: () => void): void {
    this.writableLength += bytes.length;
    this.#taken.push(() => {
      this.writableLength -= bytes.length;
      onTaken();
    });
  }
  cork(): void {}
  uncork(): void {}
  take(): void {
    this.#taken.shift()?.();
    if (this.writableLength === 0) this.#onDrain();
  }
}

function bench() {
  const socket = new FakeSocket();
  const events: string[] = [];
  const output = new ClientOutput(socket as unknown as Socket, {
    queue: QUEUE,
    encode: (bytes) => bytes.slice(),
    onDropped: (bytes) => events.push(`dropped ${bytes}`),
    onStalled: () => events.push("stalled"),
    onLost: (bytes) => events.push(`lost ${bytes}`),
    onRoom: () => undefined,
    onSent: () => undefined,
  });
  return { socket, output, events };
}

const always = (): boolean => true;

test("ClientOutput waits for a client that reads, and loses nothing", async () => {
  const { socket, output, events } = bench();
  output.data(CHUNK, always);
  const waiting = output.data(CHUNK, always);

  socket.take();
  await waiting;

  deepEqual([output.waiting, output.dropped, events], [80, 0, []]);
});

test("ClientOutput waits no more when its caller has other clients", async () => {
  const { output, events } = bench();
  let isAlone = true;
  output.data(CHUNK, always);
  const waiting = output.data(CHUNK, () => isAlone);

  isAlone = false;
  output.waitNoMore();
  await waiting;

  deepEqual(events, ["stalled", "dropped 80"]);
});

test("ClientOutput waits once for a client that does not read, and again when it has read", async () => {
  const { socket, output, events } = bench();
  output.data(CHUNK, always);
  await output.data(CHUNK, always);
  equal(output.data(CHUNK, always), undefined);
  deepEqual(events, ["stalled", "dropped 80", "dropped 80"]);

  socket.take();
  deepEqual(events.at(-1), "lost 160");
  output.data(CHUNK, always);
  const waiting = output.data(CHUNK, always);
  socket.take();
  await waiting;

  equal(output.dropped, 160);
});
