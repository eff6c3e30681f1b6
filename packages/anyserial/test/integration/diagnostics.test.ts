// Diagnostics of the library: diagnostics channels and NODE_DEBUG=anyserial, never payload.

import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { test } from "node:test";
import { alive } from "@anyserial/test-support/alive";
import { openSerialPort, type SerialError } from "anyserial";
import { createVirtualPort } from "anyserial/pty";
import { startFixture } from "../helpers/child.ts";
import { leakFree } from "../helpers/leak-free.ts";

type Told = Record<string, unknown>;

test(
  "anyserial:open, :configure and :close carry path, configuration and backend",
  leakFree(async () => {
    await using device = await createVirtualPort();
    const told = await record(async () => {
      const port = await openSerialPort(device.path, { baudRate: 1200 });
      await port.configure({ baudRate: 2400 });
      await port.close();
    });
    const { path } = device;
    const baudRates = told.map(([, message]) => (message["config"] as Told)?.["baudRate"]);

    deepEqual(
      told.map(([name, message]) => [name, message["path"]]),
      [
        ["open", path],
        ["configure", path],
        ["close", path],
      ],
    );
    deepEqual(baudRates, [1200, 2400, undefined]);
    equal(told[0]?.[1]["backend"], "linux");
    equal(told[2]?.[1]["discardedBytes"], 0);
    equal(told[2]?.[1]["cause"], undefined);
  }),
);

test(
  "anyserial:error and :close report a port that does not open, and one whose device goes away",
  leakFree(async () => {
    const device = await createVirtualPort();
    const told = await record(async () => {
      await rejects(openSerialPort("/dev/no/such/port"));
      const port = await openSerialPort(device.path);
      const failed = rejects(port.receive());
      await device.close();
      await failed;
      await alive(port.closed);
    });
    const errors = told.flatMap(([name, { error }]) =>
      name === "error" ? [(error as SerialError).name] : [],
    );
    const close = told.filter(([name]) => name === "close").map(([, { cause }]) => cause);

    equal(errors[0], "PortNotFoundError");
    equal(errors[1], "SerialDisconnectedError");
    ok(close.some((cause) => (cause as SerialError)?.name === "SerialDisconnectedError"));
  }),
);

test(
  "the channels carry only the number of bytes",
  leakFree(async () => {
    await using device = await createVirtualPort();
    const told = await record(async () => {
      await using port = await openSerialPort(device.path);
      const received = device.receive();
      await port.send(Buffer.from("secret"));
      equal((await received).length, 6);
    });

    equal(JSON.stringify(told).includes("secret"), false);
    equal(JSON.stringify(told).includes(String([...Buffer.from("secret")])), false);
  }),
);

test(
  "NODE_DEBUG=anyserial prints opening and closing on the standard error",
  leakFree(async () => {
    await using device = await createVirtualPort();
    await using child = startFixture("hold-port", {
      args: [device.path, '{"baudRate":1200}'],
      env: { NODE_DEBUG: "anyserial" },
    });
    await child.message();
    child.process.stdin?.end();
    const { code, stderr } = await child.ended();

    equal(code, 0);
    match(stderr, new RegExp(`ANYSERIAL \\d+: open ${device.path} by linux at 1200 baud`));
    match(stderr, new RegExp(`ANYSERIAL \\d+: close ${device.path}, 0 bytes discarded`));
  }),
);

/** Collects the messages of the channels while something runs. */
async function record(run: () => Promise<void>): Promise<[string, Told][]> {
  const told: [string, Told][] = [];
  const listeners = ["open", "configure", "close", "error"].map((name) => {
    const listener = (message: unknown): unknown => told.push([name, message as Told]);
    subscribe(`anyserial:${name}`, listener);
    return () => unsubscribe(`anyserial:${name}`, listener);
  });
  try {
    await run();
  } finally {
    for (const stop of listeners) stop();
  }
  return told;
}
