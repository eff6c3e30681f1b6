// An adapter that is plugged in over the network, by the program `usbip` of Debian: this end serves it in one network
// namespace, the other end attaches it in another one.

import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { execFile } from "node:child_process";
import { after, test } from "node:test";
import { promisify } from "node:util";
import { until } from "@anyserial/test-support/until";
import { listSerialPorts, openSerialPort } from "anyserial";
import { serveAdapters } from "anyserial/adapter";
import { missing, pathOf, programEnvironment } from "../helpers/debian-programs.ts";
import { Namespaces } from "../helpers/namespace.ts";
import { takenPorts } from "../helpers/vhci-ports.ts";

const run = promisify(execFile);
const options = { skip: missing("usbip") };
const networks = new Namespaces();
after(() => networks.close());
const served = await serveAdapters({
  listen: `${networks.near}:0`,
  adapters: [
    { chip: "ft232r", serialNumber: "FAR-FTDI" },
    { chip: "cdc-acm", serialNumber: "FAR-ACM" },
  ],
});
after(() => served.close());

/** Runs the program at the far end. */
async function usbip(...words: readonly string[]): Promise<string> {
  const [ip = "ip", ...rest] = networks.inFar;
  const tcp = ["--tcp-port", String(served.address.port)];
  const all = [...rest, pathOf("usbip"), ...tcp, ...words];
  const { stdout, stderr } = await run(ip, all, { env: programEnvironment() });
  return stdout + stderr;
}

async function pathOfSerial(serial: string): Promise<string> {
  const found = await until(`${serial} is there`, async () =>
    (await listSerialPorts()).find(({ serialNumber }) => serialNumber === serial),
  );
  return found.path;
}

test("usbip list of the far end shows both adapters", options, async () => {
  const said = await usbip("list", "-r", networks.near);

  ok(said.includes("1-1") && said.includes("1-2") && said.includes("0403:6001"), said);
});

test(
  "usbip attach of the far end plugs both in: bytes, lines and settings pass",
  options,
  async () => {
    for (const busid of ["1-1", "1-2"]) await usbip("attach", "-r", networks.near, "-b", busid);
    await rejects(usbip("attach", "-r", networks.near, "-b", "1-1"), /busy/i);
    await rejects(usbip("attach", "-r", networks.near, "-b", "9-9"), /not found/i);
    for (const [index, serial] of ["FAR-FTDI", "FAR-ACM"].entries()) {
      const adapter = served.adapters[index];
      ok(adapter !== undefined);
      await until("the adapter is plugged in", () => adapter.isPlugged);
      await using port = await openSerialPort(await pathOfSerial(serial), { baudRate: 57_600 });
      await adapter.setModemLines({ dsr: true, dcd: true });
      await port.setControlLines({ dtr: true, rts: false });
      const sent = Uint8Array.from({ length: 20_000 }, (_, at) => (at * 7) & 0xff);
      const [, , back] = await Promise.all([
        port.send(sent),
        adapter.send(sent),
        receiveAll(adapter, sent.length),
        port.reader.receiveExactly(sent.length).then((bytes) => deepEqual(bytes, sent)),
      ]);
      deepEqual(back, sent);
      await until("the lines arrive", async () => {
        const { dsr, dcd } = await port.modemLines();
        return dsr && dcd && adapter.lines().dtr && !adapter.lines().rts;
      });
      ok(Math.abs(adapter.settings().baudRate - 57_600) < 600);
    }
  },
);

test("usbip detach of the far end, and unplug() of this one, pull the cable", options, async () => {
  const [ftdi, acm] = served.adapters;
  ok(ftdi !== undefined && acm !== undefined);
  equal(takenPorts(), 2);
  await using port = await openSerialPort(await pathOfSerial("FAR-FTDI"));
  const lost = rejects(port.receive(), { name: "SerialDisconnectedError" });
  await usbip("detach", "-p", await portOf("0403:6001"));
  await lost;
  await until("this end knows", () => !ftdi.isPlugged);
  await acm.unplug();
  await until("nothing is left", () => takenPorts() === 0);
  await acm.plug();
});

test(
  "a network that goes away pulls the cable at both ends, and the next attach works",
  options,
  async () => {
    const [, acm] = served.adapters;
    ok(acm !== undefined);
    for (const [name, value] of [
      ["time", 2],
      ["intvl", 1],
      ["probes", 3],
    ]) {
      const [ip = "ip", ...rest] = networks.inFar;
      await run(ip, [...rest, "sysctl", "-w", `net.ipv4.tcp_keepalive_${name}=${value}`]);
    }
    await usbip("attach", "-r", networks.near, "-b", "1-2");
    await until("the adapter is plugged in", () => acm.isPlugged);
    await using port = await openSerialPort(await pathOfSerial("FAR-ACM"));
    const lost = rejects(port.receive(), { name: "SerialDisconnectedError" });
    networks.cut();
    await lost; // by the keep-alive of the far end
    await until("this end knows", () => !acm.isPlugged); // by that of the server
    await until("nothing is left", () => takenPorts() === 0);
    networks.mend();
    await usbip("attach", "-r", networks.near, "-b", "1-2");

    await until("it is plugged in again", () => acm.isPlugged);
    await pathOfSerial("FAR-ACM");
  },
);

/** The number of the far end's virtual port that has a device. */
async function portOf(ids: string): Promise<string> {
  const said = await usbip("port");
  const block = said.split(/^Port /m).find((each) => each.includes(ids));
  ok(block !== undefined, said);
  return String(Number.parseInt(block, 10));
}

async function receiveAll(
  from: { receive(options: { maxBytes: number }): Promise<Uint8Array> },
  length: number,
): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; ) {
    const chunk = await from.receive({ maxBytes: length - at });
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}
