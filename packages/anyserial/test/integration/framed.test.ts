// Messages over real ptys: a port, a device and a blocking port.

import { deepEqual, equal, throws } from "node:assert/strict";
import { test } from "node:test";
import { openSerialPort } from "anyserial";
import { custom, idleGap, lines } from "anyserial/framing";
import { createVirtualPort } from "anyserial/pty";
import { openSerialPortSync } from "anyserial/sync";
import { startFixture } from "../helpers/child.ts";
import { latin1, shown } from "../helpers/framing.ts";

test("a port and an emulated device talk in lines", async () => {
  await using device = await createVirtualPort();
  await using port = await openSerialPort(device.path);
  const instrument = port.framed(lines({ ending: "crlf" }));
  const server = device.framed(lines({ ending: "crlf" }));
  const answered = server.receive().then((line) => server.send(`${line}: 21.5`));

  equal(await instrument.request("MEAS"), "MEAS: 21.5");
  await answered;
});

test("idleGap() on an emulated device uses the rate that the application has set", async () => {
  await using device = await createVirtualPort();
  await using port = await openSerialPort(device.path, { baudRate: 1200 });
  const received = device.framed(idleGap()).receive();

  await port.send(latin1("ab"));

  equal(shown(await received), "ab");
});

test("framed() of a blocking port asks, and keeps what answers nothing", async () => {
  await using device = await createVirtualPort();
  using port = openSerialPortSync(device.path);
  const instrument = port.framed(lines());
  await device.send(latin1("boot\n+RING\nOK\npart"));

  equal(instrument.receive({ timeoutMs: 5000 }), "boot");
  equal(instrument.receive({ timeoutMs: 5000 }), "+RING");
  equal(port.framed(lines()).receive({ timeoutMs: 5000 }), "OK");
  throws(() => instrument.receive({ timeoutMs: 0 }), { name: "TimeoutError" });
  await device.send(latin1("ial\n"));
  equal(instrument.receive({ timeoutMs: 5000 }), "partial");

  instrument.send("AT");
  equal(await device.framed(lines()).receive(), "AT");
});

test("request() of a blocking port takes nothing that came before it, and asks again", async () => {
  await using device = await createVirtualPort();
  using port = openSerialPortSync(device.path);
  const instrument = port.framed(lines());
  await device.send(latin1("old\n"));

  throws(
    () =>
      instrument.request("a", { timeoutMs: 5000, retries: 1, retryAfterMs: 1, discardStale: 1 }),
    {
      name: "TimeoutError",
    },
  );

  equal(instrument.receive({ timeoutMs: 5000 }), "old");
  const server = device.framed(lines());
  equal(await server.receive(), "a");
  equal(await server.receive(), "a");
});

test("requestAll() of a blocking port gives an answer of several messages", async () => {
  await using child = startFixture("echo-device", { args: ["echo"] });
  const { path } = (await child.message()) as { path: string };
  using port = openSerialPortSync(path);
  const characters = port.framed(custom(() => 1)); // it is sent whole, and echoed one by one
  const until = (byte: Uint8Array): boolean => shown(byte) === ".";
  const accept = (byte: Uint8Array): boolean => shown(byte) !== "+";
  const options = { until, accept, timeoutMs: 5000 };

  const answer = characters.requestAll(latin1("a+b."), options);

  deepEqual(answer.map(shown), ["a", "b", "."]);
  equal(shown(characters.receive({ timeoutMs: 0 })), "+");
  throws(() => characters.requestAll(latin1("ab"), { ...options, timeoutMs: 20 }), {
    name: "TimeoutError",
  });
});

test("idleGap() on a blocking port ends a message by silence", async () => {
  await using device = await createVirtualPort();
  using port = openSerialPortSync(device.path);
  await device.send(latin1("abc"));

  equal(shown(port.framed(idleGap({ ms: 2 })).receive({ timeoutMs: 5000 })), "abc");
});
