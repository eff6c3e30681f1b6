import { deepEqual, equal, rejects } from "node:assert/strict";
import { once } from "node:events";
import { type Duplex, PassThrough, Writable } from "node:stream";
import { finished, pipeline } from "node:stream/promises";
import { test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { nextTask } from "@anyserial/test-support/tasks";
import { until } from "@anyserial/test-support/until";
import { SerialDisconnectedError, SerialPort } from "anyserial";
import { type FakeBackendPort, openFakePort } from "../../helpers/fake-backend-port.ts";
import { runScript } from "../../helpers/run-script.ts";

const gone = new SerialDisconnectedError("unplugged", { code: "EIO" });
const closed = (stream: Duplex): Promise<unknown> =>
  new Promise((resolve) => stream.once("close", resolve));

function setUp(): { port: SerialPort; backend: FakeBackendPort } {
  const { port: backend, core } = openFakePort();
  return { port: new SerialPort(core as never), backend };
}

test("SerialPort.toDuplex() reads nothing before it is asked to", async () => {
  const { port, backend } = setUp();

  port.toDuplex();
  await nextTask();

  deepEqual(backend.calls, []);
});

test("SerialPort.toDuplex() gives the received bytes", async () => {
  const { port, backend } = setUp();
  const stream = port.toDuplex();
  backend.give(1, 2);

  const [chunk] = (await once(stream, "data")) as [Buffer];

  deepEqual([...chunk], [1, 2]);
  stream.destroy();
  await once(stream, "close");
});

test("SerialPort.toDuplex() sends the written bytes, in order", async () => {
  const { port, backend } = setUp();
  backend.mostPerWrite = 2;
  const stream = port.toDuplex();

  stream.write(Buffer.of(1, 2, 3));
  await new Promise<void>((resolve) => stream.write(Buffer.of(4), () => resolve()));

  deepEqual(backend.written, [1, 2, 3, 4]);
  stream.destroy();
  await once(stream, "close");
});

test("SerialPort.toDuplex() drains when the writing side ends, and still reads", async () => {
  const { port, backend } = setUp();
  const stream = port.toDuplex();

  stream.end(Buffer.of(1));
  await once(stream, "finish");

  equal(backend.calls.at(-1), "checkSent");
  equal(port.isOpen, true);
  stream.destroy();
  await once(stream, "close");
});

test("SerialPort.toDuplex() closes the port when it is destroyed", async () => {
  const { port } = setUp();
  const stream = port.toDuplex();
  stream.resume(); // a receive waits

  stream.destroy();
  await once(stream, "close");

  equal(port.isOpen, false);
  equal(await port.closed, undefined);
});

/** How a program can treat a stream before its port ends. */
const MODES: readonly (readonly [string, (stream: Duplex) => void, boolean])[] = [
  ["flowing", (stream) => stream.resume(), true],
  ["piped", (stream) => stream.pipe(new PassThrough()).resume(), true],
  ["iterated", (stream) => void drain(stream), true],
  ["read by hand", (stream) => stream.on("readable", () => stream.read()), true],
  ["paused", (stream) => stream.on("data", () => undefined).pause(), false],
  ["paused after it was flowing", (stream) => stream.resume().pause(), false],
  ["never read", () => undefined, false],
];

/** Iterates to the end; an error is for the stream's own listeners. */
async function drain(stream: Duplex): Promise<void> {
  try {
    for await (const _chunk of stream);
  } catch {}
}

/** Events of the end, in order; errors by their code. */
function watchEnd(stream: Duplex): string[] {
  const events: string[] = [];
  stream.on("end", () => events.push("end"));
  stream.on("error", (error: SerialDisconnectedError) => events.push(`error ${error.code}`));
  stream.on("close", () => events.push("close"));
  return events;
}

for (const [mode, start, isRead] of MODES) {
  test(`SerialPort.toDuplex() that is ${mode} closes when the port is closed`, async () => {
    const { port } = setUp();
    const stream = port.toDuplex();
    const events = watchEnd(stream);
    start(stream);
    await nextTask();

    await port.close();
    await closed(stream);

    deepEqual(events, isRead ? ["end", "close"] : ["close"]);
    equal(stream.destroyed, true);
  });

  test(`SerialPort.toDuplex() that is ${mode} closes with the cause when the device goes away`, async () => {
    const { port, backend } = setUp();
    const stream = port.toDuplex();
    const events = watchEnd(stream);
    start(stream);
    await nextTask();

    backend.breakOff(gone);
    backend.onFailed?.(gone);
    await closed(stream);

    deepEqual(events, ["error EIO", "close"]);
    equal(stream.errored, gone);
  });
}

for (const end of ["closed", "gone"] as const) {
  test(`SerialPort.toDuplex() gives a slow reader the buffered bytes when its port is ${end}`, async () => {
    const { port, backend } = setUp();
    const stream = port.toDuplex();
    const received: number[] = [];
    let proceed = (): void => undefined;
    const slow = new Writable({
      highWaterMark: 1,
      write: (chunk: Buffer, _encoding, done) => {
        received.push(...chunk);
        proceed = () => {
          proceed = () => undefined;
          done();
        };
      },
    });
    const piping = pipeline(stream, slow).catch((error: unknown) => error);
    for (const byte of [1, 2, 3]) {
      backend.give(byte);
      await nextTask();
    }
    deepEqual(received, [1]);

    if (end === "closed") await port.close();
    else backend.breakOff(gone);
    if (end === "gone") await port.closed;
    for (let turn = 0; turn < 20; turn++) {
      proceed();
      await nextTask();
    }

    equal(await piping, end === "closed" ? undefined : gone);
    deepEqual(received, [1, 2, 3]);
  });
}

test("SerialPort.toDuplex() is held by its port, so that it is notified of the port's end", async () => {
  const { port } = setUp();
  let isClosed = false;
  port.toDuplex().on("close", () => {
    isClosed = true;
  });
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
  await nextTask();

  await port.close();
  await until("the stream has closed", () => isClosed);
});

test("SerialPort.toDuplex() fails on the read when another call receives, and closes the port", async () => {
  const { port } = setUp();
  const mine = port.receive().catch(() => undefined);
  const stream = port.toDuplex();
  const events = watchEnd(stream);

  stream.resume();
  await closed(stream);
  await mine;

  deepEqual(events, ["error ERR_SERIAL_CONCURRENT", "close"]);
});

test("SerialPort.toDuplex() fails when a write fails", async () => {
  const { port, backend } = setUp();
  const stream = port.toDuplex();
  const ended = finished(stream);
  backend.failures.set("write", gone);

  stream.write(Buffer.of(1));

  await rejects(ended, { name: "SerialDisconnectedError", code: "EIO" });
});

/** Where a stream calls its user, and what the program sees afterwards. */
const THROWING: readonly (readonly [string, string, string])[] = [
  [
    "a data handler",
    `const received = [];
    stream.on("data", (chunk) => {
      received.push(String(chunk));
      if (received.length === 1) throw new Error("bug");
    });
    for (const text of ["one", "two", "three"]) {
      await b.send(Buffer.from(text));
      while (received.at(-1) !== text) await turn();
    }
    seen.push(...received);`,
    "bug,one,two,three",
  ],
  [
    "the callback of a write",
    `await new Promise((resolve) => {
      stream.write("x", () => { resolve(); throw new Error("bug"); });
    });
    seen.push(String(await b.receive()));
    await new Promise((resolve) => stream.write("y", resolve));
    seen.push(String(await b.receive()));`.replaceAll("String(", "text("),
    "bug,x,y",
  ],
  [
    "a drain handler",
    `stream.once("drain", () => { throw new Error("bug"); });
    stream.write(Buffer.alloc(20_000));
    for (let left = 20_000; left > 0; ) left -= (await b.receive()).length;
    while (seen.length === 0) await turn();
    await new Promise((resolve) => stream.write("y", resolve));
    seen.push(text(await b.receive()));`,
    "bug,y",
  ],
  [
    "an end handler",
    `stream.resume().on("end", () => { throw new Error("bug"); });
    const closed = new Promise((resolve) => stream.once("close", resolve));
    await turn();
    await a.close();
    await closed;
    seen.push("closed");`,
    "bug,closed",
  ],
];
for (const [what, body, expected] of THROWING) {
  test(`SerialPort.toDuplex() reports ${what} that throws as an uncaught exception, and goes on`, async () => {
    const { stdout, stderr, code } = await runScript(`
      import { serialPortPair } from "anyserial/testing";
      const seen = [];
      process.on("uncaughtException", (error, origin) => {
        seen.push(origin === "uncaughtException" ? error.message : origin);
      });
      const turn = () => new Promise(setImmediate);
      const text = (bytes) => Buffer.from(bytes).toString();
      const { a, b } = await serialPortPair();
      const stream = a.toDuplex();
      ${body}
      console.log(seen.join());
      process.exit();
    `);

    equal(stderr, "");
    equal(stdout.trim(), expected);
    equal(code, 0);
  });
}
