// What the calls that wait make of their options.

import { equal, rejects } from "node:assert/strict";
import { test } from "node:test";
import { openSerialPort } from "anyserial";

const WRONG: readonly [options: unknown, message: string, hint: RegExp][] = [
  [{ timeout: 50 }, 'Unknown option "timeout" (50): known are signal', /AbortSignal\.timeout/],
  [{ timeoutMs: 50 }, 'Unknown option "timeoutMs" (50): known are signal', /AbortSignal\.timeout/],
  [{ signal: 50 }, 'Invalid "signal": got 50, expected an AbortSignal', /AbortSignal/],
  [{ signal: null }, 'Invalid "signal": got null, expected an AbortSignal', /AbortSignal/],
  [50, 'Invalid "options": got 50, expected an object', /object/],
];

for (const [options, message, hint] of WRONG) {
  test(`a call that waits refuses options that would go unheard: ${message}`, async () => {
    await using port = await openSerialPort("loop://");
    const bytes = new Uint8Array(1);
    const given = options as never;
    const calls = {
      receive: port.receive(given),
      receiveInto: port.receiveInto(bytes, given),
      receiveAvailable: port.receiveAvailable(given),
      receiveExactly: port.buffered().receiveExactly(1, given),
      receiveUntil: port.buffered().receiveUntil("x", given),
      send: port.send(bytes, given),
      drain: port.drain(given),
      drainExact: port.drainExact(given),
      sendBreak: port.sendBreak(given),
      configure: port.configure({}, given),
      open: openSerialPort("loop://", {}, given),
    };
    const settled = await Promise.allSettled(Object.values(calls));
    for (const [index, name] of Object.keys(calls).entries()) {
      const outcome = settled[index] as PromiseRejectedResult;
      equal(outcome.reason?.message, message, name);
      equal(hint.test(outcome.reason.hint), true, name);
    }
    await rejects(port.receiveEvents(given).next(), { message });
  });
}
