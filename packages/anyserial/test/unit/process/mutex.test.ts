import { deepEqual, equal, rejects } from "node:assert/strict";
import { test } from "node:test";
import { tasks } from "@anyserial/test-support/tasks";
import { Mutex } from "../../../dist/process/mutex.js";

test("Mutex.run() starts a function when the one before has ended, in the order of the calls", async () => {
  const mutex = new Mutex();
  const log: string[] = [];
  const ends: (() => void)[] = [];
  const run = (name: string): Promise<string> =>
    mutex.run(async () => {
      log.push(`${name} starts`);
      await new Promise<void>((resolve) => ends.push(resolve));
      log.push(`${name} ends`);
      return name;
    });

  const results = [run("a"), run("b")];
  await tasks(2);
  deepEqual(log, ["a starts"]);
  ends[0]?.();
  await tasks(2);
  ends[1]?.();

  deepEqual(await Promise.all(results), ["a", "b"]);
  deepEqual(log, ["a starts", "a ends", "b starts", "b ends"]);
});

test("Mutex.run() passes a failure to its caller only, and goes on with the next function", async () => {
  const mutex = new Mutex();
  const error = new Error("made up");
  const thrown = mutex.run(() => {
    throw error;
  });
  const rejected = mutex.run(() => Promise.reject(error));

  await rejects(thrown, error);
  await rejects(rejected, error);
  equal(await mutex.run(() => 7), 7);
});

test("Mutex.idle resolves when all functions have ended, whether they failed or not", async () => {
  const mutex = new Mutex();
  let fail = (): void => undefined;
  const failed = mutex.run(
    () =>
      new Promise((_, reject) => {
        fail = () => reject(new Error("made up"));
      }),
  );
  let isIdle = false;
  const idle = mutex.idle.then(() => {
    isIdle = true;
  });
  await tasks(2);
  equal(isIdle, false);
  fail();

  await rejects(failed, { message: "made up" });
  await idle;
});
