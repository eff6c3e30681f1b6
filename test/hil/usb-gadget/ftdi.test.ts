// The library on an FT232R with the kernel's ftdi_sio, where the test is the chip: lines, settings,
// breaks and errors. Stalls and unplugging are in ftdi-stall.test.ts.

import { deepEqual, equal, rejects } from "node:assert/strict";
import { after, test } from "node:test";
import { until } from "@anyserial/test-support/until";
import {
  type ModemLineChange,
  openSerialPort,
  type SerialConfigInput,
  type SerialPort,
} from "anyserial";
import { ChipBoard } from "../gadget/chips.ts";

const board = await ChipBoard.create({ model: "ft232r", serialNumber: "FT232R" });
after(() => board.close());
const chip = board.chips[0] as ChipBoard["chips"][number];
const path = await chip.plug();

/** Opens the port for one test, with every input line low. */
async function withPort(
  config: SerialConfigInput,
  run: (port: SerialPort) => Promise<void>,
): Promise<void> {
  await chip.setLines({ cts: false, dsr: false, ri: false, dcd: false });
  await using port = await openSerialPort(path, config);
  await run(port);
}

test("modemLines() shows the chip's four inputs", () =>
  withPort({}, async (port) => {
    await chip.setLines({ cts: true, ri: true });
    deepEqual(await port.modemLines(), { cts: true, dsr: false, ri: true, dcd: false });
    await chip.setLines({ cts: false, dsr: true, ri: false, dcd: true });

    deepEqual(await port.modemLines(), { cts: false, dsr: true, ri: false, dcd: true });
  }));

test("modemLineChanges() reports CTS, DSR, RI and DCD in the order in which they change", () =>
  withPort({}, async (port) => {
    const changes = port.modemLineChanges();
    const told: string[] = [];
    for (const line of ["dcd", "cts", "ri", "dsr"] as const) {
      for (const level of [true, false]) {
        await chip.setLines({ [line]: level });
        told.push(describe(await changes.next()));
      }
    }

    deepEqual(told, [
      ...["dcd true", "dcd false", "cts true", "cts false"],
      ...["ri true", "ri false", "dsr true", "dsr false"],
    ]);
  }));

test("modemLineChanges() loses no pulse that is over before anybody looks", () =>
  withPort({}, async (port) => {
    const changes = port.modemLineChanges();
    for (let pulse = 0; pulse < 5; pulse++) {
      await chip.setLines({ dcd: true });
      await chip.setLines({ dcd: false });
    }
    const told: string[] = [];
    while (told.length < 10) told.push(describe(await changes.next()));

    deepEqual(told, Array.from({ length: 5 }, () => ["dcd true", "dcd false"]).flat());
  }));

test("receiveEvents() gives a break and each kind of broken character where it arrived", () =>
  withPort({ lineErrors: "mark" }, async (port) => {
    const events = port.receiveEvents();
    const arrivals = [
      ["one", undefined],
      ["\0", "break"],
      ["two", undefined],
      ["P", "parity"],
      ["three", undefined],
      ["\xff", "framing"],
      ["\xff", undefined],
    ] as const;
    const seen: unknown[] = [];
    for (const [characters, error] of arrivals) {
      // The kernel's marks do not distinguish parity from framing: the driver's counters do, one at
      // a time.
      await chip.arrive(Buffer.from(characters, "latin1"), error);
      seen.push((await events.next()).value);
    }

    deepEqual(seen, [
      { kind: "data", data: Uint8Array.from(Buffer.from("one")) },
      { kind: "break" },
      { kind: "data", data: Uint8Array.from(Buffer.from("two")) },
      { kind: "parity", byte: 0x50 },
      { kind: "data", data: Uint8Array.from(Buffer.from("three")) },
      { kind: "framing", byte: 0xff },
      { kind: "data", data: Uint8Array.of(0xff) },
    ]);
  }));

test("receiveEvents() reports how many characters the chip lost", () =>
  withPort({ lineErrors: "mark" }, async (port) => {
    await chip.arrive(Buffer.from("a"), "overrun");
    await chip.arrive(Buffer.from("b"), "overrun");
    let lost = 0;
    for await (const event of port.receiveEvents()) {
      if (event.kind === "overrun") lost += event.count;
      if (lost === 2) break;
    }

    equal((await port.lineErrors()).overrun, 2);
  }));

test("lineErrors() counts each kind by itself, from the open of the port", () =>
  withPort({}, async (port) => {
    const none = { framing: 0, parity: 0, overrun: 0, break: 0, bufferOverflow: 0 };
    deepEqual(await port.lineErrors(), none);
    for (const error of ["break", "parity", "parity", "framing", "framing", "framing"] as const) {
      await chip.arrive(Uint8Array.of(0), error);
    }
    await chip.arrive(Uint8Array.of(0), "overrun");
    await until("seven characters", async () => (await port.inputWaiting()) >= 7);

    deepEqual(await port.lineErrors(), { ...none, break: 1, parity: 2, framing: 3, overrun: 1 });
  }));

test("sendBreak() asserts the break at the chip, and takes it back", () =>
  withPort({}, async (port) => {
    const { breaks } = await chip.state();
    const controller = new AbortController();
    const aborted = rejects(port.sendBreak({ durationMs: 60_000, signal: controller.signal }));
    await until("the break has begun", async () => (await chip.state()).breakAsserted);
    controller.abort();
    await aborted;
    equal((await chip.state()).breakAsserted, false);
    await port.sendBreak({ durationMs: 5 });

    deepEqual(
      [(await chip.state()).breaks, (await chip.state()).breakAsserted],
      [breaks + 2, false],
    );
  }));

test("setControlLines() sets DTR and RTS of the chip, each by itself", () =>
  withPort({ controlLines: { dtr: false, rts: true } }, async (port) => {
    const outputs = async (): Promise<boolean[]> => {
      const { dtr, rts } = await chip.state();
      return [dtr, rts];
    };
    deepEqual(await outputs(), [false, true]);
    await port.setControlLines({ dtr: true });
    deepEqual(await outputs(), [true, true]);
    await port.setControlLines({ rts: false });

    deepEqual(await outputs(), [true, false]);
  }));

test("hangupOnClose drops DTR when the port closes, or leaves it", async () => {
  await withPort({ hangupOnClose: false }, async () => undefined);
  equal((await chip.state()).dtr, true);
  await withPort({ hangupOnClose: true }, async () => undefined);

  equal((await chip.state()).dtr, false);
});

const SETTINGS = [
  { baudRate: 300 },
  { baudRate: 250_000 },
  { baudRate: 3_000_000 },
  { dataBits: 7, parity: "even", stopBits: 2 },
  { dataBits: 8, parity: "odd", stopBits: 1 },
  { dataBits: 7, parity: "mark", stopBits: 1 },
  { dataBits: 8, parity: "space", stopBits: 1 },
] as const;

for (const setting of SETTINGS) {
  test(`configure() brings ${JSON.stringify(setting)} to the chip`, () =>
    withPort({ baudRate: 9600 }, async (port) => {
      await port.configure(setting);
      const state = await chip.state();

      deepEqual({ ...state, ...setting }, state);
    }));
}

test("configure() refuses data bits and rates that the driver silently changes", () =>
  withPort({ baudRate: 57_600 }, async (port) => {
    const before = await chip.state();
    for (const setting of [{ dataBits: 6 }, { baudRate: 3_500_000 }] as const) {
      await rejects(port.configure(setting), { name: "UnsupportedConfigurationError" });
    }

    deepEqual(await chip.state(), before);
  }));

function describe({ value }: IteratorResult<ModemLineChange, undefined>): string {
  return `${value?.line} ${value?.state}`;
}
