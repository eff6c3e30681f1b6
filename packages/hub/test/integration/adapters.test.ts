// Members that are emulated adapters: identity, lines, breaks, errors, settings, and what becomes of a member that cannot be
// plugged in. The adapters are in memory; the guest `usb-ip` has those of a kernel.

import { deepEqual, equal, match, ok } from "node:assert/strict";
import { existsSync, readlinkSync } from "node:fs";
import { test } from "node:test";
import type { AdapterPortConfig, MemberConfig, NetworkConfig } from "@anyserial/hub";
import { until } from "@anyserial/test-support/until";
import { UnsupportedPlatformError } from "anyserial";
import { BenchHub } from "../helpers/bench-hub.ts";
import { type FakeAdapter, FakeAdapters } from "../helpers/fake-adapters.ts";
import { farPort } from "../helpers/far-port.ts";
import { NO_PAUSES } from "../helpers/faulty-calls.ts";

type Bench = BenchHub & { readonly adapters: FakeAdapters };
type Options = Omit<Partial<MemberConfig>, "port"> & { readonly port?: Partial<AdapterPortConfig> };

function adapter(serialNumber: string, { port, ...options }: Options = {}): MemberConfig {
  return { ...options, port: { adapter: "ft232r", serialNumber, ...port } } as MemberConfig;
}

async function start(
  members: Readonly<Record<string, MemberConfig>>,
  network: Omit<NetworkConfig, "members"> = {},
  adapters = new FakeAdapters(),
): Promise<Bench> {
  const bench = Object.assign(BenchHub.prepare(), { adapters });
  const seams = { createAdapter: adapters.create, pauses: NO_PAUSES };
  await bench.run({ networks: { net: { ...network, members } } }, seams);
  return bench;
}

async function opened(bench: Bench, name: string): Promise<FakeAdapter> {
  const found = await bench.adapters.of(name);
  found.open();
  return found;
}

function arrived(to: FakeAdapter, text: string): Promise<unknown> {
  return until(`${text} has arrived`, () => to.text === text);
}

test("an adapter is plugged in with the chip, identity and access of its member", async () => {
  const port = {
    vid: 0x0403,
    pid: 0x6015,
    manufacturer: "ACME",
    product: "Scale",
    helper: ["sudo", "-n"],
  };
  await using bench = await start({ a: { ...adapter("A5", { port }), mode: "0660" } });
  const { options } = await bench.adapters.of("A5");
  const { owner: _owner, group: _group, ...given } = options;

  deepEqual(given, { chip: "ft232r", serialNumber: "A5", mode: 0o660, ...port });
  equal(bench.member("a").kind, "port");
  equal(bench.member("a").path, "/dev/ttyFAKE0");
});

test("the link of an adapter leads to its node, and is removed with the hub", async () => {
  const bench = await start({ a: adapter("A5", { port: { link: "ports/ttyA" } }) });
  const link = bench.path("ports/ttyA");
  equal(readlinkSync(link), "/dev/ttyFAKE0");
  equal(bench.member("a").path, link);
  equal(bench.member("a").devicePath, "/dev/ttyFAKE0");
  equal(bench.member("a").link, "in-place");
  await bench[Symbol.asyncDispose]();

  equal(existsSync(link), false);
  equal((bench.adapters.all[0] as FakeAdapter).isOpen, false);
});

test("bytes pass between two adapters", async () => {
  await using bench = await start({ a: adapter("A"), b: adapter("B") }, { topology: "pair" });
  const [a, b] = [await opened(bench, "A"), await opened(bench, "B")];
  a.write("ping");
  await arrived(b, "ping");
  b.write("pong");
  await arrived(a, "pong");

  equal(bench.member("a").out.bytes, 4);
});

test("two adapters of a pair have a null-modem cable between them", async () => {
  await using bench = await start({ a: adapter("A"), b: adapter("B") }, { topology: "pair" });
  const [a, b] = [await opened(bench, "A"), await bench.adapters.of("B")];

  await until("RTS and DTR are seen", () => b.seen === "cts dsr dcd");
  equal(a.seen, ""); // nobody has the other one open
  a.setOutputs({ rts: false });
  await until("RTS is off", () => b.seen === "dsr dcd");
  deepEqual(bench.member("b").lines, {
    dtr: false,
    rts: false,
    cts: false,
    dsr: true,
    dcd: true,
    ri: false,
    break: false,
  });
  equal(bench.member("a").lines?.dtr, true);
});

test("lines of adapters are reported, for recordings", async () => {
  await using bench = await start({ a: adapter("A"), b: adapter("B") }, { topology: "pair" });
  const told: string[] = [];
  bench.hub.on("lines", ({ member, lines }) => {
    const asserted = Object.entries(lines).filter(([, level]) => level);
    told.push([member, ...asserted.map(([name]) => name)].join(" "));
  });
  const a = await opened(bench, "A");
  a.setOutputs({ rts: false });
  await until("the end of RTS is reported", () => told.at(-1) === "b dsr dcd");

  deepEqual(new Set(told), new Set(["a dtr", "a dtr rts", "b cts dsr dcd", "b dsr dcd"]));
});

test("a device of a star sees the lines of the controller alone, and the controller those of any device", async () => {
  const members = { hub: adapter("HUB"), x: adapter("X"), y: adapter("Y") };
  await using bench = await start(members, { topology: "star" });
  const [hub, x, y] = [
    await bench.adapters.of("HUB"),
    await opened(bench, "X"),
    await bench.adapters.of("Y"),
  ];

  await until("the controller sees X", () => hub.seen === "cts dsr dcd");
  equal(y.seen, "");
  hub.open();
  await until("Y sees the controller", () => y.seen === "cts dsr dcd");
  x.setOutputs({ dtr: false, rts: false });
  await until("the controller sees X no longer", () => hub.seen === "");
});

test("an input on a bus is on while any other member drives it", async () => {
  await using bench = await start({ a: adapter("A"), b: adapter("B"), c: adapter("C") });
  const [a, b, c] = [
    await opened(bench, "A"),
    await opened(bench, "B"),
    await bench.adapters.of("C"),
  ];

  a.setOutputs({ rts: false, dtr: true });
  b.setOutputs({ rts: true, dtr: false });
  await until("C sees both", () => c.seen === "cts dsr dcd");
  b.setOutputs({ rts: false });
  await until("no RTS is left", () => c.seen === "dsr dcd");
});

test("an adapter beside a member without lines finds CTS, DSR and DCD on", async () => {
  await using bench = await start({ a: adapter("A"), pty: { port: "pty" } }, { topology: "pair" });
  const a = await bench.adapters.of("A");
  equal(a.seen, "");
  await bench.open("pty");

  await until("the pty is there", () => a.seen === "cts dsr dcd");
});

test("lines: none leaves CTS, DSR and DCD of an adapter on, and a reload wires them without unplugging it", async () => {
  const none = { a: adapter("A"), b: adapter("B", { port: { lines: "none" } }) };
  await using bench = await start(none, { topology: "pair" });
  const [a, b] = [await opened(bench, "A"), await bench.adapters.of("B")];
  a.setOutputs({ rts: false, dtr: false });
  equal(b.seen, "cts dsr dcd");

  const report = await bench.hub.reload({
    networks: { net: { topology: "pair", members: { a: adapter("A"), b: adapter("B") } } },
  });

  deepEqual(report.replaced, []);
  await until("A is seen", () => b.seen === "");
});

test("wires choose what drives each input", async () => {
  const wires = { cts: "on", dsr: "rts", dcd: "off", ri: "dtr" } as const;
  const b = adapter("B", { port: { wires } });
  await using bench = await start({ a: adapter("A"), b }, { topology: "pair" });
  const [a, other] = [await opened(bench, "A"), await bench.adapters.of("B")];

  await until("all wires are on", () => other.seen === "cts dsr ri");
  a.setOutputs({ rts: false });
  await until("RTS drives DSR", () => other.seen === "cts ri");
  a.setOutputs({ rts: true, dtr: false });
  await until("DTR drives RI", () => other.seen === "cts dsr");
});

test("a break passes from one adapter to the other", async () => {
  await using bench = await start({ a: adapter("A"), b: adapter("B") }, { topology: "pair" });
  const [a, b] = [await opened(bench, "A"), await opened(bench, "B")];
  a.setOutputs({ break: true });
  await until("it is a break", () => b.arrived.includes("break"));
  a.setOutputs({ break: false });
  a.write("x");
  await arrived(b, "x");

  deepEqual(b.arrived, ["break", 0x78]);
});

test("an adapter has pace unless its member says otherwise", async () => {
  const members = { a: adapter("A"), b: adapter("B"), c: adapter("C", { pace: false }) };
  await using bench = await start(members);
  const [a, b, c] = [await opened(bench, "A"), await opened(bench, "B"), await opened(bench, "C")];
  b.open({ baudRate: 300 });
  c.open({ baudRate: 300 });
  a.write("x".repeat(200)); // more than 6 s at 300 baud

  await until("all is there without pace", () => c.text.length === 200);
  ok(b.text.length < 200, `${b.text.length} bytes`);
});

test("flipped bits are framing and parity errors at an adapter, in their place", async () => {
  const members = { a: adapter("A"), b: adapter("B", { pace: false, bitErrorRate: 0.01 }) };
  await using bench = await start(members, { topology: "pair" });
  const [a, b] = [await opened(bench, "A"), await bench.adapters.of("B")];
  b.open({ parity: "even" });
  a.write("U".repeat(2000));
  await until("all is there", () => b.arrived.length === 2000);

  const errors = b.arrived.filter((one) => typeof one === "string");
  ok(errors.some((one) => one.startsWith("parity ")));
  ok(errors.includes("framing 85")); // only the stop bit is wrong
  const wrong = b.arrived.filter((one) => typeof one === "number" && one !== 0x55);
  ok(wrong.length < errors.length / 4, `${wrong.length} wrong bytes without an error`);
});

test("another rate is garbage with framing errors at an adapter", async () => {
  const members = { a: adapter("A"), b: adapter("B", { pace: false }) };
  await using bench = await start(members, { topology: "pair", rateMismatch: "garble" });
  const [a, b] = [await bench.adapters.of("A"), await bench.adapters.of("B")];
  a.open({ baudRate: 9600 });
  b.open({ baudRate: 57_600 });
  a.write("Hello, serial world");
  await until("something arrives", () => b.arrived.length > 0);

  ok(b.arrived.some((one) => typeof one === "string" && one.startsWith("framing ")));
});

test("the settings of an adapter's application are in the status, with data bits and parity", async () => {
  await using bench = await start({ a: adapter("A") });
  const a = await bench.adapters.of("A");
  a.open({ baudRate: 19_200, dataBits: 7, parity: "even" });

  await until("it is seen", () => bench.member("a").applicationOpen);
  const { settings } = bench.member("a");
  deepEqual([settings?.baudRate, settings?.dataBits, settings?.parity], [19_200, 7, "even"]);
  equal(bench.told("settings", "a").at(-1)?.settings.parity, "even");
});

test("a real port follows the rate, data bits and parity of an adapter's application, once there is one", async () => {
  await using far = await farPort();
  const real = { serial: far.address, follow: "a", baudRate: 57_600, parity: "odd" } as const;
  await using bench = await start({ a: adapter("A"), real }, { topology: "pair" });
  await bench.event("member-open", "real");
  const before = far.pair.a.config;
  const a = await bench.adapters.of("A");
  a.open({ baudRate: 19_200, dataBits: 7, parity: "even" });
  await until("it has arrived", () => far.pair.a.config.parity === "even");

  deepEqual([before.baudRate, before.parity], [57_600, "odd"]);
  deepEqual([far.pair.a.config.baudRate, far.pair.a.config.dataBits], [19_200, 7]);
});

test("a hub starts without an adapter that cannot be plugged in, and plugs it in later", async () => {
  const adapters = new FakeAdapters();
  const hint = "load it: sudo modprobe vhci-hcd";
  adapters.failures.push(
    new UnsupportedPlatformError("Cannot plug an adapter in: vhci-hcd is not loaded", {
      code: "ENODEV",
      operation: "plug",
      hint,
    }),
  );
  await using bench = await start({ a: adapter("A"), pty: { port: "pty" } }, {}, adapters);
  const { error } = await bench.event("member-error", "a");

  match(error.message, /vhci-hcd is not loaded/);
  equal((error as { readonly hint?: string }).hint, hint);
  const a = await opened(bench, "A");
  const pty = await bench.open("pty");
  await pty.send(Buffer.from("late"));
  await arrived(a, "late");
});

test("an adapter whose process dies, or that another program unplugs, is plugged in again", async () => {
  const port = { link: "ttyA" };
  await using bench = await start({ a: adapter("A", { port }) });
  const first = await opened(bench, "A");
  first.die(new Error("killed"));
  const second = await until("it is back", () => bench.adapters.all[1]);
  await until("the link follows", () => bench.member("a").link === "in-place");
  equal(bench.member("a").applicationOpen, false);
  second.unplug();
  await until("it is back again", () => bench.adapters.all[2]);
  await until("the link follows", () => bench.member("a").devicePath === "/dev/ttyFAKE2");

  equal(readlinkSync(bench.path("ttyA")), "/dev/ttyFAKE2");
  equal(second.isOpen, false);
});

test("a reader that is to be disconnected sees its adapter unplugged and plugged in again", async () => {
  const b = adapter("B", { queue: 10, overflow: "disconnect", pace: false });
  await using bench = await start({ a: adapter("A"), b });
  const [a, first] = [await opened(bench, "A"), await opened(bench, "B")];
  first.isFull = true;
  a.write("more than ten bytes");

  await until("it is another one", () => bench.adapters.all.length === 3);
  equal(first.isOpen, false);
  equal(bench.told("disconnect", "b").length, 1);
});

test("a hub that is closed while an adapter is being plugged in leaves none behind", async () => {
  const adapters = new FakeAdapters();
  adapters.failures.push(new Error("not yet"));
  const bench = await start({ a: adapter("A") }, {}, adapters);
  let plug: () => void = () => undefined;
  adapters.plugging = new Promise((resolve) => {
    plug = resolve;
  });
  await until("it is tried again", () => adapters.failures.length === 0);
  await new Promise((resolve) => setTimeout(resolve, 20)); // the second try has begun
  const closing = bench.stop();
  plug();
  await closing;

  deepEqual(
    adapters.all.filter(({ isOpen }) => isOpen),
    [],
  );
  await bench[Symbol.asyncDispose]();
});
