import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import type { NetworkConfig, TrafficCounts } from "@anyserial/hub";
import { bytes } from "@anyserial/test-support/bytes";
import { ManualClock } from "@anyserial/test-support/manual-clock";
import { Egress } from "../../../dist/engine/egress.js";
import type { Member } from "../../../dist/engine/member.js";
import { planHub } from "../../../dist/engine/plan.js";
import { Traffic } from "../../../dist/engine/traffic.js";

/** A member that takes so many bytes. */
class Reader implements Member {
  readonly kind = "port";
  readonly path = "/reader";
  isPresent = true;
  room = 0;
  taken = "";
  /** Whether its application is seen to read. */
  reads: boolean | undefined;
  /** Calls of `write()` and `notifyWritable()`. */
  readonly calls: string[] = [];

  write(bytes: Uint8Array): number {
    const count = Math.min(this.room, bytes.length);
    this.calls.push(`write ${bytes.length}`);
    this.room -= count;
    this.taken += Buffer.from(bytes.subarray(0, count)).toString();
    return count;
  }

  notifyWritable(): void {
    this.calls.push("tell");
  }

  setReading(): void {}
  unreadBytes(): number {
    return 0;
  }
  hasRead(): boolean | undefined {
    return this.reads;
  }
  discardUnread(): void {}
  settings(): undefined {
    return undefined;
  }
  hangUp(): void {}
  async close(): Promise<void> {}
}

interface Bench {
  readonly egress: Egress;
  readonly member: Reader;
  readonly clock: ManualClock;
  readonly told: string[];
}

function setUp(config: Omit<NetworkConfig, "members"> = {}): Bench {
  const members = { reader: { port: "/reader" }, writer: { port: "/writer" } };
  const [network] = planHub({ networks: { net: { ...config, members } } });
  const options = network?.members[0]?.options;
  if (options === undefined) throw new Error("no member");
  const [clock, member, told] = [new ManualClock(), new Reader(), [] as string[]];
  const listener = {
    onStall: () => told.push("stall"),
    onRecover: (_stalledMs: number, { bytes }: TrafficCounts) => told.push(`recover ${bytes}`),
    onDrop: ({ bytes }: TrafficCounts) => told.push(`drop ${bytes}`),
    onDropTotal: ({ bytes, messages }: TrafficCounts) => told.push(`total ${bytes} ${messages}`),
    onDisconnect: () => told.push("disconnect"),
    onFull: (isFull: boolean) => told.push(isFull ? "wait" : "go on"),
  };
  const place = { network: "net", member: "reader" };
  const parts = { place, traffic: new Traffic(), clock, options, whole: false, listener };
  const byteMs = (): number => 0;
  return { egress: new Egress({ ...parts, byteMs }, member), member, clock, told };
}

test("Egress.offer() tries waiting bytes first, so that a reader is kept busy without an event", () => {
  const { egress, member } = setUp();
  egress.offer(bytes("one "));
  member.room = 100;

  egress.offer(bytes("two"));

  equal(member.taken, "one two");
  equal(egress.queue.bytes, 0);
});

test("Egress asks a reader that refuses again and again only once to report room", () => {
  const { egress, member } = setUp();

  for (const text of ["one ", "two ", "three "]) egress.offer(bytes(text));

  deepEqual(
    member.calls.filter((call) => call === "tell"),
    ["tell"],
  );
  egress.onWritable();
  equal(member.calls.at(-1), "tell");
});

test("Egress.offer() leaves a stalled reader alone until it reports room", () => {
  const { egress, member, clock, told } = setUp();
  egress.offer(bytes("one "));
  clock.advance(1251);
  deepEqual(told, ["stall"]);
  member.calls.length = 0;
  member.room = 100;

  egress.offer(bytes("two"));
  deepEqual(member.calls, []);
  egress.onWritable();

  equal(member.taken, "one two");
  deepEqual(told, ["stall", "recover 0"]);
});

test("Egress.onPresent() asks the new reader to report room, although another was asked before", () => {
  const { egress, member } = setUp();
  egress.offer(bytes("one "));
  member.calls.length = 0;

  egress.onPresent();

  deepEqual(member.calls, ["write 4", "tell"]);
});

const PAIR = { topology: "pair", queue: 10 } as const;

test("Egress lets senders wait for a reader that makes progress, and loses nothing", () => {
  const { egress, member, clock, told } = setUp(PAIR);
  egress.onPresent();
  egress.offer(bytes("0123456789"));
  deepEqual(told, ["wait"]);

  for (let round = 0; round < 20; round++) {
    clock.advance(900);
    member.room = 1;
    egress.onWritable();
  }

  equal(egress.dropped.bytes, 0);
  equal(member.taken, "0123456789");
  deepEqual(told, ["wait", "go on"]);
});

test("Egress lets senders continue when the reader stalls, and then drops bytes without room", () => {
  const { egress, member, clock, told } = setUp(PAIR);
  egress.onPresent();
  egress.offer(bytes("0123456789"));
  clock.advance(1250);
  deepEqual(told, ["wait", "stall", "go on"]);

  egress.offer(bytes("abc"));
  egress.offer(bytes("de"));
  member.room = 3;
  egress.onWritable();

  deepEqual(told.slice(3), ["drop 3", "recover 5"]);
  deepEqual(egress.dropped, { bytes: 5, messages: 2 });
  equal(egress.queue.bytes, 7);
});

test("Egress lets senders wait again once a stalled reader reads again", () => {
  const { egress, member, clock, told } = setUp(PAIR);
  egress.onPresent();
  egress.offer(bytes("0123456789"));
  clock.advance(1250);
  member.room = 1;
  egress.onWritable();

  egress.offer(bytes("ab"));

  deepEqual(told, ["wait", "stall", "go on", "recover 0", "wait"]);
  equal(egress.dropped.bytes, 0);
});

test("Egress keeps no sender waiting for a port that no application has open", () => {
  const { egress, member, clock, told } = setUp({ ...PAIR, whenAbsent: "keep" });
  member.isPresent = false;

  egress.offer(bytes("0123456789"));
  egress.offer(bytes("abc"));
  clock.advance(1000);

  deepEqual(told, ["drop 3", "total 3 1"]);
  equal(egress.queue.bytes, 10);
});

test("Egress keeps no sender waiting when the reader leaves", () => {
  const { egress, member, told } = setUp(PAIR);
  egress.onPresent();
  egress.offer(bytes("0123456789"));

  member.isPresent = false;
  egress.onAbsent();

  deepEqual(told, ["wait", "go on"]);
  deepEqual(egress.discarded, { bytes: 10, messages: 1 });
});

test("Egress reports the losses that are left when it is closed, and no recovery", () => {
  const { egress, clock, told } = setUp({ overflow: "drop-newest", queue: 4 });
  egress.onPresent();
  for (const text of ["0123", "ab", "cd"]) egress.offer(bytes(text));
  clock.advance(2000);

  egress.close();

  deepEqual(told, ["drop 2", "stall", "total 4 2"]);
});
