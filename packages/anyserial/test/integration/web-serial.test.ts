// Web Serial over the ports of the system: emulated ones, by their paths.

import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { nextTask } from "@anyserial/test-support/tasks";
import { temporaryFolder } from "@anyserial/test-support/temporary-folder";
import { createVirtualPort } from "anyserial/pty";
import { createSerial, type Serial, type SerialPort } from "anyserial/web-serial";
import { there } from "../helpers/recording-serial.ts";
import { runScript } from "../helpers/run-script.ts";
import { runs } from "../helpers/runs.ts";

const LINE = { baudRate: 9600, bufferSize: 65_536 };

function once(target: Serial | SerialPort, type: string): Promise<Event> {
  return new Promise((resolve) => {
    target.addEventListener(type, resolve, { once: true });
  });
}

test("createSerial() offers an emulated port by its path, with the USB ids that it is given", async () => {
  await using device = await createVirtualPort();
  const serial = createSerial({
    others: [{ path: device.path, vid: 0x303a, pid: 0x1001 }],
    choose: {},
  });

  const port = await serial.requestPort({ filters: [{ usbVendorId: 0x303a }] });

  deepEqual(port.getInfo(), { usbVendorId: 0x303a, usbProductId: 0x1001 });
  await port.open(LINE);
  await port.close();
});

test("a port over a pty carries every byte in both directions", async () => {
  await using device = await createVirtualPort();
  const serial = createSerial({ others: [device.path], choose: {} });
  const port = await serial.requestPort();
  await port.open(LINE);
  const data = new Uint8Array(100_000).map((_, at) => at % 256);
  const echo = async (): Promise<void> => {
    for (let count = 0; count < data.length; ) {
      const bytes = await device.receive();
      count += bytes.length;
      await device.send(bytes);
    }
  };
  const echoing = echo();
  const writer = port.writable?.getWriter();
  const writing = writer?.write(data).then(() => writer.close());

  const received: Uint8Array[] = [];
  const reader = port.readable?.getReader();
  for (let count = 0; count < data.length; ) {
    const { value } = (await reader?.read()) ?? {};
    ok(value);
    received.push(value);
    count += value.length;
  }
  await echoing;
  await writing;

  ok(Buffer.concat(received).equals(data));
  reader?.releaseLock();
  await port.close();
});

test("a stream that was canceled while it waited for bytes is followed by one that gets them", async () => {
  await using device = await createVirtualPort();
  const port = await createSerial({ others: [device.path], choose: {} }).requestPort();
  await port.open(LINE);
  const first = there(port.readable).getReader();
  const waiting = first.read();
  await nextTask();

  await first.cancel();
  first.releaseLock();

  equal((await waiting).done, true);
  const second = there(port.readable).getReader();
  const read = second.read();
  await device.send(Uint8Array.of(7));
  deepEqual((await read).value, Uint8Array.of(7));
  second.releaseLock();
  await port.close();
});

test("a pty has no lines: signals are refused with NetworkError", async () => {
  await using device = await createVirtualPort();
  const port = await createSerial({ others: [device.path], choose: {} }).requestPort();
  await port.open(LINE);

  await rejects(port.setSignals({ dataTerminalReady: true }), { name: "NetworkError" });
  await rejects(port.getSignals(), { name: "NetworkError" });

  await port.close();
});

test("an emulated port that goes and comes back is the same object, and is reported", async (context) => {
  const folder = temporaryFolder(context);
  const link = join(folder, "ttyDEV");
  const first = await createVirtualPort({ link });
  const serial = createSerial({ others: [link], choose: {} });
  const port = await serial.requestPort();
  await port.open(LINE);
  const failed = port.readable?.getReader().read();
  const gone = once(serial, "disconnect");

  await first.close();

  await rejects(failed ?? Promise.resolve(), { name: "NetworkError" });
  equal((await gone).target, port);
  equal(port.connected, false);
  await port.close();
  const back = once(serial, "connect");
  await using second = await createVirtualPort({ link });
  equal((await back).target, port);
  await port.open(LINE);
  await second.send(Uint8Array.of(1));
  const reader = port.readable?.getReader();
  deepEqual((await reader?.read())?.value, Uint8Array.of(1));
  reader?.releaseLock();
  await port.close();
  await rm(link, { force: true });
});

test("open() rejects with NetworkError for a port that is gone, with the cause", async () => {
  const device = await createVirtualPort();
  const port = await createSerial({ others: [device.path], choose: {} }).requestPort();
  await device.close();

  await rejects(port.open(LINE), (error: DOMException) => {
    equal(error.name, "NetworkError");
    equal((error as { cause?: { name?: string } }).cause?.name, "PortNotFoundError");
    return true;
  });
});

test("two programs cannot open one port", async () => {
  await using device = await createVirtualPort();
  const ports = await Promise.all(
    [0, 1].map(() => createSerial({ others: [device.path], choose: {} }).requestPort()),
  );
  await ports[0]?.open(LINE);

  await rejects(ports[1]?.open(LINE) ?? Promise.resolve(), { name: "NetworkError" });

  await ports[0]?.close();
});

test("a granted port, listeners for disconnect and a closed port let the process end", async () => {
  await using device = await createVirtualPort();
  const { stdout, code } = await runScript(`
    import { createSerial } from "anyserial/web-serial";
    const serial = createSerial({ others: [${JSON.stringify(device.path)}], choose: {} });
    serial.ondisconnect = () => undefined;
    const port = await serial.requestPort();
    await port.open({ baudRate: 9600 });
    console.log(port.readable !== null, port.writable !== null);
    await port.close();
  `);

  equal(stdout, "true true\n");
  equal(code, 0);
});

const CHUNKS = runs(170_000);

test("many chunks leave no memory behind", async () => {
  const { stdout } = await runScript(
    `
    import { createFakeSerialService } from "anyserial/testing";
    import { createSerial } from "anyserial/web-serial";
    const events = { next: async () => ({ done: false, value: { kind: "data", data: new Uint8Array(8) } }), return: async () => ({ done: true }) };
    const done = async () => undefined;
    const opened = { closed: new Promise(() => undefined), receiveEvents: () => events, send: done, discardInput: done, discardOutput: done, close: done };
    const service = createFakeSerialService();
    await service.addPort({ vid: 1 });
    const open = async (_, config) => ({ ...opened, config });
    const port = await createSerial({ service: { ...service, open }, choose: {} }).requestPort();
    await port.open({ baudRate: 9600 });
    const reader = port.readable.getReader();
    const writer = port.writable.getWriter();
    const chunks = async (count) => {
      for (let at = 0; at < count; at++) {
        const { value } = await reader.read();
        await writer.write(value);
      }
      gc();
      const { heapUsed, arrayBuffers } = process.memoryUsage();
      return heapUsed + arrayBuffers;
    };
    const before = await chunks(20_000);
    const after = await chunks(${CHUNKS});
    console.log(Math.round((after - before) / 1024));
    await service.close();
    process.exit(0);
  `,
    { flags: ["--expose-gc"] },
  );

  const grownKiB = Number(stdout);
  ok(grownKiB < 512, `${grownKiB} KiB more after ${CHUNKS} chunks`);
});
