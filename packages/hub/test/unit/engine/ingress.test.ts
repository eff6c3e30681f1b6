import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import type { FramingKind } from "@anyserial/hub";
import { ManualClock } from "@anyserial/test-support/manual-clock";
import { nextTask } from "@anyserial/test-support/tasks";
import { framingOf } from "../../../dist/engine/framing.js";
import { Ingress } from "../../../dist/engine/ingress.js";
import { Traffic } from "../../../dist/engine/traffic.js";

/** An ingress whose readers have so much room; it is paused when they have none. */
class Bench {
  readonly passed: string[] = [];
  readonly clock = new ManualClock();
  readonly ingress: Ingress;
  room = Number.POSITIVE_INFINITY;
  clears = 0;

  constructor(framing: FramingKind = "raw") {
    this.ingress = new Ingress({
      place: { network: "net", member: "a" },
      traffic: new Traffic(),
      clock: this.clock,
      framing: framingOf(framing),
      deliver: (message) => this.#deliver(message),
      room: () => this.room,
      onClear: () => {
        this.clears++;
      },
    });
  }

  take(text: string): void {
    this.ingress.take(Buffer.from(text));
  }

  /** Makes room again; the rest continues in a task of its own. */
  async makeRoom(room: number): Promise<void> {
    this.room = room;
    this.ingress.resume();
    await nextTask();
  }

  #deliver(message: Uint8Array): void {
    this.passed.push(Buffer.from(message).toString());
    this.room -= message.length;
    if (this.room <= 0) this.ingress.pause();
  }
}

test("Ingress passes on as many bytes as there is room for, and the rest when there is room again", async () => {
  const bench = new Bench();
  bench.room = 4;

  bench.take("0123456789");
  deepEqual(bench.passed, ["0123"]);
  bench.take("ab");
  await bench.makeRoom(3);
  deepEqual(bench.passed, ["0123", "456"]);
  equal(bench.clears, 0);
  await bench.makeRoom(100);

  deepEqual(bench.passed, ["0123", "456", "789", "ab"]);
  equal(bench.clears, 1);
  equal(bench.ingress.in.bytes, 12);
});

test("Ingress passes a chunk on unchanged where senders never wait", () => {
  const bench = new Bench();

  bench.take("0123456789");

  deepEqual(bench.passed, ["0123456789"]);
});

test("Ingress never passes on a part of a message, whatever the room", async () => {
  const bench = new Bench("line");
  bench.room = 4;

  bench.take("one\ntwo\nthree\n");
  deepEqual(bench.passed, ["one\n"]);
  await bench.makeRoom(1);
  deepEqual(bench.passed, ["one\n", "two\n"]);
  await bench.makeRoom(1);

  deepEqual(bench.passed, ["one\n", "two\n", "three\n"]);
});

test("Ingress forgets the unfinished message of a member that left, after the chunks before", async () => {
  const bench = new Bench("line");
  bench.room = 4;
  bench.take("one\ntwo\nbegun");
  bench.ingress.onAbsent();
  bench.take("next\n");
  equal(bench.ingress.incomplete.messages, 0);

  await bench.makeRoom(100);

  deepEqual(bench.passed, ["one\n", "two\n", "next\n"]);
  deepEqual(bench.ingress.incomplete, { bytes: 5, messages: 1 });
});

test("Ingress lets silence end a message by when it came, not by when there is room", () => {
  const bench = new Bench("idle-gap");
  bench.ingress.pause();

  bench.take("one message");
  bench.clock.advance(100);

  deepEqual(bench.passed, ["one message"]);
});

test("Ingress.give() waits behind held bytes", async () => {
  const bench = new Bench();
  bench.room = 4;
  bench.take("0123456789");

  const given = bench.ingress.give(Buffer.from("given"));
  await bench.makeRoom(100);
  await given;

  deepEqual(bench.passed, ["0123", "456789", "given"]);
});

test("Ingress.close() keeps nothing, and ends all waits", async () => {
  const bench = new Bench();
  bench.room = 4;
  bench.take("0123456789");
  const given = bench.ingress.give(Buffer.from(""));

  bench.ingress.resume();
  bench.ingress.close();
  await given;
  await nextTask();

  deepEqual(bench.passed, ["0123"]);
});
