// Answers of several messages, and loops over messages that go on after malformed bytes.

import { deepEqual, equal, rejects } from "node:assert/strict";
import { test } from "node:test";
import { tasks } from "@anyserial/test-support/tasks";
import { until } from "@anyserial/test-support/until";
import { crc16xmodem, lines } from "anyserial/framing";
import { answering, bench } from "../../helpers/framed-bench.ts";
import { latin1, shown } from "../../helpers/framing.ts";

const isLast = (line: string): boolean => line === "OK" || line === "ERROR";

test("requestAll() gives all messages of an answer, the last one included", async () => {
  await using at = await bench();
  void answering(at.device, (line) => `${line}:1\n${line}:2\nOK\nnext\n`);

  deepEqual(await at.port.requestAll("a", { until: isLast }), ["a:1", "a:2", "OK"]);
  equal(await at.port.receive(), "next");
});

test("requestAll() with accept leaves other messages to the listener", async () => {
  await using at = await bench();
  const others: string[] = [];
  at.port.on("unsolicited", (line) => others.push(line));
  void answering(at.device, () => "+RING\n1\n+CMTI\nERROR\n");

  const accept = (line: string): boolean => !line.startsWith("+");
  deepEqual(await at.port.requestAll("a", { until: isLast, accept }), ["1", "ERROR"]);
  deepEqual(others, ["+RING", "+CMTI"]);
});

test("requestAll() takes nothing that came before it was sent", async () => {
  await using at = await bench();
  await at.say("old\nOK\n");
  void answering(at.device, (line) => `${line}\nOK\n`);

  deepEqual(await at.port.requestAll("a", { until: isLast }), ["a", "OK"]);
  equal(await at.port.receive(), "old");
});

test("requestAll() that asks again leaves out what came before", async () => {
  await using at = await bench();
  const strict = at.pair.a.framed(lines({ fatal: true }));
  void answering(at.device, (_line, count) => (count === 0 ? "half\n\xff\n" : "1\n2\nOK\n"));

  const options = { until: isLast, retries: 1, discardStale: 1 };
  deepEqual(await strict.requestAll("a", options), ["1", "2", "OK"]);
});

test("requestAll() asks again when an answer stops short, and fails after the last time", async () => {
  await using at = await bench();
  let asked = 0;
  void answering(at.device, () => {
    asked++;
    return "half\n";
  });

  const options = { until: isLast, retries: 2, retryAfterMs: 5, discardStale: 1 };
  await rejects(at.port.requestAll("a", options), { name: "TimeoutError" });
  await until("it was asked three times", () => asked === 3);
});

test("requestAll() that is given up keeps no part of the answer for the next one", async () => {
  await using at = await bench();
  const controller = new AbortController();
  const { signal } = controller;
  const first = at.port.requestAll("a", { until: isLast, signal, discardStale: 1 });
  await at.device.framed(lines()).receive();
  await at.say("half\n");
  await tasks(5);

  controller.abort(new Error("enough"));
  await rejects(first, /enough/);
  const second = at.port.requestAll("b", { until: isLast });
  await at.device.framed(lines()).receive();
  await at.say("whole\nOK\n");

  deepEqual(await second, ["whole", "OK"]);
});

test("requestAll() gives up an answer that has no last message", async () => {
  await using at = await bench();
  const line = `${"x".repeat(60_000)}\n`;
  answering(at.device, () => line.repeat(20)).catch(() => undefined); // it cannot send all of it

  await rejects(at.port.requestAll("a", { until: isLast }), {
    name: "FramingError",
    code: "ERR_SERIAL_FRAME_TOO_LONG",
  });
});

test("requestAll() fails with the error that until throws", async () => {
  await using at = await bench();
  void answering(at.device, () => "a\n");
  const fails = (): boolean => {
    throw new Error("of the caller");
  };

  await rejects(at.port.requestAll("a", { until: fails }), /of the caller/);
});

test("messages() with onError goes on after malformed bytes", async () => {
  await using at = await bench();
  const port = at.pair.a.framed(lines({ maxLength: 4 }));
  await at.say("a\ntoo long\nb\n");
  const codes: string[] = [];
  const seen: string[] = [];

  for await (const line of port.messages({ onError: (error) => codes.push(error.code) })) {
    seen.push(line);
    if (line === "b") break;
  }

  deepEqual(seen, ["a", "b"]);
  deepEqual(codes, ["ERR_SERIAL_FRAME_TOO_LONG"]);
});

test("messages() without onError ends at malformed bytes", async () => {
  await using at = await bench();
  const port = at.pair.a.framed(lines({ maxLength: 4 }));
  await at.say("too long\nb\n");

  await rejects(port.messages().next(), { code: "ERR_SERIAL_FRAME_TOO_LONG" });
  equal((await port.messages().next()).value, "b");
});

test("messages() ends by its signal, and loses nothing", async () => {
  await using at = await bench();
  const controller = new AbortController();
  const next = at.port.messages({ signal: controller.signal }).next();
  await at.say("ab");
  await tasks(5);

  controller.abort(new Error("enough"));
  await rejects(next, /enough/);
  await at.say("c\n");

  equal(await at.port.receive(), "abc");
});

test("crc16xmodem() has the check value of its catalog", () => {
  equal(Buffer.from(crc16xmodem(latin1("123456789"))).toString("hex"), "31c3");
  equal(shown(crc16xmodem(new Uint8Array(0))), "\0\0");
});
