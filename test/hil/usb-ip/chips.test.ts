// Each chip of `anyserial/adapter` on the kernel's own driver: what the driver sets arrives at the program, and what the
// program does arrives at the application. The application is this process as well: another one serves the kernel.

import { deepEqual, equal, ok } from "node:assert/strict";
import { after, test } from "node:test";
import { until } from "@anyserial/test-support/until";
import { listSerialPorts, openSerialPort } from "anyserial";
import { type ChipName, createVirtualAdapter, type VirtualAdapter } from "anyserial/adapter";
import { chipTest } from "../helpers/chip-test.ts";

interface Model {
  readonly chip: ChipName;
  readonly driver: string;
  readonly hasCts: boolean;
  readonly errors: readonly ("framing" | "parity" | "overrun")[];
}

const MODEM_LINES = ["cts", "dsr", "ri", "dcd"] as const;
const ALL = ["framing", "parity", "overrun"] as const;
const MODELS: readonly Model[] = [
  { chip: "cdc-acm", driver: "cdc_acm", hasCts: false, errors: ALL },
  { chip: "ft232r", driver: "ftdi_sio", hasCts: true, errors: ALL },
  { chip: "cp2102n", driver: "cp210x", hasCts: true, errors: ALL },
  { chip: "ch340", driver: "ch341-uart", hasCts: true, errors: [] },
  { chip: "pl2303", driver: "pl2303", hasCts: true, errors: [] },
];

for (const model of MODELS) {
  const { chip } = model;
  const adapter = await createVirtualAdapter({ chip, serialNumber: `Ä-${chip}` });
  after(() => adapter.close());
  testChip(model, adapter);
}

function testChip({ chip, driver, hasCts, errors }: Model, adapter: VirtualAdapter): void {
  chipTest(
    `${chip}: ${driver} takes it, and the application sees a serial port with its serial number`,
    async () => {
      const found = (await listSerialPorts()).find(({ path }) => path === adapter.path);

      deepEqual([found?.driver, found?.serialNumber], [driver, `Ä-${chip}`]);
      equal(adapter.applicationOpen, false);
    },
  );

  chipTest(
    `${chip}: bytes pass both ways, and the settings of the application arrive`,
    async () => {
      const config = { baudRate: 57_600, dataBits: 7, parity: "even" } as const;
      await using port = await openSerialPort(adapter.path, config);
      const all = Uint8Array.from({ length: 4096 }, (_, at) => at & 0xff);
      await Promise.all([port.send(all), adapter.send(all)]);

      deepEqual(await receiveAll(adapter, all.length), all);
      deepEqual(await port.reader.receiveExactly(all.length), all);
      const { dataBits, parity, baudRate } = adapter.settings();
      deepEqual([dataBits, parity], [7, "even"]);
      ok(Math.abs(baudRate - 57_600) < 600, String(baudRate));
    },
  );

  chipTest(`${chip}: opening, DTR, RTS and breaks of the application arrive`, async () => {
    // The end of the application before is told by another process, maybe only now.
    await until("nobody has it open", () => !adapter.applicationOpen);
    const breaks: boolean[] = [];
    const changes = adapter.changes();
    const watching = (async () => {
      for await (const change of changes) {
        if (change.kind === "lines") breaks.push(change.lines.break);
        if (change.kind === "close") return;
      }
    })();
    const port = await openSerialPort(adapter.path);
    await until("the adapter knows that it is open", () => adapter.applicationOpen);
    await port.setControlLines({ dtr: false, rts: true });
    await until("DTR falls", () => !adapter.lines().dtr && adapter.lines().rts);
    await port.sendBreak({ durationMs: 20 });
    await until("the break has ended", () => breaks.includes(true) && breaks.at(-1) === false);
    await port.close();
    await watching;

    equal(adapter.applicationOpen, false);
  });

  chipTest(`${chip}: setModemLines() is seen by the application`, async () => {
    await using port = await openSerialPort(adapter.path);
    const lines = { ...(hasCts && { cts: true }), dsr: true, ri: true, dcd: true };
    await adapter.setModemLines(lines);

    await until("the application sees them", async () => {
      const seen = await port.modemLines();
      return MODEM_LINES.every((line) => lines[line] === undefined || seen[line] === lines[line]);
    });
  });

  for (const kind of errors) {
    chipTest(`${chip}: inject() of ${kind} is counted by the driver`, async () => {
      // The driver of the CP2102 asks its chip for errors only while the application checks parity.
      await using port = await openSerialPort(adapter.path, { lineErrors: "mark" });
      await adapter.inject({ kind, byte: 0x41 });

      await until("it is counted", async () => (await port.lineErrors())[kind] === 1);
    });
  }
}

async function receiveAll(adapter: VirtualAdapter, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; ) {
    const chunk = await adapter.receive({ maxBytes: length - at });
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

test("ft232r: a broken character arrives in its place", async () => {
  await using adapter = await createVirtualAdapter({ chip: "ft232r" });
  await using port = await openSerialPort(adapter.path, { lineErrors: "mark" });
  await adapter.send(Buffer.from("ab"));
  await adapter.inject({ kind: "parity", byte: 0x50 });
  await adapter.inject({ kind: "break" });
  await adapter.send(Buffer.from("c"));
  const bytes: number[] = [];
  const kinds: string[] = [];
  for await (const event of port.receiveEvents()) {
    if (event.kind === "data") bytes.push(...event.data);
    else
      kinds.push(
        event.kind === "break" ? `break after ${bytes.length}` : `error after ${bytes.length}`,
      );
    if (bytes.includes(0x63)) break;
  }

  deepEqual(kinds, ["error after 2", "break after 2"]);
  deepEqual(bytes, [0x61, 0x62, 0x63]);
});

test("ft4232h: four ports, each for itself", async () => {
  await using adapter = await createVirtualAdapter({ chip: "ft4232h" });
  equal(new Set(adapter.ports.map(({ path }) => path)).size, 4);
  for (const [number, side] of adapter.ports.entries()) {
    await using port = await openSerialPort(side.path, { baudRate: 9600 });
    await port.send(Uint8Array.of(number));
    deepEqual(await side.receive(), Uint8Array.of(number));
    equal(side.settings().baudRate, 9600);
  }
});

test("an identity of its own is what the kernel shows", async () => {
  const own = { vid: 0x1234, pid: 0x5678, manufacturer: "Müller & Söhne", product: "Scale 9" };
  await using adapter = await createVirtualAdapter({ ...own, serialNumber: "../../etc" });
  const found = (await listSerialPorts()).find(({ path }) => path === adapter.path);

  deepEqual(
    [found?.vid, found?.pid, found?.manufacturer, found?.product, found?.serialNumber],
    [0x1234, 0x5678, "Müller & Söhne", "Scale 9", "../../etc"],
  );
});
