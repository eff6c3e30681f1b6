// Ports that are opened in place of another library, over a pty.

import { equal, rejects } from "node:assert/strict";
import { test } from "node:test";
import { until } from "@anyserial/test-support/until";
import { inspectSerialPort, openSerialPort } from "anyserial";
import { isLowLatency, openTuned } from "anyserial/internal";
import { createVirtualPort } from "anyserial/pty";

const TUNING = {
  sendsXoff: false,
  anyRestarts: false,
  dropsDamaged: true,
  minimumBytes: 1,
  timeoutTenths: 0,
  rtsMode: "handshake",
} as const;
const HOW = { tuning: TUNING, onRefused: () => undefined };

test("openTuned() waits for as many bytes as the tuning says", async () => {
  await using device = await createVirtualPort();
  await using port = await openTuned(
    device.path,
    {},
    { ...HOW, tuning: { ...TUNING, minimumBytes: 3 } },
  );
  let got = 0;
  const receiving = port.receiveInto(new Uint8Array(8)).then((count) => {
    got = count;
  });

  await device.send(Buffer.from("ab"));
  await until(
    "two bytes wait",
    async () => (await inspectSerialPort(device.path)).inputWaiting === 2,
  );
  equal(got, 0);
  await device.send(Buffer.from("c"));
  await receiving;

  equal(got, 3);
});

test("openTuned() fails as openSerialPort() does", async () => {
  const path = "/dev/ttyNothing";

  await rejects(openTuned(path, {}, HOW), { code: "ENOENT", path });
  await rejects(openSerialPort(path), { code: "ENOENT", path });
});

test("isLowLatency() is false or unknown on a pty", async () => {
  await using device = await createVirtualPort();
  await using port = await openTuned(device.path, {}, HOW);

  equal(isLowLatency(port) ?? false, false);
});
