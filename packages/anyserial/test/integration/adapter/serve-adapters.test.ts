// Adapters that are served to other machines, with a client of our own and with the usbip program of Linux.

import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { test } from "node:test";
import { until } from "@anyserial/test-support/until";
import { serveAdapters } from "anyserial/adapter";
import { ImportedDevice, listDevices } from "../../helpers/usbip-client.ts";

const LOOPBACK = "127.0.0.1:0";
const MODEM = { dtrOn: [0x40, 1, 0x01, 0x01, 0, 0, 0, 0] } as const;
const RATE_9600 = [0x40, 3, 0x38, 0x41, 0, 0, 0, 0] as const;

async function imported(port: number, busid: string): Promise<ImportedDevice> {
  const device = await ImportedDevice.import(port, busid);
  if (typeof device === "number") throw new Error(`refused with ${device}`);
  return device;
}

test("serveAdapters() lists its adapters", async () => {
  await using served = await serveAdapters({
    listen: LOOPBACK,
    adapters: [{ chip: "ft232r" }, { chip: "ch340", busid: "scale" }, { vid: 0x1234, pid: 0x5678 }],
  });

  deepEqual(await listDevices(served.address.port), [
    "1-1 0403 6001",
    "scale 1a86 7523",
    "1-3 1234 5678",
  ]);
});

const usbip = spawnSync("usbip", ["version"]).status === 0;
test("usbip list shows the adapters", {
  skip: usbip ? false : "usbip is not installed",
}, async () => {
  await using served = await serveAdapters({ listen: LOOPBACK, adapters: [{ chip: "ft232r" }] });
  const port = String(served.address.port);
  const { stdout } = spawnSync("usbip", ["--tcp-port", port, "list", "-r", "127.0.0.1"], {
    encoding: "utf8",
  });

  ok(/1-1:.*\(0403:6001\)/.test(stdout), stdout);
});

test("an imported adapter moves bytes both ways, and settings and lines to the program", async () => {
  await using served = await serveAdapters({ listen: LOOPBACK, adapters: [{ chip: "ft232r" }] });
  const [adapter] = served.adapters;
  ok(adapter !== undefined);
  const device = await imported(served.address.port, "1-1");
  await device.control(RATE_9600);
  await device.control(MODEM.dtrOn);
  await device.write(2, Buffer.from("question"));
  equal(Buffer.from(await adapter.receive()).toString(), "question");
  await adapter.send(Buffer.from("answer"));
  const { data } = await device.read(1);

  deepEqual([...data.subarray(2)], [...Buffer.from("answer")]);
  equal(adapter.settings().baudRate, 9600);
  deepEqual([adapter.lines().dtr, adapter.lines().rts], [true, false]);
});

test("changes() of an adapter reports opening, lines and unplugging", async () => {
  await using served = await serveAdapters({ listen: LOOPBACK, adapters: [{ chip: "ft232r" }] });
  const [adapter] = served.adapters;
  ok(adapter !== undefined);
  const changes = adapter.changes();
  const device = await imported(served.address.port, "1-1");
  void device.read(1);
  await device.control(MODEM.dtrOn);
  const first = [await changes.next(), await changes.next()].map(({ value }) => value?.kind);
  device.unplug();
  const rest: string[] = [];
  while (!rest.includes("unplug")) rest.push((await changes.next()).value?.kind ?? "");

  deepEqual(first, ["open", "lines"]);
  ok(rest.includes("close"));
  equal(adapter.isPlugged, false);
});

test("setModemLines() and inject() reach the chip in order with the bytes", async () => {
  await using served = await serveAdapters({ listen: LOOPBACK, adapters: [{ chip: "ft232r" }] });
  const [adapter] = served.adapters;
  ok(adapter !== undefined);
  const changes = adapter.changes();
  const device = await imported(served.address.port, "1-1");
  const first = device.read(1);
  equal((await changes.next()).value?.kind, "open"); // a broken character is lost before that
  await adapter.send(Buffer.from("a"));
  await adapter.inject({ kind: "parity", byte: 0x50 });
  await adapter.setModemLines({ cts: true });
  const transfers = [[...(await first).data]];
  while (transfers.length < 3) transfers.push([...(await device.read(1)).data]);

  deepEqual(transfers, [
    [0x01, 0x60, 0x61],
    [0x01, 0x64, 0x50],
    [0x11, 0x60],
  ]);
});

test("an adapter belongs to one machine at a time", async () => {
  await using served = await serveAdapters({ listen: LOOPBACK, adapters: [{}] });
  const { port } = served.address;
  const first = await imported(port, "1-1");

  equal(await ImportedDevice.import(port, "1-1"), 2);
  equal(await ImportedDevice.import(port, "9-9"), 4);
  first.unplug();
  await until("it is free", async () => {
    const again = await ImportedDevice.import(port, "1-1");
    if (typeof again === "number") return false;
    again.unplug();
    return true;
  });
});

test("unplug() takes the adapter away and off the list, plug() brings it back", async () => {
  await using served = await serveAdapters({ listen: LOOPBACK, adapters: [{}] });
  const [adapter] = served.adapters;
  ok(adapter !== undefined);
  const device = await imported(served.address.port, "1-1");
  const closed = once(device.socket, "close");
  await adapter.unplug();
  await closed;
  deepEqual(await listDevices(served.address.port), []);
  await adapter.plug();

  deepEqual(await listDevices(served.address.port), ["1-1 1209 0001"]);
});

test("a host that does not read its bytes holds the program's send() back, and loses none", async () => {
  await using served = await serveAdapters({ listen: LOOPBACK, adapters: [{}] });
  const [adapter] = served.adapters;
  ok(adapter !== undefined);
  const device = await imported(served.address.port, "1-1");
  await until("it is plugged in", () => adapter.isPlugged);
  const all = Uint8Array.from({ length: 200_000 }, (_, at) => (at * 7) & 0xff);
  const sent = adapter.send(all);
  const received: Buffer[] = [];
  let length = 0;
  while (length < all.length) {
    const { data } = await device.read(1, 1024);
    received.push(data);
    length += data.length;
  }
  await sent;

  deepEqual(Uint8Array.from(Buffer.concat(received)), all);
});

test("a program that does not receive holds the host back, and loses none", async () => {
  await using served = await serveAdapters({ listen: LOOPBACK, adapters: [{}] });
  const [adapter] = served.adapters;
  ok(adapter !== undefined);
  const device = await imported(served.address.port, "1-1");
  const chunk = Uint8Array.from({ length: 10_000 }, (_, at) => at & 0xff);
  let answered = 0;
  const writes = Array.from({ length: 20 }, () =>
    device.write(2, chunk).then(() => {
      answered++;
    }),
  );
  const status = await device.control([0xa1, 0x21, 0, 0, 0, 0, 7, 0]); // answered meanwhile
  equal(status.data.length, 7);
  ok(answered < 20);
  let received = 0;
  while (received < 20 * chunk.length) received += (await adapter.receive()).length;
  await Promise.all(writes);

  equal(answered, 20);
});

test("a client that does not speak the protocol is cut off", async () => {
  await using served = await serveAdapters({ listen: LOOPBACK, adapters: [{}] });
  for (const noise of ["GET / HTTP/1.1\r\n\r\n", "\x01\x11\x80\x04\0\0\0\0"]) {
    const device = await imported(served.address.port, "1-1");
    const closed = once(device.socket, "close");
    device.socket.write(Buffer.alloc(48, noise));
    await closed;
    await until("it is free", () => served.adapters[0]?.isPlugged === false);
  }
});

test("serveAdapters() says that the address is taken", async () => {
  const holder = createServer().listen(0, "127.0.0.1");
  await once(holder, "listening");
  const { port } = holder.address() as { port: number };

  await rejects(serveAdapters({ listen: `127.0.0.1:${port}`, adapters: [] }), {
    name: "SerialError",
    code: "EADDRINUSE",
  });
  holder.close();
});

for (const [what, options] of [
  ["a chip", { adapters: [{ chip: "ft999" }] }],
  ["a name", { adapters: [{ busid: "no spaces" }] }],
  ["two of one name", { adapters: [{ busid: "a" }, { busid: "a" }] }],
  ["an address", { listen: "3240", adapters: [] }],
  ["an id", { adapters: [{ vid: 0x10000 }] }],
  ["a text", { adapters: [{ product: "x".repeat(127) }] }],
] as const) {
  test(`serveAdapters() refuses ${what} that cannot be`, async () => {
    await rejects(serveAdapters(options as never), {
      name: "ConfigurationError",
      code: "ERR_INVALID_ARG_VALUE",
    });
  });
}
