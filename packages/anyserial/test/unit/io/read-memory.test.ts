import { deepEqual, equal, notEqual } from "node:assert/strict";
import { test } from "node:test";
import { ReadMemory } from "../../../dist/io/read-memory.js";

test("ReadMemory.first() gives one view to reads of one length", () => {
  const memory = new ReadMemory(16);

  const view = memory.first(4);

  equal(memory.first(4), view);
  notEqual(memory.first(5), view);
});

test("ReadMemory.first() shows what is in the memory now", () => {
  const memory = new ReadMemory(16);
  memory.all.set([1, 2, 3, 4]);
  deepEqual([...memory.first(2)], [1, 2]);

  memory.all.set([9, 8]);

  deepEqual([...memory.first(2)], [9, 8]);
  equal(memory.first(16).length, 16);
});
