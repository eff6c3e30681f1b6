// A real flashing tool resets a simulated board by DTR and RTS, writes its flash, and reads it back.

import { deepEqual, equal, match } from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { receiveText } from "@anyserial/test-support/receive-text";
import { until } from "@anyserial/test-support/until";
import { openSerialPort } from "anyserial";
import { fileOf, missing, pathOf, programEnvironment } from "../helpers/debian-programs.ts";
import { takenPorts } from "../helpers/vhci-ports.ts";

const run = promisify(execFile);
const BOARD = fileURLToPath(
  new URL("../../../examples/.test/programs/boards/arduino-board.js", import.meta.url),
);
const LINK = "/tmp/ttyUNO";
const FLASHED = "/tmp/flash.bin";
const SKETCH = "/tmp/sketch.bin";

test("avrdude resets a simulated Arduino by DTR, writes its flash, and verifies it", {
  skip: missing("avrdude"),
}, async (t) => {
  const sketch = Buffer.from(Uint8Array.from({ length: 5000 }, (_, at) => (at * 31 + 5) & 0xff));
  writeFileSync(SKETCH, sketch);
  const board = spawn(process.execPath, [BOARD, LINK, FLASHED], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  t.after(() => board.kill("SIGKILL"));
  await once(board.stdout, "data");
  const words = ["-C", fileOf("etc/avrdude.conf"), "-c", "arduino", "-p", "m328p", "-P", LINK];
  const { stderr } = await run(pathOf("avrdude"), [...words, "-U", `flash:w:${SKETCH}:r`], {
    env: programEnvironment(),
  });

  match(stderr, /5000 bytes of flash verified/);
  deepEqual(readFileSync(FLASHED), sketch);
  await using port = await openSerialPort(LINK, { baudRate: 115_200 });
  await port.setControlLines({ dtr: false });
  await port.setControlLines({ dtr: true }); // the sketch runs a second after the reset
  equal((await receiveText(port, 29)).trimEnd(), "a sketch of 5000 bytes runs");
  board.kill("SIGKILL");
  await until("the board is gone", () => takenPorts() === 0);
});
