// Promises of inputWaiting(), discardInput() and stats().

import { equal, ok } from "node:assert/strict";
import { bytes, expectBytes, nextTask, pattern, type SuiteCase, untilWaiting } from "./pair.ts";

/** Cases of the input queue and the counts. */
export const inputCases: readonly SuiteCase[] = [
  {
    name: "inputWaiting() counts the bytes that a receive would get",
    run: async ({ a, b }) => {
      equal(await b.inputWaiting(), 0);
      await a.send(bytes("abc"));
      await untilWaiting(b, 3);
      equal(await b.inputWaiting(), 3);
      await b.receive({ maxBytes: 1 });

      equal(await b.inputWaiting(), 2);
    },
  },
  {
    name: "discardInput() discards received bytes that were not read",
    run: async ({ a, b }) => {
      await a.send(pattern(500));
      await untilWaiting(b, 500);
      await b.discardInput();
      equal(await b.inputWaiting(), 0);
      await a.send(bytes("next"));

      await expectBytes(b, bytes("next"));
    },
  },
  {
    name: "openSerialPort() discards bytes received before",
    needs: ["openAgain"],
    run: async ({ a, b, openAgain }) => {
      await a.send(pattern(500));
      await untilWaiting(b, 500);
      await using again = await openAgain({});
      equal(await again.inputWaiting(), 0);
      await a.send(bytes("next"));

      await expectBytes(again, bytes("next"));
    },
  },
  {
    name: "openSerialPort() with discardInputOnOpen: false keeps bytes received before",
    needs: ["openAgain"],
    run: async ({ a, b, openAgain }) => {
      await a.send(bytes("kept"));
      await untilWaiting(b, 4);
      await using again = await openAgain({ discardInputOnOpen: false });
      await a.send(bytes("next"));

      await expectBytes(again, bytes("keptnext"));
      equal(again.config.discardInputOnOpen, false);
    },
  },
  {
    name: "configure() discards nothing, whatever discardInputOnOpen is",
    run: async ({ a, b }) => {
      await a.send(bytes("kept"));
      await untilWaiting(b, 4);
      await b.configure({ discardInputOnOpen: false });
      await b.configure({ discardInputOnOpen: true });

      await expectBytes(b, bytes("kept"));
    },
  },
  {
    name: "stats() counts bytes, calls and waits since open",
    needs: ["twoEnds"],
    run: async ({ a, b }) => {
      const waiting = receiveTwo(b);
      await nextTask();
      await a.send(bytes("xy"));
      await waiting;
      await a.send(bytes("z"));
      await untilWaiting(b, 1);
      await b.receive();
      const sender = a.stats();
      const receiver = b.stats();

      equal(sender.bytesOut, 3);
      equal(receiver.bytesIn, 3);
      equal(sender.bytesIn + receiver.bytesOut, 0);
      ok(sender.writeCalls >= 1);
      ok(receiver.readCalls >= 2);
      ok(receiver.wouldBlock >= 1);
      ok(receiver.waits >= 1);
    },
  },
];

async function receiveTwo(port: { receiveInto(into: Uint8Array): Promise<number> }): Promise<void> {
  const into = new Uint8Array(2);
  for (let at = 0; at < 2; ) at += await port.receiveInto(into.subarray(at));
}
