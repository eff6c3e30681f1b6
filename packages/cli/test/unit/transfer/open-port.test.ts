// Closing a port for a command that is interrupted.

import { equal } from "node:assert/strict";
import { test } from "node:test";
import { serialPortPair } from "anyserial/testing";
import { closePort } from "../../../dist/transfer/open-port.js";

test("closePort() discards queued bytes when the command is interrupted", async () => {
  await using pair = await serialPortPair();
  const discarded: string[] = [];
  const port = new Proxy(pair.a, {
    get: (target, name) => {
      if (name === "discardOutput" || name === "close") discarded.push(name);
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });

  await closePort(port, AbortSignal.abort());

  equal(discarded.join(), "discardOutput,close");
  equal(pair.a.isOpen, false);
});

test("closePort() sends queued bytes otherwise", async () => {
  await using pair = await serialPortPair();
  await pair.a.send(Buffer.from("last words"));

  await closePort(pair.a, new AbortController().signal);

  equal(Buffer.from(await pair.b.receive()).toString(), "last words");
});

test("closePort() accepts a port that is gone", async () => {
  await using pair = await serialPortPair();
  pair.hooks.a.disconnect();
  await pair.a.closed;

  await closePort(pair.a, AbortSignal.abort());

  equal(pair.a.isOpen, false);
});
