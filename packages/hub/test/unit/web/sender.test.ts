// Keys and files on their way to the hub.

import { deepEqual, equal, rejects } from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import type * as SenderModule from "../../../web/terminal/sender.ts";
import { loadWebModule } from "../../helpers/web-module.ts";

const { Sender, sendPieces } = await loadWebModule<typeof SenderModule>("terminal/sender.ts");

const bytes = (text: string) => new Uint8Array(Buffer.from(text));

/** A hub whose answers the test gives. */
class Hub {
  readonly sent: string[] = [];
  readonly #answers: { resolve(): void; reject(error: Error): void }[] = [];

  readonly send = (piece: Uint8Array): Promise<void> => {
    this.sent.push(Buffer.from(piece).toString());
    return new Promise((resolve, reject) => this.#answers.push({ resolve, reject }));
  };

  async answer(error?: Error): Promise<void> {
    const next = this.#answers.shift();
    if (error === undefined) next?.resolve();
    else next?.reject(error);
    await turn();
  }
}

test("Sender sends keys typed during a request with the next one, in order", async () => {
  const hub = new Hub();
  const sender = new Sender(hub.send, () => undefined);

  for (const key of ["a", "b", "c"]) sender.push(bytes(key));
  await hub.answer();
  await hub.answer();
  sender.push(bytes("d"));

  deepEqual(hub.sent, ["a", "bc", "d"]);
});

test("Sender reports a failure, forgets what waits, and goes on", async () => {
  const hub = new Hub();
  const errors: unknown[] = [];
  const sender = new Sender(hub.send, (error) => errors.push(error));
  sender.push(bytes("a"));
  sender.push(bytes("b"));
  const failure = new Error("refused");

  await hub.answer(failure);
  sender.push(bytes("c"));

  deepEqual([hub.sent, errors], [["a", "c"], [failure]]);
});

test("sendPieces() sends pieces one after the other, and reports progress", async () => {
  const hub = new Hub();
  const progress: number[] = [];
  const { signal } = new AbortController();
  const done = sendPieces(new Uint8Array(9000), hub.send, {
    onProgress: (sent) => progress.push(sent),
    signal,
  });

  equal(hub.sent.length, 1);
  for (let count = 0; count < 3; count++) await hub.answer();
  await done;

  deepEqual(
    hub.sent.map(({ length }) => length),
    [4096, 4096, 808],
  );
  deepEqual(progress, [4096, 8192, 9000]);
});

test("sendPieces() ends between two pieces when it is aborted", async () => {
  const hub = new Hub();
  const abort = new AbortController();
  const { signal } = abort;
  const done = sendPieces(new Uint8Array(9000), hub.send, { onProgress: () => undefined, signal });
  const refused = rejects(done, /stopped/);

  abort.abort(new Error("stopped"));
  await hub.answer();

  await refused;
  equal(hub.sent.length, 1);
});
