// The boards of examples/boards/, flashed by a programmer of our own over a pty. The guest `usb-ip` has avrdude, and the
// reset by DTR.

import { deepEqual, equal } from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { openSerialPort, type SerialPort } from "anyserial";
import { Program } from "./program.ts";

const END = 0x20;
const PAGE = 128;

function folder(t: TestContext): string {
  const made = mkdtempSync(join(tmpdir(), "anyserial-boards-"));
  t.after(() => rmSync(made, { recursive: true }));
  return made;
}

/** A command of STK500 version 1. @returns The bytes of its answer. */
async function ask(port: SerialPort, command: readonly number[], count = 0): Promise<number[]> {
  await port.send(Uint8Array.of(...command, END));
  const answer = [...(await port.reader.receiveExactly(count + 2))];
  deepEqual([answer[0], answer.at(-1)], [0x14, 0x10]);
  return answer.slice(1, -1);
}

test("arduino-board takes a sketch, has it read back, and runs it", async (t) => {
  const [link, file] = [join(folder(t), "ttyUNO"), join(folder(t), "flash.bin")];
  await using program = new Program("boards/arduino-board", [link, file, "--pty"]);
  await program.said(/ttyUNO/);
  await using port = await openSerialPort(link);
  const sketch = Uint8Array.from({ length: 2 * PAGE }, (_, at) => (at * 7) & 0xff);

  await ask(port, [0x30]);
  deepEqual(await ask(port, [0x75], 3), [0x1e, 0x95, 0x0f]);
  for (const at of [0, PAGE]) {
    await ask(port, [0x55, at / 2, 0]);
    await ask(port, [0x64, 0, PAGE, 0x46, ...sketch.subarray(at, at + PAGE)]);
  }
  await ask(port, [0x55, 0, 0]);
  deepEqual(await ask(port, [0x74, 1, 0, 0x46], 2 * PAGE), [...sketch]);
  await ask(port, [0x51]);

  const said = Buffer.from(await port.reader.receiveUntil(Buffer.from("\r\n"))).toString();
  equal(said.trimEnd(), "a sketch of 256 bytes runs");
  deepEqual(new Uint8Array(readFileSync(file)), sketch);
});

test("arduino-board says that it is out of step, or that it does not know a command", async (t) => {
  const [link, file] = [join(folder(t), "ttyUNO"), join(folder(t), "flash.bin")];
  await using program = new Program("boards/arduino-board", [link, file, "--pty"]);
  await program.said(/ttyUNO/);
  await using port = await openSerialPort(link);

  await port.send(Uint8Array.of(0x30, 0x00));
  deepEqual(await port.reader.receiveExactly(1), Uint8Array.of(0x15));
  await port.send(Uint8Array.of(0x99, END));
  deepEqual(await port.reader.receiveExactly(1), Uint8Array.of(0x11));
});
