// Settings on the driver of the adapter that ANYSERIAL_TEST_PORT names: a setting that it takes
// passes bytes, a setting that it changes is reported.

import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "node:test";
import {
  inspectSerialPort,
  listSerialPorts,
  openSerialPort,
  type SerialConfigInput,
  type SerialPort,
} from "anyserial";
import { findAdapter } from "../helpers/adapter.ts";

const adapter = await findAdapter();
const skip = adapter.unusable ?? false;
const everyByte = Uint8Array.from({ length: 256 }, (_, value) => value);

/** A wire that stays silent ends the wait, in milliseconds. */
const REPLY_MS = 5000;

async function passes(config: SerialConfigInput, bytes: Uint8Array): Promise<void> {
  const { a, b, close } = await adapter.ends.open({ a: config, b: config });
  try {
    await a.send(bytes);
    const received = await receive(b, bytes.length);
    deepEqual(received, Buffer.from(bytes));
    await a.drainExact();
  } finally {
    await Promise.all([a.close(), b.close()]);
    await close?.();
  }
}

async function receive(port: SerialPort, count: number): Promise<Buffer> {
  return Buffer.from(
    await port.reader.receiveExactly(count, { signal: AbortSignal.timeout(REPLY_MS) }),
  );
}

for (const baudRate of [1200, 9600, 57_600, 115_200, 250_000, 921_600]) {
  test(`every byte passes at ${baudRate} baud, or the driver says that it has no such rate`, {
    skip,
  }, async (t) => {
    const refusal = await refusalOf({ baudRate });
    if (refusal !== undefined) return t.skip(refusal);

    await passes({ baudRate }, everyByte);
  });
}

for (const config of [
  { dataBits: 7, parity: "even" },
  { dataBits: 8, parity: "odd" },
  { dataBits: 8, parity: "mark" },
  { dataBits: 8, stopBits: 2 },
] satisfies SerialConfigInput[]) {
  test(`bytes pass with ${JSON.stringify(config)}, or the driver says that it has no such framing`, {
    skip,
  }, async (t) => {
    const refusal = await refusalOf(config);
    if (refusal !== undefined) return t.skip(refusal);

    await passes(config, everyByte.subarray(0, 128));
  });
}

test("listSerialPorts() lists the adapter", { skip }, async (t) => {
  const { isPseudoTerminal } = await inspectSerialPort(adapter.paths.a);
  if (isPseudoTerminal) return t.skip("a pty is not listed");
  const port = await openSerialPort(adapter.paths.a);
  const { info } = port;
  await port.close();
  const listed = (await listSerialPorts()).map(({ path }) => path);

  ok(info !== undefined && listed.includes(info.path), `${info?.path} of ${listed}`);
});

test("close() leaves low latency as it was", { skip }, async (t) => {
  const { lowLatency } = await inspectSerialPort(adapter.paths.a);
  const refusal = await refusalOf({ lowLatency: true });
  if (refusal !== undefined) return t.skip(refusal);

  await passes({ lowLatency: true }, everyByte);

  equal((await inspectSerialPort(adapter.paths.a)).lowLatency, lowLatency);
});

/** The driver's objection to settings; `undefined` where it takes them. */
async function refusalOf(config: SerialConfigInput): Promise<string | undefined> {
  try {
    await using _port = await openSerialPort(adapter.paths.a, config);
    return undefined;
  } catch (error) {
    if (error instanceof Error && error.name.startsWith("Unsupported")) return error.message;
    throw error;
  }
}
