// The kernel's CDC-ACM device and its own host driver: two real ports in one machine, ttyACM0 and ttyGS0.

import { deepEqual, equal, ok, rejects, throws } from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { until } from "@anyserial/test-support/until";
import {
  findSerialPort,
  openSerialPort,
  SerialDisconnectedError,
  type SerialPort,
} from "anyserial";
import { AcmGadget, DEVICE_SIDE } from "../gadget/acm-gadget.ts";

/** The device's side keeps the settings that it has, whatever is asked for. */
const AS_IT_IS = { unsupportedPolicy: "ignore" } as const;
const BYTES_EACH_WAY = 100_000_000;
const CHUNK = 65_536;
const MORE_THAN_FITS = 1024 * 1024;
const GONE = { name: "SerialDisconnectedError" };
const NOT_SUPPORTED = { name: "UnsupportedFeatureError" };

const gadget = AcmGadget.create();
let hostSide = await gadget.plug();

test("findSerialPort() names the driver of a CDC-ACM device", async () => {
  const port = await findSerialPort({ serialNumber: "ACM-PAIR" });

  deepEqual([port?.path, port?.driver, port?.vid], [hostSide, "cdc_acm", 0x1d6b]);
});

test("openSerialPort() reports that the device's side keeps its own settings, and accepts them by policy", async () => {
  await rejects(openSerialPort(DEVICE_SIDE, { baudRate: 115_200 }), {
    name: "UnsupportedConfigurationError",
  });
  await using port = await openSerialPort(DEVICE_SIDE, { baudRate: 115_200, ...AS_IT_IS });

  equal((await port.effectiveConfig()).baudRate, 9600);
});

test("a driver without modem lines says so, and still moves bytes", async () => {
  const lines = { controlLines: { dtr: true, rts: true } } as const;
  await rejects(openSerialPort(DEVICE_SIDE, { baudRate: 9600, ...lines }), NOT_SUPPORTED);
  await using port = await openSerialPort(DEVICE_SIDE, { ...lines, ...AS_IT_IS });
  equal(port.capabilities.modemLines, "unsupported");
  await rejects(port.modemLines(), NOT_SUPPORTED);
  await rejects(port.setControlLines({ dtr: true }), NOT_SUPPORTED);
  throws(() => port.modemLineChanges(), NOT_SUPPORTED);
  await using host = await openSerialPort(hostSide);
  await host.send(Buffer.from("moves"));

  equal(Buffer.from(await port.reader.receiveExactly(5)).toString(), "moves");
});

test("a driver that sends no break says so, and receives one", async () => {
  await using host = await openSerialPort(hostSide, { lineErrors: "mark" });
  await using device = await openSerialPort(DEVICE_SIDE, AS_IT_IS);
  await rejects(host.sendBreak({ durationMs: 1 }), NOT_SUPPORTED);
  await device.sendBreak({ durationMs: 1 });

  deepEqual((await host.receiveEvents().next()).value, { kind: "break" });
  equal((await host.lineErrors()).break, 1);
});

test("modemLines() of the host's side follows whether the device's side is open", async () => {
  await using host = await openSerialPort(hostSide);
  const isReady = async (): Promise<boolean> => {
    const { dsr, dcd } = await host.modemLines();
    return dsr && dcd;
  };
  equal(await isReady(), false);
  const device = await openSerialPort(DEVICE_SIDE, AS_IT_IS);
  await until("the lines rise", isReady);
  await device.close();

  await until("the lines fall", async () => !(await isReady()));
});

test("100 MB go each way at the same time, and arrive as they were sent", async () => {
  await using host = await openSerialPort(hostSide);
  await using device = await openSerialPort(DEVICE_SIDE, AS_IT_IS);
  const [atDevice, atHost, fromHost, fromDevice] = await Promise.all([
    receiveAll(device),
    receiveAll(host),
    sendAll(host, 1),
    sendAll(device, 2),
  ]);

  equal(atDevice, fromHost);
  equal(atHost, fromDevice);
});

test("unbinding the device is an unplug for whoever waits on the host's side", async () => {
  const host = await openSerialPort(hostSide);
  const device = await openSerialPort(DEVICE_SIDE, AS_IT_IS);
  const failed = Promise.all([
    rejects(host.receive(), GONE),
    rejects(host.send(new Uint8Array(MORE_THAN_FITS)), GONE),
  ]);
  await until("the sender waits", () => host.stats().waits > 1);
  gadget.unplug();
  await failed;
  ok((await host.closed) instanceof SerialDisconnectedError);
  await host.close();
  await device.close();
  hostSide = await gadget.plug();
});

test("drain() that waits ends when the device is unplugged, and closed reports that it was", async () => {
  const host = await openSerialPort(hostSide, { baudRate: 3_000_000 });
  const device = await openSerialPort(DEVICE_SIDE, AS_IT_IS);
  const failed = rejects(host.send(new Uint8Array(MORE_THAN_FITS)), GONE);
  await until("the sender waits", () => host.stats().waits > 0);
  ok((await host.outputWaiting()) > 0);
  // Bytes that the driver could not send leave its queue as well: that can be seen before the hub
  // reports it.
  const ended = host.drain().catch((error: unknown) => error);
  gadget.unplug();
  const outcome = await ended;
  await failed;
  const cause = await host.closed;

  ok(cause instanceof SerialDisconnectedError);
  ok(outcome === undefined || outcome instanceof SerialDisconnectedError);
  await host.close();
  await device.close();
  hostSide = await gadget.plug();
});

/** Sends pseudo-random bytes. @returns Their checksum. */
async function sendAll(port: SerialPort, seed: number): Promise<string> {
  const hash = createHash("sha1");
  const words = new Uint32Array(CHUNK / 4);
  const chunk = new Uint8Array(words.buffer);
  let state = seed;
  for (let left = BYTES_EACH_WAY; left > 0; left -= CHUNK) {
    // Each chunk is another one, so that one that comes twice or not at all is found.
    for (let at = 0; at < words.length; at += 64) {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      words[at] = state;
    }
    const data = chunk.subarray(0, Math.min(left, CHUNK));
    hash.update(data);
    await port.send(data);
  }
  return hash.digest("hex");
}

/** Receives as many. @returns Their checksum. */
async function receiveAll(port: SerialPort): Promise<string> {
  const hash = createHash("sha1");
  const into = new Uint8Array(CHUNK);
  for (let left = BYTES_EACH_WAY; left > 0; ) {
    const count = await port.receiveInto(into.subarray(0, Math.min(left, CHUNK)));
    hash.update(into.subarray(0, count));
    left -= count;
  }
  return hash.digest("hex");
}
