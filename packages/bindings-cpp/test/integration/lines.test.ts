// Rows of the contract of a binding: set(), get(), update() and getBaudRate().

import { deepEqual, equal, rejects } from "node:assert/strict";
import { test } from "node:test";
import { until } from "@anyserial/test-support/until";
import { openOnLine, openOnPty } from "../helpers/ports.ts";

test("set() sets both lines on each call, and a line that is not named is off", async (t) => {
  const { pair, port } = await openOnLine(t);
  const seen = async (): Promise<string> => {
    const { cts, dsr } = await pair.b.modemLines();
    return `rts ${cts} dtr ${dsr}`;
  };

  await port.set({ dtr: true, rts: true });
  await until("both are on", async () => (await seen()) === "rts true dtr true");
  await port.set({ dtr: true });
  await until("one is off", async () => (await seen()) === "rts false dtr true");

  equal(await seen(), "rts false dtr true");
});

test("set() holds the break until it is set back", async (t) => {
  const { pair, port } = await openOnLine(t);
  await pair.b.configure({ lineErrors: "mark" });
  const events = pair.b.receiveEvents();

  await port.set({ brk: true, dtr: true, rts: true });
  const first = await events.next();
  await port.set({ brk: false, dtr: true, rts: true });
  await port.write(Buffer.from("x"));
  const second = await events.next();

  deepEqual([first.value?.kind, second.value?.kind], ["break", "data"]);
});

test("set() resolves on an emulated port, which has no lines to set", async (t) => {
  const { port } = await openOnPty(t);

  await port.set({ brk: false, dtr: false, rts: true });

  equal(port.isOpen, true);
});

test("set() of low latency fails alone, and the lines are set all the same", async (t) => {
  const { pair, port } = await openOnLine(t);

  await port.set({ dtr: false, rts: false, lowLatency: true }).catch(() => undefined);

  await until("both are off", async () => {
    const { cts, dsr } = await pair.b.modemLines();
    return !cts && !dsr;
  });
});

test("set() and update() check their arguments with the words of node-serialport", async (t) => {
  const { port } = await openOnPty(t);

  await rejects(port.set(undefined as never), { message: '"options" is not an object' });
  await rejects(port.update([] as never), { message: '"options" is not an object' });
  await rejects(port.update({} as never), { message: '"options.baudRate" is not a number' });
});

test("get() has cts, dsr and dcd, and on Linux lowLatency", async (t) => {
  const { pair, port } = await openOnLine(t);

  await pair.b.setControlLines({ rts: true, dtr: false });
  await until("CTS is on", async () => (await port.get()).cts);

  const { dcd, ...rest } = await port.get();
  equal(typeof dcd, "boolean");
  deepEqual(rest, { cts: true, dsr: false, lowLatency: false });
});

test("get() fails on an emulated port with the words of node-serialport", async (t) => {
  const { port } = await openOnPty(t);

  await rejects(port.get(), {
    message: "Error: Inappropriate ioctl for device, cannot get",
    code: "ENOTTY",
  });
});

test("update() changes the rate, and getBaudRate() reads it back", async (t) => {
  const { port } = await openOnPty(t);

  await port.update({ baudRate: 57_600 });

  deepEqual(await port.getBaudRate(), { baudRate: 57_600 });
});

test("update() keeps bytes that were received before", async (t) => {
  const { device, port } = await openOnPty(t);
  await device.send(Buffer.from("kept"));

  await port.update({ baudRate: 19_200 });

  equal((await port.read(Buffer.alloc(10), 0, 10)).bytesRead, 4);
});
