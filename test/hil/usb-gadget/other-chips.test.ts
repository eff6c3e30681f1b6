// CP2102, CH340 and PL2303 on the kernel's drivers, as far as each driver goes: the same questions to
// each, and the answers in which they differ.

import { deepEqual, equal, rejects } from "node:assert/strict";
import { after } from "node:test";
import { until } from "@anyserial/test-support/until";
import {
  listSerialPorts,
  openSerialPort,
  type SerialConfigInput,
  type SerialPort,
} from "anyserial";
import { type Chip, ChipBoard } from "../gadget/chips.ts";
import { chipTest } from "../helpers/chip-test.ts";

interface Model {
  readonly model: "cp2102" | "ch340" | "pl2303";
  readonly driver: string;
  readonly usbId: string;
  /** The driver switches RTS/CTS flow control on. */
  readonly hasFlowControl: boolean;
  /** A setting that the driver takes and reads back as another one. */
  readonly refused: SerialConfigInput | undefined;
  /** How far the chip's own divider is off the rate, at most. */
  readonly rateTolerance: number;
  /** Kinds of broken characters that the driver reports. */
  readonly reports: readonly ("break" | "framing" | "parity" | "overrun")[];
}

const MODELS: readonly Model[] = [
  {
    model: "cp2102",
    driver: "cp210x",
    usbId: "10c4:ea60",
    hasFlowControl: true,
    refused: { baudRate: 100_000 }, // becomes 115200
    rateTolerance: 0,
    reports: ["break", "framing", "parity", "overrun"],
  },
  {
    model: "ch340",
    driver: "ch341-uart",
    usbId: "1a86:7523",
    hasFlowControl: false,
    refused: undefined,
    rateTolerance: 0.01,
    reports: [],
  },
  {
    model: "pl2303",
    driver: "pl2303",
    usbId: "067b:2303",
    hasFlowControl: true,
    refused: { baudRate: 20_000_000 }, // becomes 6 Mbaud
    rateTolerance: 0.01,
    reports: [],
  },
];

const board = await ChipBoard.create(
  ...MODELS.map(({ model }) => ({ model, serialNumber: `CHIP-${model}` })),
);
after(() => board.close());

for (const [at, model] of MODELS.entries()) {
  const chip = board.chips[at] as Chip;
  const path = await chip.plug();
  testChip(model, chip, path);
}

function testChip(model: Model, chip: Chip, path: string): void {
  const name = model.model;
  const withPort = async (
    config: SerialConfigInput,
    run: (port: SerialPort) => Promise<void>,
  ): Promise<void> => {
    await chip.setLines({ cts: false, dsr: false, ri: false, dcd: false });
    await using port = await openSerialPort(path, config);
    await run(port);
  };

  chipTest(`${name}: listSerialPorts() names the driver and the chip`, async () => {
    const port = (await listSerialPorts()).find((candidate) => candidate.path === path);
    const id = [port?.vid, port?.pid].map((part) => part?.toString(16).padStart(4, "0")).join(":");

    deepEqual([port?.driver, id, port?.serialNumber], [model.driver, model.usbId, `CHIP-${name}`]);
  });

  chipTest(`${name}: send() and receive() move every byte value`, () =>
    withPort({}, async (port) => {
      const all = Uint8Array.from({ length: 1024 }, (_, byte) => byte);
      await port.send(all);
      await port.drain();
      const sent: Uint8Array[] = [];
      await until("the chip has sent it", async () => {
        sent.push(await chip.takeSent());
        return Buffer.concat(sent).length >= all.length;
      });
      await chip.arrive(all);

      deepEqual(Buffer.concat(sent), Buffer.from(all));
      deepEqual(await port.reader.receiveExactly(all.length), all);
    }),
  );

  testSettings(model, chip, withPort);
  testLines(model, chip, withPort);
}

type WithPort = (
  config: SerialConfigInput,
  run: (port: SerialPort) => Promise<void>,
) => Promise<void>;

function testSettings(model: Model, chip: Chip, withPort: WithPort): void {
  const name = model.model;
  const framings = [
    { dataBits: 5, parity: "none", stopBits: 1 },
    { dataBits: 6, parity: "odd", stopBits: 1 },
    { dataBits: 7, parity: "even", stopBits: 2 },
    { dataBits: 8, parity: "mark", stopBits: 1 },
    { dataBits: 8, parity: "space", stopBits: 2 },
  ] as const;

  chipTest(`${name}: configure() brings data bits, parity and stop bits to the chip`, () =>
    withPort({}, async (port) => {
      for (const framing of framings) {
        await port.configure(framing);
        const { dataBits, parity, stopBits } = await chip.state();

        deepEqual({ dataBits, parity, stopBits }, framing);
      }
    }),
  );

  chipTest(`${name}: configure() brings the rate to the chip`, () =>
    withPort({}, async (port) => {
      for (const baudRate of [300, 9600, 57_600, 250_000, 921_600]) {
        await port.configure({ baudRate });
        const taken = (await chip.state()).baudRate;
        const offBy = Math.abs(taken - baudRate) / baudRate;

        equal(offBy <= model.rateTolerance, true, `${taken} for ${baudRate}`);
      }
    }),
  );

  const { refused } = model;
  const skip = refused === undefined ? "the driver reads back the requested value" : false;
  chipTest(`${name}: configure() refuses a rate that the driver silently changes`, { skip }, () =>
    withPort({ baudRate: 9600 }, async (port) => {
      await rejects(port.configure(refused ?? {}), { name: "UnsupportedConfigurationError" });

      deepEqual([port.config.baudRate, (await chip.state()).baudRate], [9600, 9600]);
    }),
  );

  const none = model.hasFlowControl ? false : "the driver has no flow control";
  chipTest(`${name}: configure() brings RTS/CTS flow control to the chip`, { skip: none }, () =>
    withPort({}, async (port) => {
      await port.configure({ flowControl: { rtsCts: true } });
      equal((await chip.state()).rtsCts, true);
      await port.configure({ flowControl: { rtsCts: false } });

      equal((await chip.state()).rtsCts, false);
    }),
  );
}

function testLines(model: Model, chip: Chip, withPort: WithPort): void {
  const name = model.model;

  chipTest(`${name}: setControlLines() sets DTR and RTS, and close() drops them`, async () => {
    const outputs = async (): Promise<boolean[]> => {
      const { dtr, rts } = await chip.state();
      return [dtr, rts];
    };
    await withPort({ controlLines: { dtr: true, rts: false } }, async (port) => {
      deepEqual(await outputs(), [true, false]);
      await port.setControlLines({ dtr: false, rts: true });
      deepEqual(await outputs(), [false, true]);
    });

    deepEqual(await outputs(), [false, false]);
  });

  chipTest(`${name}: modemLineChanges() reports each input in the order in which they change`, () =>
    withPort({}, async (port) => {
      const changes = port.modemLineChanges();
      const told: unknown[] = [];
      for (const line of ["dcd", "cts", "ri", "dsr"] as const) {
        await chip.setLines({ [line]: true });
        const { value } = await changes.next();
        told.push(value?.line, value?.state);
      }

      deepEqual(told, ["dcd", true, "cts", true, "ri", true, "dsr", true]);
      deepEqual(await port.modemLines(), { cts: true, dsr: true, ri: true, dcd: true });
    }),
  );

  chipTest(`${name}: sendBreak() asserts the break at the chip, and takes it back`, () =>
    withPort({}, async (port) => {
      const { breaks } = await chip.state();
      await port.sendBreak({ durationMs: 5 });
      const after = await chip.state();

      deepEqual([after.breaks, after.breakAsserted], [breaks + 1, false]);
    }),
  );

  for (const kind of model.reports) {
    const promise = `${name}: receiveEvents() gives ${kind} where it arrived, and lineErrors() counts it`;
    chipTest(promise, { timeout: 20_000 }, () =>
      withPort({ lineErrors: "mark" }, async (port) => {
        const events = port.receiveEvents();
        await chip.arrive(Uint8Array.of(0xec)); // the byte that begins the chip's own events
        deepEqual((await events.next()).value, { kind: "data", data: Uint8Array.of(0xec) });
        await chip.arrive(Uint8Array.of(0), kind);
        const seen = new Set<string | undefined>();
        while (!seen.has(kind)) seen.add((await events.next()).value?.kind);

        equal((await port.lineErrors())[kind], 1);
      }),
    );
  }
}
