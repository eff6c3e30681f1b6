import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { ffi } from "../../../dist/ffi/koffi.js";
import { passAddress } from "../../../dist/ffi/pass-address.js";

type Copy = (first: number, view: Uint8Array, third: number) => unknown;

/** A function that records its arguments, over addresses that are counted. */
function setUp(): { call: Copy; calls: number[][]; asked: Uint8Array[] } {
  const calls: number[][] = [];
  const asked: Uint8Array[] = [];
  const call = passAddress(
    (...args) => calls.push(args),
    (view) => BigInt(1000 * asked.push(view)),
  );
  return { call, calls, asked };
}

test("passAddress() asks once for the address of memory that is passed again", () => {
  const { call, calls, asked } = setUp();
  const view = new Uint8Array(8);

  call(3, view, 8);
  call(4, view, 5);

  deepEqual(calls, [
    [3, 1000, 8],
    [4, 1000, 5],
  ]);
  equal(asked.length, 1);
});

test("passAddress() asks once for the address of memory whose parts are passed", () => {
  const { call, calls, asked } = setUp();
  const memory = new ArrayBuffer(64);

  for (const offset of [16, 20, 0]) call(3, new Uint8Array(memory, offset, 4), 4);

  deepEqual(calls, [
    [3, 1000, 4],
    [3, 1004, 4],
    [3, 984, 4],
  ]);
  equal(asked.length, 1);
});

test("passAddress() asks for the address of every other view", () => {
  const { call, calls, asked } = setUp();
  const [one, other] = [new Uint8Array(8), new Uint8Array(8)];

  for (const view of [one, other, one]) call(3, view, 8);

  deepEqual(asked, [one, other, one]);
  deepEqual(calls.at(-1), [3, 3000, 8]);
});

test("passAddress() does not keep long memory", () => {
  const { call, asked } = setUp();
  const long = new Uint8Array(65_537);

  call(3, long, 1);
  call(3, long, 1);

  equal(asked.length, 2);
});

test("ffi passes memory where its view begins, small or large, and again after others", () => {
  const library = ffi.program();
  type Find = (view: number, value: Uint8Array, length: number) => number;
  const write = library.bind<Find>("write", "ssize", ["int", "memory", "size"]);
  const read = library.bind<Find>("read", "ssize", ["int", "memory", "size"]);
  const [reader, writer] = makePipe();
  const all = Uint8Array.from({ length: 300 }, (_, index) => index);
  const small = Uint8Array.of(7, 8, 9);
  const into = new Uint8Array(64);
  const received: number[][] = [];

  for (const view of [all.subarray(10, 12), small, all.subarray(20, 21), small]) {
    equal(write(writer, view, view.length), view.length);
    received.push([...into.subarray(0, read(reader, into, into.length))]);
  }

  deepEqual(received, [[10, 11], [7, 8, 9], [20], [7, 8, 9]]);
  const close = library.bind<(fd: number) => number>("close", "int", ["int"]);
  for (const fd of [reader, writer]) close(fd);
});

function makePipe(): [number, number] {
  const cells = new Int32Array(2);
  const pipe = ffi.program().bind<(fds: Uint8Array) => number>("pipe", "int", ["bytes"]);
  equal(pipe(new Uint8Array(cells.buffer)), 0);
  return [cells[0] ?? -1, cells[1] ?? -1];
}
