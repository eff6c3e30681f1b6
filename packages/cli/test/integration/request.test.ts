// `anyserial request` on emulated ports.

import { deepEqual, equal, match } from "node:assert/strict";
import { test } from "node:test";
import { type Framing, idleGap, lines, slip } from "anyserial/framing";
import type { VirtualPort } from "anyserial/pty";
import { createDevice } from "../helpers/device.ts";
import { startCommand } from "../helpers/in-process.ts";

/** Answers each message with others; records the messages. */
function serve<M extends string | Uint8Array>(
  device: VirtualPort,
  framing: Framing<M>,
  answer: (message: M, count: number) => Uint8Array | string | undefined,
): M[] {
  const seen: M[] = [];
  device.framed(framing).on("unsolicited", (message) => {
    const bytes = answer(message, seen.push(message));
    if (bytes !== undefined) device.trySend(Buffer.from(bytes));
  });
  return seen;
}

test("request prints the line that answers", async (t) => {
  const device = await createDevice(t);
  const seen = serve(device, lines(), () => "ACME,DMM-1\r\nlater\r\n");

  const command = startCommand(["request", device.path, "*IDN?", "now"]);

  equal(await command.ended, 0, command.stderr.text);
  equal(command.stdout.text, "ACME,DMM-1\n");
  deepEqual(seen, ["*IDN? now"]);
});

test("request --last prints all messages of the answer, --accept leaves others out", async (t) => {
  const device = await createDevice(t);
  serve(device, lines({ ending: "cr" }), () => "\r\n+CMTI: 3\r\n+CSQ: 20,99\r\n\r\nOK\r\n");

  const command = startCommand([
    "request",
    device.path,
    "AT+CSQ",
    "--eol=cr",
    "--last=^(OK|ERROR)$",
    "--accept=^(?!.CMTI).+",
    "--verbose",
  ]);

  equal(await command.ended, 0, command.stderr.text);
  equal(command.stdout.text, "+CSQ: 20,99\nOK\n");
  match(command.stderr.text, /^anyserial: other message: \+CMTI: 3$/m);
});

test("request --hex asks and answers in hexadecimal, with the checksum of the framing", async (t) => {
  const device = await createDevice(t);
  const framing = idleGap({ ms: 5, checksum: "crc16modbus" });
  const seen = serve(device, framing, () => framing.encode(Uint8Array.of(1, 3, 2, 0, 0xff)));

  const command = startCommand([
    "request",
    device.path,
    "--framing=idle-gap:5ms,checksum=crc16modbus",
    "--hex",
    "01",
    "03 0000 0001",
  ]);

  equal(await command.ended, 0, command.stderr.text);
  equal(command.stdout.text, "01 03 02 00 ff\n");
  deepEqual(
    seen.map((bytes) => [...bytes]),
    [[1, 3, 0, 0, 0, 1]],
  );
});

test("request --raw prints bytes as they are", async (t) => {
  const device = await createDevice(t);
  serve(device, slip(), () => slip().encode(Uint8Array.of(0xc0, 1)));

  const command = startCommand(["request", device.path, "a", "--framing", "slip", "--raw"]);

  equal(await command.ended, 0, command.stderr.text);
  deepEqual([...command.bytes()], [0xc0, 1]);
});

test("request --json prints the answer as an object", async (t) => {
  const device = await createDevice(t);
  serve(device, lines(), () => "21.5\n");

  const command = startCommand(["request", device.path, "MEAS?", "--json"]);

  equal(await command.ended, 0);
  deepEqual(JSON.parse(command.stdout.text), {
    path: device.path,
    answer: [{ bytes: 4, base64: "MjEuNQ==", text: "21.5" }],
  });
});

test("request escapes control characters of an answer for a terminal", async (t) => {
  const device = await createDevice(t);
  serve(device, lines({ ending: "lf" }), () => "\x1b[2Ja\rb\n");

  const shown = startCommand(["request", device.path, "x"], { isTerminal: true });
  equal(await shown.ended, 0);
  const piped = startCommand(["request", device.path, "x", "--framing=lines:lf"]);
  equal(await piped.ended, 0);

  equal(shown.stdout.text, "\\x1b[2Ja\n");
  equal(piped.stdout.text, "\x1b[2Ja\\x0db\n");
});

test("request ends with 124 when no answer came", async (t) => {
  const device = await createDevice(t);

  const command = startCommand(["request", device.path, "x", "--timeout", "50ms"]);

  equal(await command.ended, 124);
  equal(command.stdout.text, "");
  match(
    command.stderr.text,
    /^anyserial: Cannot receive the answer of port "[^"]+": not done within 50 ms: hint: .+\n$/,
  );
});

test("request --retries asks again, and ends with 124 after the last time", async (t) => {
  const device = await createDevice(t);
  const seen = serve(device, lines(), (_, count) => (count === 3 ? "late\n" : undefined));
  const ask = (data: string, retryAfter: string, ...more: string[]) =>
    startCommand([
      "request",
      device.path,
      data,
      "--retries=2",
      `--retry-after=${retryAfter}`,
      ...more,
    ]);

  const answered = ask("x", "300ms"); // long enough for an answer on a busy machine
  equal(await answered.ended, 0, answered.stderr.text);
  const unanswered = ask("y", "20ms", "--json");
  equal(await unanswered.ended, 124);

  equal(answered.stdout.text, "late\n");
  deepEqual(seen, ["x", "x", "x", "y", "y", "y"]);
  const { error } = JSON.parse(unanswered.stderr.text);
  equal(error.code, "ERR_TIMEOUT");
  match(error.message, /not done within 20 ms$/);
});

test("request ends with 12 when the answer is not a valid message", async (t) => {
  const device = await createDevice(t);
  serve(device, slip(), () => Uint8Array.of(0xdb, 0, 0xc0));

  const command = startCommand(["request", device.path, "x", "--framing", "slip"]);

  equal(await command.ended, 12);
  match(command.stderr.text, /^anyserial: Cannot decode a message of "slip": .+: hint: .+\n$/);
});

test("request ends with 9 when the device goes away", async (t) => {
  const device = await createDevice(t);
  device.framed(lines()).on("unsolicited", () => void device.close());

  const command = startCommand(["request", device.path, "x"]);

  equal(await command.ended, 9);
});

test("request ends with 130 at SIGINT", async (t) => {
  const device = await createDevice(t);
  device.framed(lines()).on("unsolicited", () => command.interrupt("SIGINT"));

  const command = startCommand(["request", device.path, "x"]);

  equal(await command.ended, 130);
  equal(command.stderr.text, "");
});

/** Each wrong command line, and its message. */
const WRONG: readonly (readonly [args: readonly string[], message: RegExp])[] = [
  [[], /needs PATH DATA/],
  [["x", "--framing=json"], /no framing "json"/],
  [["x", "--accept=("], /--accept cannot be "\("/],
  [["x", "--last=["], /--last cannot be "\["/],
  [["zz", "--hex"], /"zz" is not hexadecimal/],
  [["a\\q", "-e"], /unknown escape/],
  [["a", "--framing=slip", "--eol=cr"], /--eol has no effect/],
  [["a", "--retry-after=1s"], /--retry-after needs --retries/],
  [["a\\nb", "-e"], /line end/],
];

for (const [args, message] of WRONG) {
  test(`request ${args.join(" ")} is refused before the port is opened`, async () => {
    const command = startCommand(["request", "/nonexistent/tty", ...args]);

    equal(await command.ended, 2);
    match(command.stderr.text, message);
  });
}
