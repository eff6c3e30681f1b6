// An FT232R that accepts nothing any more, and one that is pulled out in the middle of a write.

import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { after, afterEach, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { until } from "@anyserial/test-support/until";
import {
  openSerialPort,
  type SendAbortedError,
  type SerialConfigInput,
  SerialDisconnectedError,
  type SerialPort,
} from "anyserial";
import { ChipBoard } from "../gadget/chips.ts";

/** More than the driver's queue and the chip hold. */
const BYTES = Buffer.from(Array.from({ length: 64 * 1024 }, (_, at) => at % 251));
/** The kernel itself would let a close wait for 30 seconds. */
const LIMITED = { timeout: 25_000 };

const board = await ChipBoard.create({ model: "ft232r", serialNumber: "STALLS" });
after(() => board.close());
const chip = board.chips[0] as ChipBoard["chips"][number];
let path = await chip.plug();

afterEach(() => chip.setStalled(false));

/** Opens the port of a chip that accepts one packet more. */
async function openStalled(config: SerialConfigInput = {}): Promise<SerialPort> {
  const port = await openSerialPort(path, config);
  await chip.takeSent();
  await chip.setStalled(true);
  return port;
}

/** Lets the chip accept again, and takes bytes that leave it until there are this many. */
async function sent(count: number): Promise<Buffer> {
  await chip.setStalled(false);
  const parts: Uint8Array[] = [];
  await until(`${count} bytes have left the chip`, async () => {
    parts.push(await chip.takeSent());
    return parts.reduce((sum, { length }) => sum + length, 0) >= count;
  });
  return Buffer.concat(parts);
}

/** Starts to send more than fits, and waits until nothing goes any more. */
async function startSending(
  port: SerialPort,
  signal?: AbortSignal,
): Promise<{ readonly failed: Promise<unknown> }> {
  const failed = port.send(BYTES, { signal }).then(
    () => undefined,
    (error: unknown) => error,
  );
  await until("the sender waits", () => port.stats().waits > 0);
  await delay(50); // for bytes that the chip took ahead to make room once more
  return { failed };
}

test("send() aborted at a chip that stalls reports how many bytes go out", LIMITED, async () => {
  await using port = await openStalled();
  const controller = new AbortController();
  const { failed } = await startSending(port, controller.signal);
  controller.abort();
  const written = ((await failed) as SendAbortedError).bytesWritten;
  ok(written > 0 && written < BYTES.length, `${written} bytes`);

  deepEqual(await sent(written), BYTES.subarray(0, written));
  await port.drainExact();
  equal((await chip.takeSent()).length, 0);
});

test("drain() waits for a chip that stalls, and can be aborted", LIMITED, async () => {
  await using port = await openStalled();
  const accepted = port.trySend(BYTES);
  const draining = port.drain();
  await rejects(port.drain({ signal: AbortSignal.timeout(20) }), { name: "TimeoutError" });
  ok((await port.outputWaiting()) > 0);

  equal((await sent(accepted)).length, accepted);
  await draining;
  equal(await port.outputWaiting(), 0);
});

test(
  "drainExact() waits for bytes that the chip itself holds, and can be aborted",
  LIMITED,
  async () => {
    await using port = await openStalled();
    await port.send(Buffer.from("in the chip"));
    await port.drain();
    await rejects(port.drainExact({ signal: AbortSignal.timeout(100) }), { name: "TimeoutError" });
    const draining = port.drainExact();

    equal((await sent(11)).toString(), "in the chip");
    await draining;
  },
);

test(
  "close() at a chip that stalls lets everything else run, and the port opens again",
  LIMITED,
  async () => {
    const port = await openStalled();
    port.trySend(BYTES);
    const closing = port.close();
    equal(
      await Promise.race([closing, chip.state().then(() => "something else")]),
      "something else",
    );
    await closing;
    await chip.setStalled(false);
    await using again = await openSerialPort(path);
    await chip.takeSent();
    await again.send(Buffer.from("again"));

    equal((await sent(5)).toString(), "again");
  },
);

test("send() waits for CTS under RTS/CTS flow control", LIMITED, async () => {
  await chip.setLines({ cts: false });
  await using port = await openSerialPort(path, { flowControl: { rtsCts: true } });
  await chip.takeSent();
  const { failed } = await startSending(port);
  equal((await chip.takeSent()).length, 0);
  await chip.setLines({ cts: true });

  deepEqual(await sent(BYTES.length), BYTES);
  equal(await failed, undefined);
  await chip.setLines({ cts: false });
});

test(
  "send() that is in the middle of its bytes fails when the chip is pulled out",
  LIMITED,
  async () => {
    await using port = await openStalled();
    const { failed } = await startSending(port);
    await chip.unplug();
    const error = await failed;
    ok(error instanceof SerialDisconnectedError, String(error));
    equal(error.bytesWritten, port.stats().bytesOut);
    ok((await port.closed) instanceof SerialDisconnectedError);
    await port.close();

    path = await chip.plug();
  },
);

test("drainExact() fails when the chip is pulled out while it waits", LIMITED, async () => {
  await using port = await openStalled();
  await port.send(Buffer.from("in the chip"));
  await port.drain();
  const failed = rejects(port.drainExact(), { name: "SerialDisconnectedError" });
  await delay(50);
  await chip.unplug();
  await failed;
  await port.close();

  path = await chip.plug();
});
