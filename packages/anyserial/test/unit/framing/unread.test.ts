// Messages that wait for a call: which memory they keep.

import { equal } from "node:assert/strict";
import { test } from "node:test";
import type { Frame } from "../../../dist/framing/frame-input.js";
import { Unread } from "../../../dist/framing/unread.js";

const MEMORY = new Uint8Array(65_536).fill(7);
const MOST = 65_536;

function frame(start: number, end: number): Frame {
  return { index: start, memory: MEMORY, start, end, fault: undefined };
}

test("Unread shares the memory of messages that are most of their chunk", () => {
  const unread = new Unread();

  unread.add(frame(0, 40_000), MOST);
  unread.add(frame(40_000, 65_536), MOST);
  unread.compact();

  equal(unread.shift()?.memory, MEMORY);
  equal(unread.shift()?.memory, MEMORY);
});

test("Unread keeps no large chunk for a few of its bytes", () => {
  const unread = new Unread();
  unread.add(frame(10, 50), MOST);
  unread.add(frame(100, 120), MOST);

  unread.compact();

  const [first, second] = [unread.shift(), unread.shift()];
  equal(first?.memory.length, 40);
  equal(second?.memory.length, 20);
  equal(first?.memory[0], 7);
  equal(second?.end, 20);
});

test("Unread.compact() looks at new messages only, also after some were taken", () => {
  const unread = new Unread();
  unread.add(frame(0, 60_000), MOST);
  unread.compact();
  unread.add(frame(60_000, 60_010), MOST);
  unread.shift();
  unread.compact();

  equal(unread.shift()?.memory.length, 10);
  equal(unread.shift(), undefined);
});
