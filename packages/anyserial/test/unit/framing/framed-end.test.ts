// A port by messages: listeners, iteration, silence, and the port's end.

import { deepEqual, equal, ok, rejects, throws } from "node:assert/strict";
import { test } from "node:test";
import { nextTask, tasks } from "@anyserial/test-support/tasks";
import { SerialDisconnectedError } from "anyserial";
import { framed, idleGap, lines } from "anyserial/framing";
import { serialPortPair } from "anyserial/testing";
import { answering, bench, LINES } from "../../helpers/framed-bench.ts";
import { latin1, shown } from "../../helpers/framing.ts";

test("on() of unsolicited receives messages that answer no request, kept ones first", async () => {
  await using at = await bench();
  await at.say("first\nkept\n");
  equal(await at.port.receive(), "first");
  const heard: string[] = [];
  let notify: () => void = () => undefined;

  const stop = at.port.on("unsolicited", (line) => {
    heard.push(line);
    notify();
  });
  void answering(at.device, () => "+RING\nOK\n");
  equal(await at.port.request("AT", { accept: (line) => line === "OK" }), "OK");
  const last = new Promise<void>((resolve) => {
    notify = resolve;
  });
  await at.say("+CMTI\n");
  await last;
  throws(() => at.port.on("unsolicited", () => undefined), { code: "ERR_SERIAL_CONCURRENT" });
  stop();

  deepEqual(heard, ["kept", "+RING", "+CMTI"]);
  await at.say("later\n");
  equal(await at.port.receive(), "later");
});

test("on() of unsolicited reports what is no message", async () => {
  await using at = await bench();
  const port = at.pair.a.framed(lines({ maxLength: 4 }));
  const code = new Promise((resolve) => {
    port.on("unsolicited", () => undefined, { onError: (error) => resolve(error.code) });
  });

  await at.say("too long\n");

  equal(await code, "ERR_SERIAL_FRAME_TOO_LONG");
});

test("iteration gives message after message, and ends with the port", async () => {
  await using at = await bench();
  await at.say("a\nb\n");
  const received: string[] = [];
  for await (const line of at.port) {
    received.push(line);
    if (line === "b") void at.pair.a.close();
  }

  deepEqual(received, ["a", "b"]);
});

test("return() of an iterator settles at once while next() waits, and loses nothing", async () => {
  await using at = await bench();
  const iterator = at.port[Symbol.asyncIterator]();
  const next = iterator.next();
  await at.say("ab");
  await tasks(5);

  deepEqual(await iterator.return(undefined), { done: true, value: undefined });
  deepEqual(await next, { done: true, value: undefined });

  await at.say("c\n");
  equal(await at.port.receive(), "abc");
});

test("a loop that breaks off leaves later messages for the next", async () => {
  await using at = await bench();
  await at.say("a\nb\nc\n");

  for await (const line of at.port) if (line === "b") break;

  equal(await at.port.receive(), "c");
});

test("a disconnect rejects all waiting calls, with the bytes of an unfinished message", async () => {
  await using at = await bench();
  const calls = [at.port.receive(), at.port.request("a")].map((call) =>
    call.catch((error) => error),
  );
  await at.say("21.");
  await tasks(5);

  at.pair.hooks.a.disconnect();

  for (const error of await Promise.all(calls)) {
    ok(error instanceof SerialDisconnectedError);
    equal(shown(error.incomplete ?? "nothing"), "21.");
  }
});

test("a disconnect between messages has nothing incomplete", async () => {
  await using at = await bench();
  await at.say("a\r");
  equal(await at.port.receive(), "a");
  await at.say("\n");
  const call = at.port.receive();
  await tasks(5);

  at.pair.hooks.a.disconnect();

  const error = await call.catch((reason: unknown) => reason);
  ok(error instanceof SerialDisconnectedError);
  equal(error.incomplete, undefined);
});

test("idleGap() ends a message by silence, with the gap of the port's rate", async () => {
  await using pair = await serialPortPair();
  const bus = pair.a.framed(idleGap({ checksum: "crc16modbus" }));
  const device = pair.b.framed(idleGap({ checksum: "crc16modbus" }));

  const answer = bus.request(Uint8Array.of(1, 3, 0, 0, 0, 1));
  deepEqual([...(await device.receive())], [1, 3, 0, 0, 0, 1]);
  await device.send(Uint8Array.of(1, 3, 2, 0, 7));

  deepEqual([...(await answer)], [1, 3, 2, 0, 7]);
});

test("idleGap() reads a message to its end when the call for it is aborted", async () => {
  await using at = await bench();
  const bus = at.pair.a.framed(idleGap({ ms: 20 }));
  const controller = new AbortController();
  const aborted = bus.receive({ signal: controller.signal });
  await at.say("ab");
  await tasks(5);
  controller.abort();
  await rejects(aborted);
  await at.say("cd");
  await tasks(5);

  equal(await at.pair.a.inputWaiting(), 0);
  equal(shown(await bus.receive()), "abcd");
});

test("request() does not wait for the silence of a device that always talks", async () => {
  const sent: string[] = [];
  let isAsked = false;
  const source = {
    path: "fake",
    receive: async () => {
      await nextTask();
      return latin1(isAsked ? "answer\n" : "beat\n");
    },
    send: async (data: Uint8Array) => {
      sent.push(shown(data));
      isAsked = sent.length > 1;
    },
  };
  const port = framed(source, LINES);
  const accept = (line: string): boolean => line === "answer";
  await rejects(port.request("a", { accept, retryAfterMs: 5, discardStale: 2 }), {
    name: "TimeoutError",
  });

  equal(await port.request("b", { accept }), "answer");
});

test("messages without a receiver are bounded, the newest are kept, and the others counted", async () => {
  await using at = await bench();
  const many = 60_000;
  void answering(at.device, () => `${"old-message-old-message\n".repeat(many)}newest\nOK\n`);

  await at.port.request("a", { accept: (line) => line === "OK" });

  ok(at.port.droppedMessages > 0);
  let last = "";
  let kept = 0;
  while (last !== "newest") {
    last = await at.port.receive();
    kept++;
  }
  equal(kept + at.port.droppedMessages, many + 1);
});

test("framed() works on anything that receives and sends", async () => {
  const sent: string[] = [];
  const source = {
    path: "fake",
    receive: async () => latin1("a\n"),
    send: async (data: Uint8Array) => void sent.push(shown(data)),
  };

  equal(await framed(source, LINES).request("q"), "a");
  deepEqual(sent, ["q\n"]);
});
