// The queue against a model that is as simple as can be: arrays of messages, arrays of bytes.

import { deepEqual, equal, fail, ok } from "node:assert/strict";
import { test } from "node:test";
import { bytes } from "@anyserial/test-support/bytes";
import fc from "fast-check";
import { Queue } from "../../../dist/engine/queue.js";

interface Lossy {
  readonly queue: Queue;
  readonly lost: string[];
}

function create(
  overflow: "drop-newest" | "drop-oldest" | "disconnect" | "backpressure",
  { limit = 8, whole = true } = {},
): Lossy {
  const lost: string[] = [];
  const onLost = (message: Uint8Array): void =>
    void lost.push(Buffer.from(message).toString("latin1"));
  return { queue: new Queue({ limit, overflow, whole, onLost }), lost };
}

function drain(queue: Queue): string {
  let all = "";
  while (queue.bytes > 0) {
    const part = queue.peek();
    all += Buffer.from(part).toString("latin1");
    queue.shift(part.length);
  }
  return all;
}

test("Queue drop-newest loses the message that does not fit, whole", () => {
  const { queue, lost } = create("drop-newest");

  for (const message of ["abc", "def", "ghi", "jk"]) queue.push(bytes(message));

  deepEqual(lost, ["ghi"]);
  equal(drain(queue), "abcdefjk");
});

test("Queue drop-newest without messages takes as many bytes as fit", () => {
  const { queue, lost } = create("drop-newest", { whole: false });

  for (const chunk of ["abc", "def", "ghi"]) queue.push(bytes(chunk));

  deepEqual(lost, ["i"]);
  equal(drain(queue), "abcdefgh");
});

test("Queue drop-oldest loses the oldest messages until there is room", () => {
  const { queue, lost } = create("drop-oldest");

  for (const message of ["abc", "def", "ghijk"]) queue.push(bytes(message));

  deepEqual(lost, ["abc"]);
  equal(drain(queue), "defghijk");
});

test("Queue drop-oldest keeps a message that is partly out", () => {
  const { queue, lost } = create("drop-oldest");
  for (const message of ["abc", "def"]) queue.push(bytes(message));
  queue.shift(1);

  queue.push(bytes("ghijkl"));

  deepEqual(lost, ["def"]);
  equal(drain(queue), "bcghijkl");
});

test("Queue drop-oldest loses a message that would never fit", () => {
  const { queue, lost } = create("drop-oldest");
  queue.push(bytes("abc"));

  queue.push(bytes("123456789"));

  deepEqual(lost, ["123456789"]);
  equal(drain(queue), "abc");
});

test("Queue drop-oldest without messages keeps the newest bytes", () => {
  const { queue, lost } = create("drop-oldest", { whole: false });
  queue.push(bytes("abc"));

  queue.push(bytes("123456789"));

  equal(lost.join(""), "abc1");
  equal(drain(queue), "23456789");
});

test("Queue disconnect refuses a message that does not fit, and adds nothing", () => {
  const { queue, lost } = create("disconnect");
  queue.push(bytes("abcdefg"));

  const added = queue.push(bytes("hi"));

  equal(added, undefined);
  deepEqual(lost, []);
  equal(queue.bytes, 7);
});

test("Queue backpressure takes everything and says that it is full", () => {
  const { queue, lost } = create("backpressure");

  queue.push(bytes("abcdefg"));
  const before = queue.isFull;
  queue.push(bytes("hi"));

  equal(before, false);
  equal(queue.isFull, true);
  deepEqual(lost, []);
  equal(drain(queue), "abcdefghi");
});

test("Queue pushRest() adds the rest of a begun message even when it is full", () => {
  const { queue, lost } = create("drop-newest", { limit: 2 });

  queue.pushRest(bytes("abcdef"));

  deepEqual(lost, []);
  equal(drain(queue), "abcdef");
});

test("Queue shift() counts messages whose last byte went out", () => {
  const { queue } = create("drop-newest");
  for (const message of ["abc", "de", "f"]) queue.push(bytes(message));

  deepEqual([queue.shift(2), queue.shift(1), queue.shift(3)], [0, 1, 2]);
});

test("Queue peek() holds a message back until it is due", () => {
  const { queue } = create("drop-newest");
  queue.push(bytes("abc"), 10.5);

  const early = queue.peek(10);
  const late = queue.peek(11);

  equal(early.length, 0);
  equal(Buffer.from(late).toString(), "abc");
  equal(queue.nextDue, 10.5);
});

test("Queue spends no memory per message on 1-byte chunks without framing", () => {
  const { queue } = create("drop-newest", { limit: 65_536, whole: false });

  for (let index = 0; index < 65_536; index++) queue.push(bytes("x"));

  ok(queue.messages <= 2);
  equal(queue.bytes, 65_536);
});

const step = fc.oneof(
  fc.record({ push: fc.uint8Array({ minLength: 1, maxLength: 40 }) }),
  fc.record({ shift: fc.integer({ min: 1, max: 50 }) }),
);

test("Queue drop-newest and drop-oldest agree with a model, whole messages", () => {
  for (const overflow of ["drop-newest", "drop-oldest"] as const) {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const { queue, lost } = create(overflow, { limit: 64 });
        const model: { rest: string; begun: boolean }[] = [];
        const modelLost: string[] = [];
        const size = (): number => model.reduce((sum, { rest }) => sum + rest.length, 0);
        let got = "";
        let expected = "";
        for (const one of steps) {
          if ("push" in one) {
            const text = Buffer.from(one.push).toString("latin1");
            queue.push(one.push);
            const kept = model[0]?.begun === true ? model[0].rest.length : 0;
            if (overflow === "drop-oldest" && text.length + kept <= 64) {
              while (size() + text.length > 64) {
                modelLost.push((model.splice(kept > 0 ? 1 : 0, 1)[0] as { rest: string }).rest);
              }
            }
            if (size() + text.length <= 64) model.push({ rest: text, begun: false });
            else modelLost.push(text);
          } else {
            const part = Buffer.from(queue.peek()).toString("latin1").slice(0, one.shift);
            got += part;
            queue.shift(part.length);
            for (let left = part.length; left > 0; ) {
              const head = model[0] as { rest: string; begun: boolean };
              const count = Math.min(left, head.rest.length);
              expected += head.rest.slice(0, count);
              head.rest = head.rest.slice(count);
              head.begun = true;
              left -= count;
              if (head.rest === "") model.shift();
            }
          }
          equal(queue.bytes, size());
        }
        equal(got, expected);
        deepEqual(lost, modelLost);
        equal(drain(queue), model.map(({ rest }) => rest).join(""));
      }),
    );
  }
});

test("Queue without messages loses exactly the bytes that the model loses", () => {
  for (const overflow of ["drop-newest", "drop-oldest"] as const) {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const { queue, lost } = create(overflow, { limit: 64, whole: false });
        let model = "";
        let modelLost = 0;
        for (const one of steps) {
          if ("push" in one) {
            const text = Buffer.from(one.push).toString("latin1");
            queue.push(one.push);
            const all = model + text;
            modelLost += Math.max(0, all.length - 64);
            model = overflow === "drop-newest" ? all.slice(0, 64) : all.slice(-64);
          } else {
            const part = queue.peek().subarray(0, one.shift);
            const count = part.length;
            equal(Buffer.from(part).toString("latin1"), model.slice(0, count));
            queue.shift(count);
            model = model.slice(count);
          }
        }
        equal(drain(queue), model);
        equal(lost.join("").length, modelLost);
      }),
    );
  }
});

test("Queue release() leaves an empty queue as it was", () => {
  const queue = new Queue({
    limit: 100,
    overflow: "drop-newest",
    whole: true,
    onLost: () => fail(),
  });
  for (let round = 0; round < 3; round++) {
    queue.push(Buffer.from("first"));
    queue.push(Buffer.from("second"), 5);
    equal(Buffer.from(queue.peek()).toString(), "firstsecond");
    equal(queue.isUsed, true);
    equal(queue.shift(11), 2);
    equal(queue.isUsed, false);

    queue.release();

    deepEqual([queue.bytes, queue.messages, queue.nextDue], [0, 0, undefined]);
  }
});

/** Drains a queue piece by piece; broken characters are in brackets. */
function drainPieces(queue: Queue): string {
  const pieces: string[] = [];
  while (queue.bytes > 0) {
    const isBroken = queue.broken.first?.at === 0;
    const piece = queue.broken.pieceOf(queue.peek());
    const text = Buffer.from(piece).toString("latin1");
    pieces.push(isBroken ? `[${text}]` : text);
    queue.shift(piece.length);
  }
  return pieces.join("");
}

const parity = (at: number): { at: number; error: "parity" } => ({ at, error: "parity" });

test("Queue keeps broken characters in their place, one piece each", () => {
  const { queue } = create("drop-newest");
  queue.push(bytes("abc"), 0, [parity(0), parity(2)]);
  queue.push(bytes("de"), 0, [parity(1)]);

  equal(drainPieces(queue), "[a]b[c]d[e]");
});

test("Queue drop-oldest moves and loses broken characters with their bytes", () => {
  const { queue } = create("drop-oldest", { limit: 6, whole: false });
  queue.push(bytes("abc"), 0, [parity(0), parity(2)]);
  queue.push(bytes("def"), 0, [parity(1)]);
  queue.push(bytes("ghijklmn".slice(0, 1)), 0, [parity(0)]);
  equal(drainPieces(queue), "b[c]d[e]f[g]");

  queue.push(bytes("0123456789"), 0, [parity(1), parity(9)]);
  equal(drainPieces(queue), "45678[9]");
});

test("Queue drop-oldest leaves the broken characters of a message that has begun to go out", () => {
  const { queue } = create("drop-oldest");
  queue.push(bytes("abc"), 0, [parity(2)]);
  queue.push(bytes("de"), 0, [parity(0)]);
  queue.shift(1);
  queue.push(bytes("fghij"), 0, [parity(4)]);

  equal(drainPieces(queue), "b[c]fghi[j]");
});

test("Queue clear() forgets broken characters", () => {
  const { queue } = create("drop-newest");
  queue.push(bytes("abc"), 0, [parity(1)]);
  queue.clear(() => undefined);
  queue.push(bytes("abc"));

  equal(drainPieces(queue), "abc");
});

test("Queue drop-newest keeps the broken characters of the part that fits", () => {
  const { queue } = create("drop-newest", { limit: 3, whole: false });
  queue.push(bytes("abcde"), 0, [parity(1), parity(4)]);
  queue.shift(3);
  queue.push(bytes("xy"));

  equal(drainPieces(queue), "xy");
});
