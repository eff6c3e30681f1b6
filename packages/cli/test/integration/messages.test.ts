// `--framing` of receive, send and monitor, on emulated ports.

import { deepEqual, equal, match } from "node:assert/strict";
import { test } from "node:test";
import { receiveText } from "@anyserial/test-support/receive-text";
import { lines, slip } from "anyserial/framing";
import { createVirtualPort } from "anyserial/pty";
import { createDevice } from "../helpers/device.ts";
import { type RunningCommand, startCommand, whenOpened } from "../helpers/in-process.ts";

const TIME = "\\[\\d\\d:\\d\\d:\\d\\d\\.\\d{3}\\] ";

function opened(path: string, args: readonly string[]): Promise<RunningCommand> {
  return whenOpened(path, () => startCommand(args));
}

test("receive --framing prints a message on a line, with its time", async (t) => {
  const device = await createDevice(t);
  const command = await opened(device.path, [
    "receive",
    device.path,
    "--framing=lines",
    "--count=3",
  ]);

  await device.send(Buffer.from("23.5\r\n\r\nhal"));
  await device.send(Buffer.from("f\nlater"));

  equal(await command.ended, 0, command.stderr.text);
  match(command.stdout.text, new RegExp(`^${TIME}23\\.5\n${TIME}\n${TIME}half\n$`));
});

test("receive --framing prints bytes in hexadecimal, --no-time without the time", async (t) => {
  const device = await createDevice(t);
  const args = ["receive", device.path, "--framing=slip", "--no-time", "--until=\\x05"];
  const command = await opened(device.path, args);

  await device.framed(slip()).send(Uint8Array.of(1, 0xc0, 0));
  await device.framed(slip()).send(Uint8Array.of(5));

  equal(await command.ended, 0, command.stderr.text);
  equal(command.stdout.text, "01 c0 00\n05\n");
});

test("receive --framing reports what is not a valid message, and goes on", async (t) => {
  const device = await createDevice(t);
  const args = ["receive", device.path, "--framing=lines:max-length=4", "--count=1", "--json"];
  const command = await opened(device.path, args);

  await device.send(Buffer.from("too long\nok\n"));

  equal(await command.ended, 0);
  const [message, end] = command.stdout.text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  match(message.time, /^\d{4}-\d\d-\d\dT/);
  deepEqual({ ...message, time: "" }, { time: "", bytes: 2, base64: "b2s=", text: "ok" });
  deepEqual(end, { path: device.path, end: "count", messages: 1, invalid: 1 });
  const invalid = JSON.parse(command.stderr.text);
  equal(invalid.event, "invalid");
  equal(invalid.code, "ERR_SERIAL_FRAME_TOO_LONG");
});

test("receive --framing --idle ends at a pause after the first message", async (t) => {
  const device = await createDevice(t);
  const command = await opened(device.path, [
    "receive",
    device.path,
    "--framing=lines",
    "--idle=30ms",
  ]);

  await device.send(Buffer.from("a\n"));

  equal(await command.ended, 0);
  match(command.stdout.text, /a\n$/);
});

test("receive --framing --timeout ends with 0 after a message, with 124 without", async (t) => {
  const device = await createDevice(t);
  const args = ["receive", device.path, "--framing=lines", "--timeout=300ms"];
  const some = await opened(device.path, args);
  await device.send(Buffer.from("a\n"));
  equal(await some.ended, 0);

  const none = startCommand(args);
  equal(await none.ended, 124);
  const other = startCommand([...args, "--count=1", "--json"]);
  equal(await other.ended, 124);
  equal(JSON.parse(other.stdout.text).end, "timeout");
});

test("send --framing wraps DATA in a message", async (t) => {
  const device = await createDevice(t);
  const args = ["--framing=idle-gap,checksum=crc16modbus", "--hex", "01 03 00 00", "00 02"];

  const command = startCommand(["send", device.path, ...args]);

  equal(await command.ended, 0, command.stderr.text);
  equal(await receiveText(device, 8), "\x01\x03\0\0\0\x02\xc4\x0b");
});

test("send --framing of text makes a message of each line of its input", async (t) => {
  const device = await createDevice(t);
  const args = ["send", device.path, "--framing=lines:crlf"];

  const command = startCommand(args, { input: "G28\n\nG1 X1\r\nM84" });

  equal(await command.ended, 0, command.stderr.text);
  equal(await receiveText(device, 19), "G28\r\n\r\nG1 X1\r\nM84\r\n");
});

test("send --framing of bytes makes one message of its input", async (t) => {
  const device = await createDevice(t);

  const command = startCommand(["send", device.path, "--framing=slip"], { input: "a\nb\n" });

  equal(await command.ended, 0, command.stderr.text);
  equal(await receiveText(device, 5), "a\nb\n\xc0");
});

for (const [option, hint] of [
  ["--eol=cr", /lines:crlf/],
  ["--until=x", /anyserial request/],
] as const) {
  test(`send ${option} --framing is refused`, async () => {
    const command = startCommand(["send", "/nonexistent/tty", "x", option, "--framing=lines"]);

    equal(await command.ended, 2);
    match(command.stderr.text, hint);
  });
}

test("monitor --framing shows a message on a line, also of the port after a reconnection", async (t) => {
  const device = await createDevice(t);
  const { path } = device;
  const command = await opened(path, ["monitor", path, "--framing=lines:lf"]);
  await device.send(Buffer.from("a\nhalf of on"));
  await command.stdout.until(/a\n$/);

  await device.close();
  await command.stderr.until(/disconnected/);
  await using again = await createVirtualPort({ link: path });
  await command.stderr.until(/connected to/);
  await again.framed(lines()).send("b");
  await command.stdout.until(/b\n$/);
  command.interrupt("SIGINT");

  equal(await command.ended, 0);
  match(command.stdout.text, new RegExp(`^${TIME}a\n${TIME}b\n$`));
  match(command.stderr.text, /the stream ended before it did/);
});

test("monitor --framing shows a message that silence ends", async (t) => {
  const device = await createDevice(t);
  const { path } = device;
  const command = await opened(path, ["monitor", path, "--framing=idle-gap", "--no-time"]);

  await device.send(Uint8Array.of(1, 3, 0xff));
  await command.stdout.until(/\n$/);
  command.interrupt("SIGINT");

  equal(await command.ended, 0);
  equal(command.stdout.text, "01 03 ff\n");
});
