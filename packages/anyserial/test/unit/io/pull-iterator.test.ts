import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { once } from "node:events";
import { Readable } from "node:stream";
import { test } from "node:test";
import { nextTask } from "@anyserial/test-support/tasks";
import { PullIterator, type PullSource } from "../../../dist/io/pull-iterator.js";

const DONE = { done: true, value: undefined };

/** A source whose values a test deals out; values without a waiting call stay in it. */
class Dealer {
  readonly values: number[] = [];
  readonly givenBack: number[] = [];
  ends = 0;
  /** Calls of next() that wait now. */
  waiting = 0;
  /** Microtasks that a canceled wait takes to end. */
  lag = 0;
  #wake: () => void = () => undefined;
  #fail: Error | undefined;

  readonly next = async (signal: AbortSignal): Promise<number | undefined> => {
    equal(this.waiting++, 0, "one call at a time");
    try {
      while (this.values.length === 0) {
        if (this.#fail !== undefined) throw this.#fail;
        signal.throwIfAborted();
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
          signal.addEventListener("abort", () => resolve(), { once: true });
        });
        for (let microtask = 0; microtask < this.lag; microtask++) await undefined;
      }
      const value = this.values.shift() as number;
      return value < 0 ? undefined : value;
    } finally {
      this.waiting--;
    }
  };
  readonly giveBack = (value: number): void => void this.givenBack.push(value);
  readonly end = (): void => void this.ends++;

  deal(...values: number[]): void {
    this.values.push(...values);
    this.#wake();
  }

  fail(error: Error): void {
    this.#fail = error;
    this.#wake();
  }
}

test("PullIterator.next() pulls when it is called, and not before", async () => {
  const dealer = new Dealer();
  dealer.deal(1, 2);
  const values = new PullIterator(dealer);
  await nextTask();
  equal(dealer.values.length, 2);

  deepEqual(await values.next(), { done: false, value: 1 });
  equal(dealer.values.length, 1);
});

test("PullIterator.next() calls queue up, each with a value of its own", async () => {
  const dealer = new Dealer();
  const values = new PullIterator(dealer);
  const calls = [values.next(), values.next(), values.next(), values.next()];
  dealer.deal(1);
  await nextTask();
  dealer.deal(2, 3, -1);

  deepEqual(
    (await Promise.all(calls)).map(({ value }) => value),
    [1, 2, 3, undefined],
  );
  deepEqual(await values.next(), DONE);
  ok(dealer.ends > 0);
});

for (const lag of [0, 20]) {
  test(`PullIterator.return() ends calls of next() that wait, with ${lag} microtasks to cancel one`, async () => {
    const dealer = new Dealer();
    dealer.lag = lag;
    const values = new PullIterator(dealer);
    const calls = [values.next(), values.next()];
    await nextTask();

    deepEqual(await values.return(), DONE);

    equal(dealer.waiting, 0);
    equal(dealer.ends, 1);
    deepEqual(await Promise.all(calls), [DONE, DONE]);
    dealer.deal(1);
    deepEqual(await values.next(), DONE);
    deepEqual(dealer.values, [1]);
  });
}

test("PullIterator.return() of one that was never asked ends the source", async () => {
  const dealer = new Dealer();

  await new PullIterator(dealer).return();

  equal(dealer.ends, 1);
});

test("PullIterator.return() gives back a value that comes in the same moment", async () => {
  for (let hops = 0; hops < 10; hops++) {
    const dealer = new Dealer();
    const values = new PullIterator(dealer);
    const next = values.next();
    await nextTask();
    dealer.deal(7);

    for (let hop = 0; hop < hops; hop++) await undefined;
    await values.return();

    const { value } = await next;
    deepEqual([value, ...dealer.givenBack, ...dealer.values].filter(Boolean), [7]);
  }
});

test("PullIterator.return() resolves to its argument", async () => {
  const given = Promise.resolve(undefined);

  deepEqual(await new PullIterator(new Dealer()).return(given), DONE);
});

test("PullIterator.throw() ends calls that wait, and rejects with its error", async () => {
  const dealer = new Dealer();
  const values = new PullIterator(dealer);
  const next = values.next();
  const error = new Error("enough");

  await rejects(values.throw(error), (thrown) => thrown === error);

  deepEqual(await next, DONE);
  equal(dealer.ends, 1);
});

test("PullIterator rejects with the reason of its signal, once", async () => {
  const controller = new AbortController();
  const dealer = new Dealer();
  const values = new PullIterator(dealer, { signal: controller.signal });
  const calls = [values.next(), values.next()];
  await nextTask();

  controller.abort("enough");

  await rejects(calls[0] as Promise<unknown>, (reason) => reason === "enough");
  deepEqual(await calls[1], DONE);
  ok(dealer.ends > 0);
});

test("PullIterator rejects with the failure of its source, and is over", async () => {
  const dealer = new Dealer();
  const values = new PullIterator(dealer);
  const next = values.next();
  await nextTask();
  const error = new Error("broken");

  dealer.fail(error);

  await rejects(next, (thrown) => thrown === error);
  deepEqual(await values.next(), DONE);
  ok(dealer.ends > 0);
});

test("PullIterator says what is wrong with its options at the first next()", async () => {
  const values = new PullIterator(new Dealer(), { signal: 1 } as never);

  await rejects(values.next(), { code: "ERR_INVALID_ARG_VALUE" });
});

test("PullIterator ends with the block of a for await that breaks off", async () => {
  const dealer = new Dealer();
  dealer.deal(1, 2);
  for await (const value of new PullIterator(dealer)) {
    equal(value, 1);
    break;
  }

  equal(dealer.ends, 1);
  deepEqual(dealer.values, [2]);
});

test("PullIterator ends with the block of an await using", async () => {
  const dealer = new Dealer();
  {
    await using values = new PullIterator(dealer);
    void values.next();
  }

  equal(dealer.ends, 1);
});

for (const error of [undefined, new Error("enough")]) {
  test(`PullIterator lets a Readable over it be destroyed ${error ? "with an error" : ""} while it waits`, async () => {
    const dealer = new Dealer();
    const stream = Readable.from(new PullIterator(dealer)).resume();
    stream.on("error", () => undefined);
    await nextTask();
    const closed = new Promise((resolve) => stream.once("close", resolve));

    stream.destroy(error);
    await closed;

    equal(stream.errored, error ?? null);
    equal(dealer.waiting, 0);
    equal(dealer.ends, 1);
  });
}

test("PullIterator lets a Readable over it end", async () => {
  const dealer = new Dealer();
  dealer.deal(1, -1);
  const stream = Readable.from(new PullIterator(dealer)).resume();

  await once(stream, "end");

  ok(dealer.ends > 0);
});

/** A source with some values that are there, and others that come later. */
function stocked(stock: number[]): { source: PullSource<number>; readonly pulls: number } {
  const counted = {
    pulls: 0,
    source: {
      next: async (): Promise<number> => {
        counted.pulls++;
        return 100 + counted.pulls;
      },
      nextNow: (): number | undefined => stock.shift(),
    },
  };
  return counted;
}

test("PullIterator.next() returns values that are there without pulling", async () => {
  const counted = stocked([1, 2]);
  const iterator = new PullIterator(counted.source);

  const values = [await iterator.next(), await iterator.next(), await iterator.next()];

  deepEqual(
    values.map(({ value }) => value),
    [1, 2, 101],
  );
  equal(counted.pulls, 1);
});

test("PullIterator.next() keeps the order of calls beside values that are there", async () => {
  const stock: number[] = [];
  const counted = stocked(stock);
  const iterator = new PullIterator(counted.source);

  const first = iterator.next();
  stock.push(1);
  const second = iterator.next();

  equal((await first).value, 101);
  equal((await second).value, 102);
  equal((await iterator.next()).value, 1);
});

test("PullIterator.next() gives no value that is there after the end, or an abort", async () => {
  const ended = new PullIterator(stocked([1]).source);
  await ended.return();
  const aborted = new PullIterator(
    { next: ({ reason }) => Promise.reject(reason), nextNow: () => 1 },
    { signal: AbortSignal.abort(new Error("enough")) },
  );

  deepEqual(await ended.next(), { done: true, value: undefined });
  await rejects(aborted.next(), /enough/);
});
