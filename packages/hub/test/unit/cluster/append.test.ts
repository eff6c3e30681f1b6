// Writing into a stream whose servers may say that they have a message although they have not.

import { deepEqual, equal, rejects } from "node:assert/strict";
import { test } from "node:test";
import { Appender, type Publisher } from "../../../dist/cluster/nats/append.js";

type Answer = "new" | "duplicate" | Error;

/** A stream that answers as told, once for each attempt. */
function publisher(...answers: readonly Answer[]): Publisher & { readonly ids: string[] } {
  const ids: string[] = [];
  return {
    ids,
    publish: async (_subject, _bytes, { msgID }) => {
      const answer = answers[ids.length];
      ids.push(msgID);
      if (answer instanceof Error) throw answer;
      return { duplicate: answer === "duplicate" };
    },
  };
}

const MESSAGE = { subject: "s", bytes: Uint8Array.of(1), id: "a:1:1", timeoutMs: 1 };

test("Appender.append() writes a message that is new once", async () => {
  const stream = publisher("new");

  await new Appender().append(stream, MESSAGE);

  deepEqual(stream.ids, ["a:1:1"]);
});

for (const answer of ["duplicate", new Error("duplicate message id is in process")] as const) {
  test(`Appender.append() does not believe "${answer}": it writes again under an id that is new each time`, async () => {
    const stream = publisher(answer, "new", answer, "new");
    const appender = new Appender();

    await appender.append(stream, MESSAGE);
    await appender.append(stream, MESSAGE);

    equal(stream.ids.length, 4);
    equal(new Set(stream.ids).size, 3);
  });
}

test("Appender.append() fails if the second attempt has no answer", async () => {
  const stream = publisher("duplicate", new Error("timeout"));

  await rejects(new Appender().append(stream, MESSAGE), /timeout/);
});

test("Appender.append() fails with the error of the servers", async () => {
  const stream = publisher(new Error("no leader"));

  await rejects(new Appender().append(stream, MESSAGE), /no leader/);
  equal(stream.ids.length, 1);
});
