// A port by messages: the receiver of each message, the state after an abort, late answers, and the
// port's end.

import { deepEqual, equal, rejects } from "node:assert/strict";
import { test } from "node:test";
import { tasks } from "@anyserial/test-support/tasks";
import { fixedLength, lines, slip } from "anyserial/framing";
import { serialPortPair } from "anyserial/testing";
import { answering, bench } from "../../helpers/framed-bench.ts";
import { latin1, shown } from "../../helpers/framing.ts";

test("receive() gives one message, and keeps the bytes behind it", async () => {
  await using at = await bench();
  await at.say("a\nb\nc");

  equal(await at.port.receive(), "a");
  equal(await at.port.receive(), "b");
  const last = at.port.receive();
  await at.say("d\n");
  equal(await last, "cd");
});

test("framed() at each call loses nothing, also with another framing", async () => {
  await using at = await bench();
  await at.say("HEAD\n\x01\x02\x03\x04tail\n");

  equal(await at.pair.a.framed(lines()).receive(), "HEAD");
  equal(shown(await at.pair.a.framed(fixedLength(4)).receive()), "\x01\x02\x03\x04");
  equal(await at.pair.a.framed(lines()).receive(), "tail");
});

test("framed() takes over the bytes of port.reader", async () => {
  await using at = await bench();
  await at.say("x;a\nb\n");
  await at.pair.a.reader.receiveUntil(";");

  equal(await at.port.receive(), "a");
  equal(await at.port.receive(), "b");
});

test("receive() that is aborted leaves what was read for the next one", async () => {
  await using at = await bench();
  const controller = new AbortController();
  const aborted = at.port.receive({ signal: controller.signal });
  await at.say("ab");
  await tasks(5);

  controller.abort(new Error("enough"));
  await rejects(aborted, /enough/);
  await at.say("c\n");

  equal(await at.port.receive(), "abc");
});

test("receive() called several times serves them in turn", async () => {
  await using at = await bench();
  const controller = new AbortController();
  const calls = [
    at.port.receive(),
    at.port.receive({ signal: controller.signal }),
    at.port.receive(),
  ];
  controller.abort();
  await rejects(calls[1] as Promise<string>, { name: "AbortError" });

  await at.say("a\nb\n");

  deepEqual(await Promise.all([calls[0], calls[2]]), ["a", "b"]);
});

test("a port is not read while no call waits for a message", async () => {
  await using at = await bench();
  await at.say("a\n");
  await at.port.receive();

  await at.say("rest\n");
  await tasks(5);

  equal(await at.pair.a.inputWaiting(), 5);
});

test("receive() reports what is no message, and goes on behind it", async () => {
  await using at = await bench();
  const port = at.pair.a.framed(lines({ maxLength: 4 }));
  await at.say("too long\nok\n");

  await rejects(port.receive(), {
    name: "FramingError",
    code: "ERR_SERIAL_FRAME_TOO_LONG",
    path: at.pair.a.path,
  });
  equal(await port.receive(), "ok");
});

test("another framing is refused while calls wait", async () => {
  await using at = await bench();
  const waiting = at.port.receive();

  await rejects(at.pair.a.framed(slip()).receive(), { code: "ERR_SERIAL_CONCURRENT" });

  await at.say("a\n");
  equal(await waiting, "a");
});

test("send() in parallel sends whole messages in turn", async () => {
  await using at = await bench();
  const device = at.device.framed(lines());
  const long = "x".repeat(50_000);

  const sent = Promise.all([at.port.send(long), at.port.send("b")]);

  equal(await device.receive(), long);
  equal(await device.receive(), "b");
  await sent;
});

test("request() gives the answer", async () => {
  await using at = await bench();
  void answering(at.device, (line) => `${line}!\n`);

  equal(await at.port.request("a"), "a!");
  deepEqual(await Promise.all([at.port.request("b"), at.port.request("c")]), ["b!", "c!"]);
});

test("request() takes nothing that came before it was sent", async () => {
  await using at = await bench();
  await at.say("old\n");
  void answering(at.device, (line) => `${line}!\n`);

  equal(await at.port.request("a"), "a!");
  equal(await at.port.receive(), "old");
});

test("request() takes no message that had begun before it was sent", async () => {
  await using at = await bench();
  await at.say("ol");
  void answering(at.device, (line) => `d\n${line}!\n`);

  equal(await at.port.request("a"), "a!");
  equal(await at.port.receive(), "old");
});

test("request() with accept leaves other messages to receive()", async () => {
  await using at = await bench();
  void answering(at.device, () => "+RING\nOK\n");

  equal(await at.port.request("AT", { accept: (line) => !line.startsWith("+") }), "OK");
  equal(await at.port.receive(), "+RING");
});

test("request() fails with the error of accept", async () => {
  await using at = await bench();
  void answering(at.device, (line) => `${line}\n`);
  const accept = (): boolean => {
    throw new Error("of the caller");
  };

  await rejects(at.port.request("a", { accept }), /of the caller/);
  equal(await at.port.request("b"), "b");
});

test("request() in the queue gives up by its own signal, and sends nothing", async () => {
  await using at = await bench();
  const asked: string[] = [];
  void answering(at.device, (line) => {
    asked.push(line);
    return line === "a" ? undefined : `${line}!\n`;
  });
  const first = new AbortController();
  const second = new AbortController();
  const calls = [
    at.port.request("a", { signal: first.signal, discardStale: 0 }),
    at.port.request("b", { signal: second.signal }),
    at.port.request("c"),
  ];
  second.abort();
  await rejects(calls[1] as Promise<string>, { name: "AbortError" });
  await tasks(5);
  first.abort();
  await rejects(calls[0] as Promise<string>, { name: "AbortError" });

  equal(await calls[2], "c!");
  deepEqual(asked, ["a", "c"]);
});

test("request() does not take the late answer of one that was given up", async () => {
  await using at = await bench();
  const device = at.device.framed(lines());
  const controller = new AbortController();
  const first = at.port.request("a", { signal: controller.signal, discardStale: 30 });
  equal(await device.receive(), "a");
  controller.abort();
  await rejects(first, { name: "AbortError" });

  const second = at.port.request("b");
  await device.send("late answer of a");
  equal(await device.receive(), "b");
  await device.send("answer of b");

  equal(await second, "answer of b");
});

test("request() with discardStale 0 does not wait for silence", async () => {
  await using at = await bench();
  const device = at.device.framed(lines());
  const controller = new AbortController();
  const first = at.port.request("a", { signal: controller.signal, discardStale: 0 });
  await device.receive();
  controller.abort();
  await rejects(first);

  const second = at.port.request("b");
  await device.receive();
  await device.send("late answer of a");

  equal(await second, "late answer of a");
});

test("request() asks again when an answer is malformed", async () => {
  await using pair = await serialPortPair();
  const framing = slip({ checksum: "crc16ccitt" });
  const device = pair.b.framed(framing);
  const answer = pair.a
    .framed(framing)
    .request(latin1("q"), { retries: 1, discardStale: 1 })
    .then(shown);
  await device.receive();
  const wrong = framing.encode(latin1("w")).map((byte, index) => (index === 1 ? byte ^ 1 : byte));
  await pair.b.send(wrong);

  equal(shown(await device.receive()), "q");
  await device.send(latin1("good"));

  equal(await answer, "good");
});

test("request() asks again after a time without an answer, and gives up after the last", async () => {
  await using at = await bench();
  const asked: string[] = [];
  void answering(at.device, (line) => void asked.push(line) as undefined);

  await rejects(at.port.request("a", { retries: 2, retryAfterMs: 5, discardStale: 1 }), {
    name: "TimeoutError",
  });

  deepEqual(asked, ["a", "a", "a"]);
});
