// gps reads the lines of a receiver, out of the line parser that its guide has.
import { deepEqual, equal } from "node:assert/strict";
import { once } from "node:events";
import { createRequire } from "node:module";
import { test } from "node:test";
import { ReadlineParser, SerialPort } from "serialport";
import { makeDevice } from "../helpers/device.mjs";

const { GPS } = createRequire(import.meta.url)("gps");

const FIX = "$GPGGA,123519,4807.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,*47\r\n";

test("gps takes a position out of the lines of a receiver, in pieces", async (t) => {
  const device = await makeDevice(t);
  const port = new SerialPort({ path: device.path, baudRate: 4800 });
  t.after(() => new Promise((resolve) => port.close(resolve)));
  await once(port, "open");
  const gps = new GPS();
  const positions = [];
  gps.on("data", (data) => positions.push(data));
  const lines = port.pipe(new ReadlineParser({ delimiter: "\r\n" }));
  lines.on("data", (line) => gps.update(line));

  for (const piece of ["noise\r\n", FIX.slice(0, 20), FIX.slice(20)]) {
    await device.port.send(Buffer.from(piece));
  }
  while (positions.length === 0) await once(lines, "data");

  const [{ type, lat, lon, valid }] = positions;
  deepEqual([type, valid], ["GGA", true]);
  equal(lat.toFixed(4), "48.1173");
  equal(lon.toFixed(4), "11.5167");
});
