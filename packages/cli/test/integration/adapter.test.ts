// `anyserial adapter`, served to a client that imports it by USB/IP.

import { deepEqual, equal, match } from "node:assert/strict";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { test } from "node:test";
import { type RunningCommand, startCommand } from "../helpers/in-process.ts";

const HEAD_BYTES = 48;

/** Starts the command on a free port of the system. */
async function startAdapter(
  ...args: readonly string[]
): Promise<{ readonly command: RunningCommand; readonly port: number }> {
  const command = startCommand(["adapter", "--listen", "127.0.0.1:0", ...args]);
  await command.stderr.until(/ at \S+\n/);
  const [, digits] = /:(\d+)\n/.exec(command.stderr.text) ?? [];
  return { command, port: Number(digits) };
}

/** Imports the device 1-1. @returns The connection, and the record of the device. */
async function importDevice(port: number): Promise<{ socket: Socket; record: Buffer }> {
  const socket = connect(port, "127.0.0.1");
  await once(socket, "connect");
  const request = Buffer.alloc(40);
  request.write("0111800300000000", "hex");
  request.write("1-1", 8);
  socket.write(request);
  return { socket, record: await take(socket, 320) };
}

async function take(socket: Socket, length: number): Promise<Buffer> {
  for (;;) {
    const bytes = socket.read(length) as Buffer | null;
    if (bytes !== null) return bytes;
    await once(socket, "readable");
  }
}

/** A transfer as the kernel makes it; `setup` for endpoint 0. */
function submit(
  endpoint: number,
  { isIn, length, setup }: { isIn: boolean; length: number; setup?: readonly number[] },
): Buffer {
  const head = Buffer.alloc(HEAD_BYTES);
  head.writeUInt32BE(1, 0);
  head.writeUInt32BE(1 + endpoint, 4);
  head.writeUInt32BE(isIn ? 1 : 0, 12);
  head.writeUInt32BE(endpoint, 16);
  head.writeUInt32BE(length, 24);
  head.set(setup ?? [], 40);
  return head;
}

test("adapter prints the bytes of the application, sends standard input, and reports lines", async () => {
  const { command, port } = await startAdapter("--chip", "cp2102", "--id", "1234:abcd");
  const { socket, record } = await importDevice(port);
  equal(record.subarray(8 + 300, 8 + 304).toString("hex"), "1234abcd");
  socket.write(submit(0, { isIn: false, length: 0, setup: [0x41, 7, 0x01, 0x01, 0, 0, 0, 0] }));
  await take(socket, HEAD_BYTES);
  await command.stderr.until(/DTR on, RTS off/);
  socket.write(Buffer.concat([submit(2, { isIn: false, length: 5 }), Buffer.from("hello")]));
  await take(socket, HEAD_BYTES);
  await command.stdout.until(/hello/);
  command.stdin.write("back");
  socket.write(submit(1, { isIn: true, length: 64 }));
  const answer = await take(socket, HEAD_BYTES + 4);
  deepEqual(answer.subarray(HEAD_BYTES).toString(), "back");
  await command.stderr.until(/opened the port/);
  const closed = once(socket, "close");
  command.interrupt("SIGINT");
  equal(await command.ended, 130);
  socket.resume();
  await closed;
});

for (const [args, said] of [
  [["--id", "0403"], /give both ids in hexadecimal/],
  [["--listen", "0.0.0.0:0"], /reachable from other machines/],
  [["--listen", "unix:/tmp/x"], /TCP only/],
  [["--chip", "ft999"], /ft232r/],
] as const) {
  test(`adapter ${args.join(" ")} is a mistake, and the message says what to write`, async () => {
    const command = startCommand(["adapter", ...args]);

    equal(await command.ended, 2);
    match(command.stderr.text, said);
  });
}
