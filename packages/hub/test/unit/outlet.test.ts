import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { TapSlot } from "#internal/counts.js";
import type { Member } from "#internal/members/member.js";
import { Outlet } from "#internal/outlet.js";
import { planHub } from "#internal/plan.js";
import { ManualClock } from "../helpers/manual-clock.ts";

/** A member that takes so many bytes. */
class Reader implements Member {
  readonly kind = "port";
  readonly path = "/reader";
  isPresent = true;
  room = 0;
  taken = "";
  /** Calls of `write()` and `tellWritable()`. */
  readonly calls: string[] = [];

  write(bytes: Uint8Array): number {
    const count = Math.min(this.room, bytes.length);
    this.calls.push(`write ${bytes.length}`);
    this.room -= count;
    this.taken += Buffer.from(bytes.subarray(0, count)).toString();
    return count;
  }

  tellWritable(): void {
    this.calls.push("tell");
  }

  setReading(): void {}
  unreadBytes(): number {
    return 0;
  }
  discardUnread(): void {}
  settings(): undefined {
    return undefined;
  }
  hangUp(): void {}
  async close(): Promise<void> {}
}

function setUp(): { outlet: Outlet; member: Reader; clock: ManualClock; told: string[] } {
  const [network] = planHub({
    networks: { net: { members: { reader: { port: "/reader" }, writer: { port: "/writer" } } } },
  });
  const options = network?.members[0]?.options;
  if (options === undefined) throw new Error("no member");
  const [clock, member, told] = [new ManualClock(), new Reader(), [] as string[]];
  const listener = {
    onStall: () => told.push("stall"),
    onRecover: () => told.push("recover"),
    onDrop: () => told.push("drop"),
    onDisconnect: () => told.push("disconnect"),
    onFull: () => told.push("full"),
  };
  const place = { network: "net", member: "reader" };
  const parts = { place, tap: new TapSlot(), clock, options, whole: false, listener };
  return { outlet: new Outlet(parts, member), member, clock, told };
}

function bytes(text: string): Uint8Array {
  return Buffer.from(text);
}

test("Outlet.offer() tries what waits first, so that a reader is kept busy without being told", () => {
  const { outlet, member } = setUp();
  outlet.offer(bytes("one "));
  member.room = 100;

  outlet.offer(bytes("two"));

  equal(member.taken, "one two");
  equal(outlet.queue.bytes, 0);
});

test("Outlet asks a reader that refuses again and again only once to tell of room", () => {
  const { outlet, member } = setUp();

  for (const text of ["one ", "two ", "three "]) outlet.offer(bytes(text));

  deepEqual(
    member.calls.filter((call) => call === "tell"),
    ["tell"],
  );
  outlet.writable();
  equal(member.calls.at(-1), "tell");
});

test("Outlet.offer() leaves a stalled reader alone until it tells of room", () => {
  const { outlet, member, clock, told } = setUp();
  outlet.offer(bytes("one "));
  clock.advance(1001);
  deepEqual(told, ["stall"]);
  member.calls.length = 0;
  member.room = 100;

  outlet.offer(bytes("two"));
  deepEqual(member.calls, []);
  outlet.writable();

  equal(member.taken, "one two");
  deepEqual(told, ["stall", "recover"]);
});

test("Outlet.arrived() asks whoever comes to tell of room, although another was asked before", () => {
  const { outlet, member } = setUp();
  outlet.offer(bytes("one "));
  member.calls.length = 0;

  outlet.arrived();

  deepEqual(member.calls, ["write 4", "tell"]);
});
