// The demo's client: right, wrong, late and missing answers.

import { equal } from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as nextTurn } from "node:timers/promises";
import { serialPortPair } from "anyserial/testing";
import { InstrumentClient, MEASURE } from "../../../../dist/commands/demo/conversation.js";

const NEVER = new AbortController().signal;

test("InstrumentClient takes the answer that is expected for right", async () => {
  await using pair = await serialPortPair();
  const asking = new InstrumentClient(pair.a).ask(MEASURE, NEVER);

  equal(Buffer.from(await pair.b.reader.receiveUntil("\n")).toString(), "MEAS?\n");
  await pair.b.send(Buffer.from("23.50,12.500,1.250\r\n"));

  const { reply, ok } = await asking;
  equal(reply, "23.50,12.500,1.250");
  equal(ok, true);
});

test("InstrumentClient takes any other answer for wrong", async () => {
  await using pair = await serialPortPair();
  const asking = new InstrumentClient(pair.a).ask(MEASURE, NEVER);

  await pair.b.receive();
  await pair.b.send(Buffer.from("23.50,12.500,1.250 or so\r\n"));

  equal((await asking).ok, false);
});

test("InstrumentClient does not take a late answer for the next one", async () => {
  await using pair = await serialPortPair();
  const client = new InstrumentClient(pair.a);
  await pair.b.send(Buffer.from("late\r\n"));
  while ((await pair.a.inputWaiting()) < 6) await nextTurn();
  const asking = client.ask(MEASURE, NEVER);

  await pair.b.receive();
  await pair.b.send(Buffer.from("23.50,12.500,1.250\r\n"));

  equal((await asking).ok, true);
});

test("InstrumentClient gives up when its signal is aborted", async () => {
  await using pair = await serialPortPair();
  const ending = new AbortController();
  const asking = new InstrumentClient(pair.a).ask(MEASURE, ending.signal);
  await pair.b.receive();

  ending.abort(new Error("enough"));

  equal(await asking.catch((error: Error) => error.message), "enough");
});
