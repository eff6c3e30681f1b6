import { equal, ok, rejects } from "node:assert/strict";
import { test } from "node:test";
import { nextTask } from "@anyserial/test-support/tasks";
import { drain } from "../../../dist/io/drain.js";
import { queue, words } from "../../helpers/fake-libc.ts";
import { setUpPort } from "../../helpers/fake-port.ts";

const SLOW = words(44, { 36: 300, 40: 300 });
const CRTSCTS = 0x8000_0000; // <asm-generic/termbits-common.h>

test("PosixPort.drain() looks until the output queue is empty", async () => {
  const { libc, port } = setUpPort();
  libc.outputQueue = queue(3, 1);

  await drain(port, false, new AbortController().signal);

  equal(libc.calls.filter((call) => call === "TIOCOUTQ").length, 3);
  equal(libc.calls.includes("TIOCSERGETLSR"), false);
});

test("PosixPort.drain() fails when the device went away, and its output with it", async () => {
  const { libc, port } = setUpPort();
  libc.outputQueue = queue(3);
  libc.failAlways("TIOCMGET", "EIO"); // as ftdi_sio does before the hub has told

  await rejects(drain(port, false, new AbortController().signal), {
    name: "SerialDisconnectedError",
    code: "EIO",
    operation: "drain",
  });
});

test("PosixPort.drain() asks a device nothing that had no output to wait for, nor a pty", async () => {
  const idle = setUpPort();
  await drain(idle.port, false, new AbortController().signal);
  const pty = setUpPort({}, true);
  pty.libc.outputQueue = queue(3);
  await drain(pty.port, false, new AbortController().signal);

  equal([...idle.libc.calls, ...pty.libc.calls].includes("TIOCMGET"), false);
});

test("PosixPort.drain() takes a driver's word that has no lines to ask for", async () => {
  const { libc, port } = setUpPort();
  libc.outputQueue = queue(3);
  libc.modemBits = undefined;

  await drain(port, false, new AbortController().signal);
});

test("PosixPort.drain() exactly waits for the transmitter too", async () => {
  const { libc, port } = setUpPort();
  libc.termios = SLOW.slice();
  libc.lineStatus = queue(0, 0, 1, 1); // asked until it is empty, and whether the driver can say

  await drain(port, true, new AbortController().signal);

  equal(libc.calls.filter((call) => call === "TIOCSERGETLSR").length, 4);
});

test("PosixPort.drain() exactly asks no transmitter of a pty", async () => {
  const { libc, port } = setUpPort({}, true);

  await drain(port, true, new AbortController().signal);

  equal(libc.calls.includes("TIOCSERGETLSR"), false);
});

test("PosixPort.drain() rejects with the signal's reason", async () => {
  const { libc, port } = setUpPort();
  libc.outputQueue = () => 3;
  const controller = new AbortController();
  const reason = new Error("enough");

  const draining = drain(port, false, controller.signal);
  controller.abort(reason);

  await rejects(draining, (error) => error === reason);
});

test("PosixPort.drain() exactly rejects with the signal's reason while the transmitter is busy", async () => {
  const { libc, port } = setUpPort();
  libc.termios = SLOW.slice();
  libc.lineStatus = () => 0;
  const controller = new AbortController();
  const reason = new Error("enough");

  const draining = drain(port, true, controller.signal);
  await nextTask();
  controller.abort(reason);

  await rejects(draining, (error) => error === reason);
});

test("PosixPort.drain() exactly gives a transmitter up that is never empty", async () => {
  const { libc, port } = setUpPort();
  libc.lineStatus = () => 0;

  await drain(port, true, new AbortController().signal);

  ok(libc.calls.includes("TIOCSERGETLSR"));
});

test("PosixPort.drain() exactly waits on where flow control may hold the transmitter", async () => {
  const { libc, port } = setUpPort();
  libc.termios = words(44, { 8: CRTSCTS, 36: 0xffff_ffff, 40: 0xffff_ffff });
  libc.lineStatus = () => 0;
  const controller = new AbortController();

  const draining = drain(port, true, controller.signal);
  while (libc.calls.filter((call) => call === "TIOCSERGETLSR").length < 4) await nextTask();
  controller.abort("enough");

  await rejects(draining, (error) => error === "enough");
});

test("PosixPort.drain() exactly fails when the device goes while the transmitter is busy", async () => {
  const { libc, port } = setUpPort();
  libc.termios = SLOW.slice();
  libc.lineStatus = () => 0;

  const draining = drain(port, true, new AbortController().signal);
  await nextTask();
  libc.failAlways("TIOCSERGETLSR", "EIO");

  await rejects(draining, { name: "SerialDisconnectedError", operation: "drain" });
});

test("PosixPort.drain() fails when the device is gone", async () => {
  const { libc, port } = setUpPort();
  libc.fail("TIOCOUTQ", "EIO");

  await rejects(drain(port, false, new AbortController().signal), {
    name: "SerialDisconnectedError",
  });
});
