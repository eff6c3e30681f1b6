// `anyserial send` on emulated ports.

import { deepEqual, equal, match } from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { receiveText } from "@anyserial/test-support/receive-text";
import { temporaryFolder } from "@anyserial/test-support/temporary-folder";
import { createDevice } from "../helpers/device.ts";
import { startCommand } from "../helpers/in-process.ts";

const SENT = [
  [["hello", "world"], "hello world"],
  [["*IDN?", "--eol", "crlf"], "*IDN?\r\n"],
  [["--hex", "01 03", "00ff"], "\x01\x03\x00\xff"],
  [["-e", "G28\\nM105\\x0a"], "G28\nM105\n"],
  [["\\n"], "\\n"],
] as const;

for (const [args, expected] of SENT) {
  test(`send ${JSON.stringify(args)} sends exactly ${JSON.stringify(expected)}`, async (t) => {
    const device = await createDevice(t);

    const command = startCommand(["send", device.path, ...args]);

    equal(await command.ended, 0);
    equal(await receiveText(device, expected.length), expected);
    equal(command.stdout.text + command.stderr.text, "");
    equal(device.applicationOpen, false);
  });
}

test("send --file sends a file as it is", async (t) => {
  const device = await createDevice(t);
  const file = join(temporaryFolder(t), "job");
  const content = Buffer.from(Array.from({ length: 1000 }, (_, index) => index % 256));
  writeFileSync(file, content);

  const command = startCommand(["send", device.path, "--file", file, "--json"]);

  equal(await receiveText(device, content.length), content.toString("latin1"));
  equal(await command.ended, 0);
  deepEqual(JSON.parse(command.stdout.text), { path: device.path, bytesSent: 1000 });
});

test("send sends standard input when there is no DATA, as it comes", async (t) => {
  const device = await createDevice(t);
  const command = startCommand(["send", device.path, "--eol", "lf"]);

  command.stdin.write("one");
  equal(await receiveText(device, 3), "one");
  command.stdin.end("two");

  equal(await receiveText(device, 4), "two\n");
  equal(await command.ended, 0);
});

test("send --until prints the reply up to the text, and nothing after it", async (t) => {
  const device = await createDevice(t);
  const command = startCommand(["send", device.path, "MEAS?", "--eol", "lf", "--until", "\\r\\n"]);

  equal(await receiveText(device, 6), "MEAS?\n");
  await device.send(Buffer.from("23.5\r"));
  await device.send(Buffer.from("\nunasked"));

  equal(await command.ended, 0);
  equal(command.stdout.text, "23.5\r\n");
});

test("send --until --json prints the reply in one object, in base64 where it is no text", async (t) => {
  const device = await createDevice(t);
  const command = startCommand(["send", device.path, "x", "--until", "\\0", "--json"]);

  await receiveText(device, 1);
  await device.send(Buffer.of(0xff, 0x00));

  equal(await command.ended, 0);
  deepEqual(JSON.parse(command.stdout.text), {
    path: device.path,
    bytesSent: 1,
    reply: { bytes: 2, base64: "/wA=", text: null },
  });
});

test("send --until --timeout ends with 124, and prints what had come", async (t) => {
  const device = await createDevice(t);
  const args = ["send", device.path, "x", "--until", "END", "--timeout", "500ms"];
  const command = startCommand(args);

  await receiveText(device, 1);
  await device.send(Buffer.from("half"));

  equal(await command.ended, 124);
  equal(command.stdout.text, "half");
  match(
    command.stderr.text,
    /^anyserial: Cannot receive the reply from port ".*": not done within 500 ms: hint: .*\n$/,
  );
});

test("send --timeout ends with 124 when the device takes nothing, and says how much it took", async (t) => {
  const device = await createDevice(t);
  const input = Buffer.alloc(1024 * 1024, 0x41);

  const command = startCommand(["send", device.path, "--timeout", "500ms"], { input });

  equal(await command.ended, 124);
  match(command.stderr.text, /^anyserial: Cannot send to port .* hint: [1-9]\d* bytes were taken/);
});

test("send that waits for the device ends at once when it is interrupted", async (t) => {
  const device = await createDevice(t);
  const command = startCommand(["send", device.path], { input: Buffer.alloc(1024 * 1024) });
  await device.receive();

  command.interrupt("SIGTERM");

  equal(await command.ended, 143);
  equal(command.stderr.text, "");
});

test("send that waits for standard input ends when it is interrupted", async (t) => {
  const device = await createDevice(t);
  const command = startCommand(["send", device.path]);
  command.stdin.write("a");
  await receiveText(device, 1);

  command.interrupt("SIGINT");

  equal(await command.ended, 130);
});

test("send opens no port for a file that is not there", async (t) => {
  const device = await createDevice(t);
  const changes = device.changes({ signal: AbortSignal.timeout(10_000) });
  const next = changes.next();

  const failed = startCommand(["send", device.path, "--file", "/nonexistent/file"]);
  equal(await failed.ended, 1);
  match(
    failed.stderr.text,
    /^anyserial: Cannot open "\/nonexistent\/file": no such file or directory \(ENOENT\)\n$/,
  );
  await device.close();

  equal((await next).done, true); // no application came before the end
});

const WRONG = [
  [["send", "/dev/null", "x", "--file", "f"], 2],
  [["send", "/dev/null", "--hex", "0"], 2],
  [["send", "/dev/null", "-e", "\\q"], 2],
  [["send", "/dev/null", "x", "--until", ""], 2],
  [["send", "/nonexistent/tty", "x"], 3],
  [["send", "/nonexistent/tty", "x", "--baud", "99999999999"], 2],
] as const;

for (const [args, code] of WRONG) {
  test(`${args.join(" ")} ends with ${code} and one line`, async () => {
    const command = startCommand(args);

    equal(await command.ended, code);
    match(command.stderr.text, /^anyserial: [^\n]+\n$/);
  });
}
