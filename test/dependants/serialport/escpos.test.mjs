// A receipt printer: @node-escpos over its serial adapter, which opens, writes, drains, flushes and closes.
import { deepEqual, ok } from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "node:test";
import { makeDevice, receivedBy } from "../helpers/device.mjs";

const Serial = createRequire(import.meta.url)("@node-escpos/serialport-adapter");

test("@node-escpos/serialport-adapter prints, and closes when all is out", async (t) => {
  const printer = await makeDevice(t);
  const adapter = new Serial(printer.path, { baudRate: 9600 });
  await call((done) => adapter.open(done));

  await call((done) => adapter.write(Buffer.from("\x1b@hello\n"), done));
  await receivedBy(printer, ({ length }) => length === 8);
  await call((done) => adapter.close(done));

  deepEqual(printer.received.toString(), "\x1b@hello\n");
});

test("@node-escpos/serialport-adapter lists ports", async () => {
  ok(Array.isArray(await Serial.list()));
});

function call(start) {
  return new Promise((resolve, reject) => {
    start((error) => (error ? reject(error) : resolve()));
  });
}
