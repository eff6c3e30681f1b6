// The package as programs use it: its exports, the class, the list, and the end of a device.

import { deepEqual, equal, match, ok } from "node:assert/strict";
import { once } from "node:events";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, type TestContext, test } from "node:test";
import * as ours from "@anyserial/serialport";
import { AnyserialBinding } from "@anyserial/serialport/binding";
import { stayAlive } from "@anyserial/test-support/alive";
import { temporaryFolder } from "@anyserial/test-support/temporary-folder";
import { DelimiterParser } from "@serialport/parser-delimiter";
import { SerialPortStream } from "@serialport/stream";
import { createVirtualPort, type VirtualPort } from "anyserial/pty";
import * as theirs from "serialport";

stayAlive({ after }); // a port that nobody reads does not
const require = createRequire(import.meta.url);
const { ReadlineParser, SerialPort, SerialPortMock } = ours;

interface Opened {
  readonly device: VirtualPort;
  readonly port: ours.SerialPort;
}

async function open(t: TestContext, options: object = {}): Promise<Opened> {
  const device = await createVirtualPort();
  const port = new SerialPort({ path: device.path, baudRate: 9600, ...options });
  t.after(async () => {
    if (port.isOpen) await new Promise((resolve) => port.close(resolve));
    await device.close();
  });
  await once(port, "open");
  return { device, port };
}

test("the exports are the thirteen of serialport, by require() and by import", () => {
  const names = new Set(Object.keys(require("serialport")));

  equal(names.size, 13);
  deepEqual(new Set(Object.keys(require("@anyserial/serialport"))), names);
  for (const name of names) ok(name in ours, name);
});

test("import has the default that it has for serialport", () => {
  const fromOurs = (ours as { default?: object }).default;
  const fromTheirs = (theirs as { default?: object }).default;

  deepEqual(new Set(Object.keys(fromOurs ?? {})), new Set(Object.keys(fromTheirs ?? {})));
});

test("SerialPort and the parsers are instances of the classes that others have", async (t) => {
  const { port } = await open(t);

  ok(port instanceof SerialPortStream);
  ok(new ReadlineParser() instanceof DelimiterParser);
  equal(ours.ReadlineParser, theirs.ReadlineParser);
});

test("SerialPort.list() works without its class", async () => {
  const { list } = SerialPort;

  for (const port of await list()) {
    deepEqual(Object.keys(port).slice(0, 7), [
      "path",
      "manufacturer",
      "serialNumber",
      "pnpId",
      "locationId",
      "vendorId",
      "productId",
    ]);
  }
});

test("SerialPort has a binding, which other streams take", async (t) => {
  await using device = await createVirtualPort();
  equal(SerialPort.binding, AnyserialBinding);

  const port = new SerialPortStream({
    binding: AnyserialBinding,
    path: device.path,
    baudRate: 9600,
  });
  t.after(() => new Promise((resolve) => port.close(resolve)));
  await once(port, "open");

  equal(port.isOpen, true);
});

test("SerialPort takes a binding out of the options, as programs do with mocks", async () => {
  const { binding } = SerialPortMock;
  binding.createPort("/dev/mock", { echo: true, record: true });

  const options = { binding, path: "/dev/mock", baudRate: 9600 };
  const port = new SerialPort(options as never);
  await once(port, "open");

  equal((port.port as { constructor: { name: string } }).constructor.name, "MockPortBinding");
  port.close();
});

test("SerialPort sends and receives through a parser", async (t) => {
  const { device, port } = await open(t);
  const lines = port.pipe(new ReadlineParser());
  const line = once(lines, "data");

  await device.send(Buffer.from("hello\n"));
  port.write([0x61, 0x62]);

  deepEqual(await line, ["hello"]);
  equal(Buffer.from(await device.receive()).toString(), "ab");
});

test("SerialPort closes with a DisconnectedError when its device goes away, and nobody reads", async (t) => {
  const { device, port } = await open(t);

  const closed = once(port, "close");
  await device.close();
  const [error] = await closed;

  deepEqual([error.disconnected, port.isOpen], [true, false]);
});

test("SerialPort closes once when its device goes away while it reads", async (t) => {
  const { device, port } = await open(t);
  let closes = 0;
  port.on("close", () => closes++);
  port.resume();

  await device.close();
  await once(port, "close");
  await new Promise((resolve) => setImmediate(resolve));

  equal(closes, 1);
});

test("SerialPort opens again after a close, and goes on reading", async (t) => {
  const { device, port } = await open(t);
  const received: string[] = [];
  port.on("data", (chunk) => received.push(String(chunk)));
  port.close();
  await once(port, "close");

  port.open();
  await once(port, "open");
  const data = once(port, "data");
  await device.send(Buffer.from("again"));
  await data;

  deepEqual(received, ["again"]);
});

test("SerialPort is the same object after its device went and came back", async (t) => {
  const link = join(temporaryFolder(t), "tty");
  const first = await createVirtualPort({ link });
  const port = new SerialPort({ path: link, baudRate: 9600 });
  await once(port, "open");
  const received: string[] = [];
  port.on("data", (chunk) => received.push(String(chunk)));
  const closed = once(port, "close");
  await first.close();
  await closed;

  await using second = await createVirtualPort({ link });
  port.open();
  await once(port, "open");
  const data = once(port, "data");
  await second.send(Buffer.from("back"));
  await data;

  deepEqual(received, ["back"]);
  await new Promise((resolve) => port.close(resolve));
});

test("SerialPort tells the event error, or the callback, why it did not open", async () => {
  const options = { path: "/dev/ttyNothing", baudRate: 9600 };
  const [byEvent] = await once(new SerialPort(options), "error");
  const byCallback: Error | null = await new Promise((resolve) => {
    new SerialPort(options, resolve);
  });

  for (const error of [byEvent, byCallback]) {
    match(error.message, /No such file or directory, cannot open/);
    equal(error.code, "ENOENT");
  }
});

test("SerialPort is a genuine Duplex: Readable.toWeb() and Writable.toWeb() take it", async (t) => {
  const { device, port } = await open(t);
  const { Readable, Writable } = await import("node:stream");
  const reader = Readable.toWeb(port).getReader();
  const writer = Writable.toWeb(port).getWriter();

  await device.send(Buffer.from("in"));
  const { value } = await reader.read();
  await writer.write(Buffer.from("out"));

  equal(Buffer.from(value).toString(), "in");
  equal(Buffer.from(await device.receive()).toString(), "out");
});

test("SerialPort ends with endOnClose", async (t) => {
  const { port } = await open(t, { endOnClose: true });
  const end = once(port, "end");

  port.close();

  await end;
});

test("SerialPortMock works as that of serialport", async () => {
  SerialPortMock.binding.createPort("/dev/mock2", { echo: true });

  const port = new SerialPortMock({ path: "/dev/mock2", baudRate: 9600 });
  await once(port, "open");
  port.write("x");

  deepEqual((await once(port, "data")).map(String), ["x"]);
  ok((await SerialPortMock.list()).some(({ path }) => path === "/dev/mock2"));
});
