// Settings that follow, from an emulated port and from clients; with our own RFC 2217 server as the far end, which shows
// the settings that arrive.

import { deepEqual, equal, match, ok } from "node:assert/strict";
import { test } from "node:test";
import type { MemberConfig } from "@anyserial/hub";
import { nextTask } from "@anyserial/test-support/tasks";
import { until } from "@anyserial/test-support/until";
import { openSerialPort, type SerialPort } from "anyserial";
import { BenchHub } from "../helpers/bench-hub.ts";
import { type FarPort, farPort } from "../helpers/far-port.ts";

/** A hub with `real`, which follows `app`. */
async function start(
  far: FarPort,
  app: MemberConfig | undefined = undefined,
  real: Partial<MemberConfig> = {},
): Promise<BenchHub> {
  const bench = BenchHub.prepare();
  const members: Record<string, MemberConfig> = {
    app: app ?? { port: bench.path("app") },
    real: { serial: far.address, follow: "app", ...real } as MemberConfig,
  };
  await bench.run({ networks: { net: { topology: "pair", members } } });
  await bench.event("member-open", "real");
  return bench;
}

async function receive(from: SerialPort, count: number): Promise<number[]> {
  const all: number[] = [];
  while (all.length < count) all.push(...(await from.receive()));
  return all;
}

test("a real port takes the rate, stop bits and flow control of an application that only listens", async () => {
  await using far = await farPort();
  await using bench = await start(far);

  await bench.open("app", { baudRate: 9600, stopBits: 2, flowControl: { xonXoff: true } });

  await until("it has arrived", () => far.pair.a.config.baudRate === 9600);
  const { stopBits, flowControl } = far.pair.a.config;
  deepEqual([stopBits, flowControl.xonXoff], [2, true]);
  await until("its answer is here", () => bench.member("real").settings?.baudRate === 9600);
  deepEqual(bench.member("real").follows, { member: "app", refused: undefined });
});

test("a real port keeps the data bits and the parity of its configuration for a pty", async () => {
  await using far = await farPort();
  await using bench = await start(far, undefined, { parity: "even", dataBits: 7 });

  await bench.open("app", { baudRate: 2400 });

  await until("it has arrived", () => far.pair.a.config.baudRate === 2400);
  deepEqual([far.pair.a.config.parity, far.pair.a.config.dataBits], ["even", 7]);
});

test("an application that sets nothing finds the settings of the real port, and leaves them", async () => {
  await using far = await farPort();
  await using bench = await start(far, undefined, { baudRate: 19_200 });
  equal(bench.member("app").settings?.baudRate, 19_200);

  await bench.open("app", { baudRate: 115_200 });
  await until("the default of others is a change here", () => {
    return far.pair.a.config.baudRate === 115_200;
  });
});

test("bytes go out with the settings that were set before them", async () => {
  await using far = await farPort();
  await using bench = await start(far);
  const app = await bench.open("app", { baudRate: 9600 });
  const rates: number[] = [];

  for (const baudRate of [1200, 57_600, 300]) {
    await app.configure({ baudRate });
    await app.send(Uint8Array.of(65));
    await receive(far.pair.b, 1);
    rates.push(far.pair.a.config.baudRate);
  }

  deepEqual(rates, [1200, 57_600, 300]);
});

test("a refusal of the driver is an event, and is seen in the status until it takes others", async () => {
  await using far = await farPort();
  await using bench = await start(far);
  const configure = far.pair.a.configure.bind(far.pair.a);
  far.pair.a.configure = async (config) => {
    if (config.baudRate === 50) throw new Error("no such rate");
    await configure(config);
  };
  const app = await bench.open("app");

  await app.configure({ baudRate: 50 });

  const { of, error } = await bench.event("settings-refused", "real");
  equal(of, "app");
  match(error.message, /baudRate/);
  equal(bench.member("real").follows?.refused, error.message);
  await app.configure({ baudRate: 600 });
  await until("others are taken", () => bench.member("real").follows?.refused === undefined);
  equal(far.pair.a.config.baudRate, 600);
  equal(bench.told("settings-refused").length, 1);
});

test("a client of a remote member sets the whole line, and gets the settings in force", async () => {
  await using far = await farPort();
  await using bench = await start(far, { remote: { listen: "127.0.0.1:0" } });
  const config = { baudRate: 2400, dataBits: 7, parity: "even", stopBits: 2 } as const;

  await using client = await openSerialPort(bench.member("app").path, config);

  const { baudRate, dataBits, parity, stopBits } = far.pair.a.config;
  deepEqual({ baudRate, dataBits, parity, stopBits }, config);
  equal(client.config.baudRate, 2400);
  await client.send(Uint8Array.of(1, 2));
  deepEqual(await receive(far.pair.b, 2), [1, 2]);
});

test("a client that asks for the rate that a remote member begins with changes the port all the same", async () => {
  await using far = await farPort();
  await using bench = await start(far, { remote: { listen: "127.0.0.1:0" } }, { baudRate: 300 });

  await using client = await openSerialPort(bench.member("app").path, { baudRate: 115_200 });

  equal(far.pair.a.config.baudRate, 115_200);
  ok(client.isOpen);
});

test("a client discards bytes on their way, to it and to the port", async () => {
  await using far = await farPort();
  await using bench = await start(far, { remote: { listen: "127.0.0.1:0" } });
  await using client = await openSerialPort(bench.member("app").path);
  let discarded = 0;
  const discard = far.pair.a.discardOutput.bind(far.pair.a);
  far.pair.a.discardOutput = async () => {
    discarded++;
    await discard();
  };

  await client.discardOutput();
  await client.discardInput();

  equal(discarded, 1);
});

test("a port that comes back gets the settings that were asked for while it was away", async () => {
  await using far = await farPort();
  const bench = await start(far);
  await using _closed = bench;
  await bench.hub.reload({
    networks: {
      net: {
        topology: "pair",
        members: { app: { port: bench.path("app") }, gone: { stdio: true } },
      },
    },
  });
  const app = await bench.open("app", { baudRate: 4800 });
  await nextTask();

  const { members } = bench.hub.config.networks["net"] ?? {};
  const real = { serial: far.address, follow: "app" } as const;
  const { gone: _gone, ...others } = members ?? {};
  await bench.hub.reload({ networks: { net: { topology: "pair", members: { ...others, real } } } });

  await until("it has the rate", () => far.pair.a.config.baudRate === 4800);
  ok(app.isOpen);
});
