// `anyserial receive` on emulated ports.

import { deepEqual, equal, match, ok } from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as nextTurn } from "node:timers/promises";
import { createDevice } from "../helpers/device.ts";
import {
  type RunningCommand,
  type StartOptions,
  startCommand,
  whenOpened,
} from "../helpers/in-process.ts";

function startReceive(
  path: string,
  args: readonly string[],
  options?: StartOptions,
): Promise<RunningCommand> {
  return whenOpened(path, () => startCommand(["receive", path, ...args], options));
}

test("receive --until ends after the text, which may come in pieces", async (t) => {
  const device = await createDevice(t);
  const command = await startReceive(device.path, ["--until", "OK\\n"]);

  await device.send(Buffer.from("23.5\nO"));
  await command.stdout.until(/O$/);
  await device.send(Buffer.from("K\nlater"));

  equal(await command.ended, 0);
  equal(command.stdout.text, "23.5\nOK\n");
  equal(device.applicationOpen, false);
});

test("receive --count ends after so many bytes", async (t) => {
  const device = await createDevice(t);
  const command = await startReceive(device.path, ["--count", "5"]);

  await device.send(Buffer.from("abc"));
  await command.stdout.until(/abc/);
  await device.send(Buffer.from("defg"));

  equal(await command.ended, 0);
  equal(command.stdout.text, "abcde");
});

test("receive --idle ends at a pause after the first byte, not before", async (t) => {
  const device = await createDevice(t);
  const command = await startReceive(device.path, ["--idle", "30ms", "--json"]);

  await device.send(Buffer.from("abc"));

  equal(await command.ended, 0);
  deepEqual(JSON.parse(command.stdout.text), {
    path: device.path,
    end: "idle",
    bytes: 3,
    base64: "YWJj",
    text: "abc",
  });
});

test("receive --timeout alone ends with 0 when anything came", async (t) => {
  const device = await createDevice(t);
  const command = await startReceive(device.path, ["--timeout", "500ms"]);

  await device.send(Buffer.from("abc"));

  equal(await command.ended, 0);
  equal(command.stdout.text, "abc");
  equal(command.stderr.text, "");
});

test("receive --timeout alone ends with 124 when nothing came", async (t) => {
  const device = await createDevice(t);

  const command = await startReceive(device.path, ["--timeout", "50ms"]);

  equal(await command.ended, 124);
  match(
    command.stderr.text,
    /^anyserial: Cannot receive from port "[^"]+": not done within 50 ms: hint: .+\n$/,
  );
});

test("receive --until --timeout ends with 124 when only something else came, and prints it", async (t) => {
  const device = await createDevice(t);
  const command = await startReceive(device.path, [
    "--until",
    "OK",
    "--timeout",
    "500ms",
    "--json",
  ]);

  await device.send(Buffer.from("abc"));

  equal(await command.ended, 124);
  equal(JSON.parse(command.stdout.text).end, "timeout");
  equal(JSON.parse(command.stdout.text).text, "abc");
  equal(JSON.parse(command.stderr.text).error.code, "ERR_TIMEOUT");
});

test("receive ends with 9 when the device disconnects, after printing the bytes before", async (t) => {
  const device = await createDevice(t);
  const command = await startReceive(device.path, []);
  await device.send(Buffer.from("last"));
  await command.stdout.until(/last/);

  await device.close();

  equal(await command.ended, 9);
  match(command.stderr.text, /^anyserial: .*the device is gone.*\n$/);
});

test("receive ends with 130 at SIGINT", async (t) => {
  const device = await createDevice(t);
  const command = await startReceive(device.path, []);

  command.interrupt("SIGINT");

  equal(await command.ended, 130);
  equal(command.stderr.text, "");
});

const EVERY_BYTE = Buffer.from(Array.from({ length: 256 }, (_, index) => index));

test("receive passes every byte unchanged into a pipe", async (t) => {
  const device = await createDevice(t);
  const command = await startReceive(device.path, ["--count", "256"]);

  await device.send(EVERY_BYTE);

  equal(await command.ended, 0);
  deepEqual(command.bytes(), EVERY_BYTE);
});

test("receive keeps a device from controlling the terminal", async (t) => {
  const device = await createDevice(t);
  const command = await startReceive(device.path, ["--count", "256"], { isTerminal: true });

  await device.send(EVERY_BYTE);

  equal(await command.ended, 0);
  match(command.stdout.text, /\\x00.*\\x1b.*ABC.*\\x7f\\x80.*\\xff/s);
  equal(/(?![\r\n\t\b])\p{Cc}/u.test(command.stdout.text), false);
});

test("receive --raw lets a device control the terminal", async (t) => {
  const device = await createDevice(t);
  const command = await startReceive(device.path, ["--count", "256", "--raw"], {
    isTerminal: true,
  });

  await device.send(EVERY_BYTE);

  equal(await command.ended, 0);
  deepEqual(command.bytes(), EVERY_BYTE);
});

test("receive --hex prints a dump, its last line included", async (t) => {
  const device = await createDevice(t);
  const command = await startReceive(device.path, ["--count", "17", "--hex"]);

  await device.send(Buffer.alloc(17, 0x41));

  equal(await command.ended, 0);
  equal(command.stdout.text, `${"41 ".repeat(16)} |${"A".repeat(16)}|\n41 ${" ".repeat(46)}|A|\n`);
});

test("receive waits while whoever reads its output is behind, and loses nothing", async (t) => {
  const device = await createDevice(t);
  const size = 1024 * 1024;
  const command = await startReceive(device.path, ["--count", String(size)], { isUnread: true });
  const sending = device.send(Buffer.alloc(size, 0x5a));

  while (!command.output.writableNeedDrain) await nextTurn();
  for (let turn = 0; turn < 200; turn++) await nextTurn();
  const { writableLength, readableLength } = command.output;
  let received = 0;
  for await (const chunk of command.output) {
    received += (chunk as Buffer).length;
    if (received === size) break;
  }

  equal(await command.ended, 0);
  await sending;
  ok(writableLength + readableLength < 256 * 1024, `${writableLength} and ${readableLength}`);
});

test("receive --verbose reports when the port is open", async (t) => {
  const device = await createDevice(t);
  const command = startCommand(["receive", device.path, "--verbose", "--count", "1"]);

  await command.stderr.until(/^anyserial: opened .*\n$/);
  await device.send(Buffer.from("x"));

  equal(await command.ended, 0);
});
