import { equal, rejects } from "node:assert/strict";
import { getEventListeners } from "node:events";
import { test } from "node:test";
import { abortable } from "#internal/abort.js";

const never = new Promise<never>(() => undefined);

test("abortable() is the promise itself without a signal", () => {
  const work = Promise.resolve(1);

  equal(abortable(work, undefined), work);
});

test("abortable() gives what the promise gives, and leaves no listener", async () => {
  const { signal } = new AbortController();
  const failure = new Error("mine");

  equal(await abortable(Promise.resolve(7), signal), 7);
  await rejects(abortable(Promise.reject(failure), signal), (error) => error === failure);
  await new Promise(setImmediate);

  equal(getEventListeners(signal, "abort").length, 0);
});

test("abortable() rejects with the signal's reason", async () => {
  const controller = new AbortController();
  const following = abortable(never, controller.signal);

  controller.abort("enough");

  await rejects(following, (reason) => reason === "enough");
});

test("abortable() rejects at once when the signal was aborted before", async () => {
  await rejects(abortable(never, AbortSignal.abort("no")), (reason) => reason === "no");
});

test("abortable() swallows a failure that comes after the abort", async () => {
  const controller = new AbortController();
  let fail = (_error: Error): void => undefined;
  const work = new Promise<never>((_resolve, reject) => {
    fail = reject;
  });
  const following = abortable(work, controller.signal);
  controller.abort("enough");
  fail(new Error("late"));

  await rejects(following, (reason) => reason === "enough");
  await new Promise(setImmediate); // an unhandled rejection would fail this test
});
