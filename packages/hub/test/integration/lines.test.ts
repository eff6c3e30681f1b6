// Modem lines and breaks between clients, and between a client and a real port, whose device is the other end of a cable
// behind our own RFC 2217 server.

import { deepEqual, equal, match } from "node:assert/strict";
import { test } from "node:test";
import type { MemberConfig, NetworkConfig } from "@anyserial/hub";
import { until } from "@anyserial/test-support/until";
import { type ModemLines, openSerialPort, type SerialPort } from "anyserial";
import { createVirtualPort } from "anyserial/pty";
import { BenchHub } from "../helpers/bench-hub.ts";
import { farPort } from "../helpers/far-port.ts";

const REMOTE: MemberConfig = { remote: { listen: "127.0.0.1:0" } };

async function start(
  members: Readonly<Record<string, MemberConfig>>,
  network: Omit<NetworkConfig, "members"> = {},
): Promise<BenchHub> {
  const bench = BenchHub.prepare();
  await bench.run({ networks: { net: { ...network, members } } });
  return bench;
}

async function open(bench: BenchHub, name: string): Promise<SerialPort> {
  return await openSerialPort(bench.member(name).path);
}

/** Asserted lines of a member, in the order of the status. */
function linesOf(bench: BenchHub, name: string): string {
  const lines = Object.entries(bench.member(name).lines ?? {});
  return lines
    .filter(([, level]) => level)
    .map(([line]) => line)
    .join(" ");
}

test("two clients of a network have a null-modem cable between them", async () => {
  await using bench = await start({ a: REMOTE, b: REMOTE }, { topology: "pair" });
  await using a = await open(bench, "a");
  await using b = await open(bench, "b");

  await a.setControlLines({ rts: false, dtr: true });
  const seen = await b.modemLines();
  await a.setControlLines({ rts: true, dtr: false });
  const later = await b.modemLines();

  deepEqual(seen, { cts: false, dsr: true, dcd: true, ri: false });
  deepEqual(later, { cts: true, dsr: false, dcd: false, ri: false });
  equal(linesOf(bench, "a"), "rts cts dsr dcd");
  equal(linesOf(bench, "b"), "dtr rts cts");
});

test("a client is notified of a change of the other's lines, and of its end", async () => {
  await using bench = await start({ a: REMOTE, b: REMOTE });
  const a = await open(bench, "a");
  await using b = await open(bench, "b");
  const changes = b.modemLineChanges();
  const isSeen = async (isSo: (lines: ModemLines) => boolean): Promise<void> => {
    for (let next = await changes.next(); !next.done; next = await changes.next()) {
      if (isSo(next.value.lines)) return;
    }
  };

  const off = isSeen(({ cts, dsr }) => !cts && dsr);
  await b.modemLines(); // the server sends changes from here on
  await a.setControlLines({ rts: false });
  await off;
  const gone = isSeen(({ dsr, dcd }) => !dsr && !dcd);
  await a.close();
  await gone;
});

test("a break of a client is a break for the other", async () => {
  await using bench = await start({ a: REMOTE, b: REMOTE });
  await using a = await open(bench, "a");
  await using b = await openSerialPort(bench.member("b").path, { lineErrors: "mark" });

  await Promise.all([
    a.sendBreak({ durationMs: 20 }),
    (async () => {
      for await (const event of b.receiveEvents()) {
        equal(event.kind, "break");
        return;
      }
    })(),
  ]);
});

test("a client has the lines of the real port, and the port has those of the client", async () => {
  await using far = await farPort();
  await using bench = await start({ real: { serial: far.address }, client: REMOTE });
  await bench.event("member-open", "real");
  await far.pair.b.setControlLines({ rts: true, dtr: false });
  await using client = await open(bench, "client");

  deepEqual(await client.modemLines(), await far.pair.a.modemLines());
  await client.setControlLines({ dtr: false, rts: true });

  const { cts, dsr } = await far.pair.b.modemLines();
  deepEqual({ cts, dsr }, { cts: true, dsr: false });
});

test("a break of a client reaches the real port, and the bytes after it come later", async () => {
  await using far = await farPort();
  await using bench = await start({ real: { serial: far.address }, client: REMOTE });
  await bench.event("member-open", "real");
  await using client = await open(bench, "client");
  await far.pair.b.configure({ lineErrors: "mark" });
  const kinds: string[] = [];

  await client.sendBreak({ durationMs: 20 });
  await client.send(Uint8Array.of(65));
  for await (const event of far.pair.b.receiveEvents()) {
    kinds.push(event.kind);
    if (event.kind === "data") break;
  }

  deepEqual(kinds, ["break", "data"]);
});

test("a break of the device is a break for the client", async () => {
  await using far = await farPort();
  await using bench = await start({ real: { serial: far.address }, client: REMOTE });
  await bench.event("member-open", "real");
  await using client = await openSerialPort(bench.member("client").path, { lineErrors: "mark" });
  await until("the far server marks breaks", () => far.pair.a.config.lineErrors === "mark");

  await far.pair.b.sendBreak({ durationMs: 20 });
  for await (const event of client.receiveEvents()) {
    equal(event.kind, "break");
    break;
  }
});

test("two real ports have no wires between their lines, unless all are asked for", async () => {
  await using one = await farPort();
  await using other = await farPort();
  const members = (lines: "applications" | "all"): Record<string, MemberConfig> => ({
    one: { serial: one.address, lines },
    other: { serial: other.address, lines },
  });
  await using bench = await start(members("applications"), { topology: "pair" });
  await bench.event("member-open", "one");
  await bench.event("member-open", "other");
  equal((await other.pair.b.modemLines()).dsr, true);

  await one.pair.b.setControlLines({ dtr: false, rts: true });
  await bench.hub.reload({ networks: { net: { topology: "pair", members: members("all") } } });

  await until("the other device sees it", async () => {
    const { cts, dsr } = await other.pair.b.modemLines();
    return cts && !dsr;
  });
});

test("a port without DTR and RTS is warned of once, and gets bytes all the same", async () => {
  await using device = await createVirtualPort();
  await using bench = await start({ real: { serial: device.path }, client: REMOTE });
  await bench.event("member-open", "real");
  await using client = await open(bench, "client");

  for (const dtr of [false, true, false]) await client.setControlLines({ dtr, rts: dtr });
  await client.sendBreak({ durationMs: 1 });
  await client.send(Uint8Array.of(65));

  deepEqual([...(await device.receive())], [65]);
  equal(bench.told("warning", "real").length, 1);
  match(bench.told("warning", "real")[0]?.message ?? "", /do not reach the port/);
  equal(bench.told("member-error").length, 0);
  await bench.stop();
});
