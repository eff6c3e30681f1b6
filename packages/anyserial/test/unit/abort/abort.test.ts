import { equal, rejects } from "node:assert/strict";
import { getEventListeners } from "node:events";
import { test } from "node:test";
import { nextTask } from "@anyserial/test-support/tasks";
import { abortable, underEither } from "../../../dist/abort/abort.js";

const never = new Promise<never>(() => undefined);

test("abortable() is the promise itself without a signal", () => {
  const work = Promise.resolve(1);

  equal(abortable(work, undefined), work);
});

test("abortable() gives the promise's value, and leaves no listener", async () => {
  const { signal } = new AbortController();
  const failure = new Error("mine");

  equal(await abortable(Promise.resolve(7), signal), 7);
  await rejects(abortable(Promise.reject(failure), signal), (error) => error === failure);
  await nextTask();

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
  await nextTask(); // an unhandled rejection would fail this test
});

for (const which of ["lasting", "signal"] as const) {
  test(`underEither() is aborted with the reason of the ${which} one, before and during the work`, async () => {
    const sources = { lasting: new AbortController(), signal: new AbortController() };
    const run = (): Promise<never> =>
      underEither(sources.lasting.signal, sources.signal.signal, (either) =>
        abortable(never, either),
      );
    const during = run();
    sources[which].abort(which);

    await rejects(during, (reason) => reason === which);
    await rejects(run(), (reason) => reason === which);
    for (const { signal } of Object.values(sources)) {
      equal(getEventListeners(signal, "abort").length, 0);
    }
  });
}

test("underEither() gives the lasting signal itself where there is no other", async () => {
  const { signal } = new AbortController();

  equal(await underEither(signal, undefined, async (either) => either), signal);
});
