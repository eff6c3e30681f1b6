import { deepEqual } from "node:assert/strict";
import { test } from "node:test";
import { nextTask } from "@anyserial/test-support/tasks";
import type { ControlLines } from "anyserial";
import { ResetSequence, type SequenceClock } from "../../../dist/serving/reset-sequence.js";

/** A clock that stands still until a call sleeps; sleeps that may end early are ended by hand. */
function bench() {
  let now = 0;
  const done: string[] = [];
  const held: (() => void)[] = [];
  const clock: SequenceClock = {
    now: () => now,
    sleep: async (durationMs, signal) => {
      if (signal !== undefined) return new Promise((resolve) => held.push(resolve));
      now += durationMs;
      return undefined;
    },
  };
  const apply = async (lines: ControlLines): Promise<void> => {
    done.push(`${now} ${JSON.stringify(lines)}`);
  };
  const lines = new ResetSequence({ dtr: false, rts: false }, apply, clock);
  return {
    lines,
    done,
    pass: (ms: number) => {
      now += ms;
    },
    holdEnds: async () => {
      for (const end of held.splice(0)) end();
      await nextTask();
    },
  };
}

test("ResetSequence ends reset and asserts the boot pin in one step", async () => {
  const { lines, done, pass } = bench();
  await lines.setDtr(false);
  await lines.setRts(true);
  pass(140);
  await lines.setDtr(true);
  pass(35); // a round trip of the network
  await lines.setRts(false);
  pass(80);
  await lines.setDtr(false);
  deepEqual(done, [
    '0 {"dtr":false}',
    '0 {"rts":true}',
    '175 {"dtr":true,"rts":false}',
    '255 {"dtr":false}',
  ]);
});

test("ResetSequence finds a reset that DTR begins, and takes a line that is set again for none", async () => {
  const { lines, done } = bench();
  await lines.setDtr(true); // as a port opens
  await lines.setRts(true);
  done.length = 0;
  await lines.setDtr(false);
  await lines.setRts(true);
  await lines.setDtr(false);
  await lines.setDtr(true);
  await lines.setRts(false);
  await lines.setDtr(true);
  await lines.setDtr(false);
  deepEqual(done, [
    '0 {"dtr":false}',
    '0 {"rts":true}',
    '0 {"dtr":false}',
    '100 {"dtr":true,"rts":false}',
    '100 {"dtr":true}',
    '150 {"dtr":false}',
  ]);
});

test("ResetSequence keeps the times of steps that arrive together", async () => {
  const { lines, done } = bench();
  await lines.setDtr(false);
  await lines.setRts(true);
  await lines.setDtr(true);
  await lines.setRts(false);
  await lines.setDtr(false);
  deepEqual(done.slice(1), ['0 {"rts":true}', '100 {"dtr":true,"rts":false}', '150 {"dtr":false}']);
});

test("ResetSequence asserts DTR by itself when RTS does not follow", async () => {
  const { lines, done, holdEnds } = bench();
  await lines.setRts(true);
  await lines.setDtr(true);
  deepEqual(done, ['0 {"rts":true}']);
  await holdEnds();
  deepEqual(done, ['0 {"rts":true}', '0 {"dtr":true}']);
  deepEqual(lines.levels, { dtr: true, rts: true });
});

test("ResetSequence passes on lines in any other order at once", async () => {
  const { lines, done } = bench();
  await lines.setDtr(true);
  await lines.setRts(true);
  await lines.setDtr(false);
  await lines.setRts(false);
  await lines.setRts(true);
  await lines.setRts(false);
  deepEqual(
    done.map((line) => line.slice(2)),
    [
      '{"dtr":true}',
      '{"rts":true}',
      '{"dtr":false}',
      '{"rts":false}',
      '{"rts":true}',
      '{"rts":false}',
    ],
  );
});

test("ResetSequence takes a reset that lasts for long for none", async () => {
  const { lines, done, pass } = bench();
  await lines.setRts(true);
  pass(5000);
  await lines.setDtr(true);
  deepEqual(done, ['0 {"rts":true}', '5000 {"dtr":true}']);
});
