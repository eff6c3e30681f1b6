// Promises of config, effectiveConfig(), configure() and capabilities.

import { deepEqual, equal, notDeepEqual, ok, rejects } from "node:assert/strict";
import {
  createSerialConfig,
  type SerialConfig,
  type SerialConfigInput,
} from "../../config/config.ts";
import { FEATURES } from "../../model/capabilities.ts";
import type { SerialPort } from "../../port/serial-port.ts";
import {
  bytes,
  expectBytes,
  nextTask,
  rejection,
  type SuiteCase,
  type SuitePair,
  untilWaiting,
} from "./pair.ts";

const settings: readonly SuiteCase[] = [
  {
    name: "config is frozen, complete, and as requested",
    config: { a: { baudRate: 9600, flowControl: { xonXoff: false } } },
    run: async ({ a }) => {
      ok(Object.isFrozen(a.config));
      equal(a.config.baudRate, 9600);
      equal(a.config.dataBits, 8);
      deepEqual(a.config.flowControl, { xonXoff: false, rtsCts: false, dtrDsr: false });
    },
  },
  {
    name: "effectiveConfig() reads the rate back",
    config: { a: { baudRate: 19_200 } },
    run: async ({ a }) => {
      equal((await a.effectiveConfig()).baudRate, 19_200);
      await a.configure({ baudRate: 57_600 });

      equal((await a.effectiveConfig()).baudRate, 57_600);
    },
  },
  {
    name: "effectiveConfig() reads framing back",
    needs: ["framing"],
    config: { a: { dataBits: 7, parity: "even", stopBits: 2 } },
    run: async ({ a }) => {
      const { dataBits, parity, stopBits } = await a.effectiveConfig();

      deepEqual({ dataBits, parity, stopBits }, { dataBits: 7, parity: "even", stopBits: 2 });
    },
  },
  {
    name: "configure() changes the given settings and leaves the rest",
    config: { a: { baudRate: 9600, readChunkSize: 1024 } },
    run: async ({ a }) => {
      await a.configure({ baudRate: 38_400 });

      equal(a.config.baudRate, 38_400);
      equal(a.config.readChunkSize, 1024);
      ok(Object.isFrozen(a.config));
    },
  },
  {
    name: "configure() refuses a wrong field and changes nothing",
    run: async ({ a }) => {
      const before = await snapshot(a);
      const wrong = { baudRate: 0, parity: "even" } as const;
      await rejects(a.configure(wrong), { name: "ConfigurationError" });
      // The types forbid it; JavaScript callers can do it.
      const unknown = { speed: 9600 } as unknown as SerialConfigInput;
      await rejects(a.configure(unknown), { name: "ConfigurationError" });

      deepEqual(await snapshot(a), before);
    },
  },
  {
    name: "configure() applies concurrent changes one after the other",
    run: async ({ a }) => {
      await Promise.all([
        a.configure({ baudRate: 9600 }),
        a.configure({ readChunkSize: 128 }),
        a.configure({ baudRate: 19_200 }),
      ]);

      equal(a.config.baudRate, 19_200);
      equal(a.config.readChunkSize, 128);
      equal((await a.effectiveConfig()).baudRate, 19_200);
    },
  },
  {
    name: "configure() with an aborted signal rejects with its reason and changes nothing",
    run: async ({ a }) => {
      const before = await snapshot(a);
      const signal = AbortSignal.abort("changed my mind");

      equal(await rejection(a.configure({ baudRate: 9600 }, { signal })), "changed my mind");
      deepEqual(await snapshot(a), before);
    },
  },
  {
    name: "configure() leaves a waiting receive() and unread bytes alone",
    run: async ({ a, b }) => {
      await a.send(bytes("unread"));
      await untilWaiting(b, 6);
      await b.configure({ baudRate: 9600 });
      await expectBytes(b, bytes("unread"));
      const received = b.receive();
      await nextTask();
      await b.configure({ baudRate: 115_200 });
      await a.send(bytes("x"));

      equal((await received).length, 1);
    },
  },
];

const refusals: readonly SuiteCase[] = [
  {
    name: "configure() that the driver refuses leaves the configuration from before in force",
    needs: ["refusal"],
    config: { a: { baudRate: 9600 } },
    run: async (pair) => {
      const { a } = pair;
      const before = await snapshot(a);
      const error = await rejection(a.configure({ ...refused(pair), readChunkSize: 128 }));

      ok(error instanceof Error && error.name.startsWith("Unsupported"), String(error));
      deepEqual(await snapshot(a), before);
    },
  },
  {
    name: "configure() that the driver refuses continues under the policy ignore",
    needs: ["refusal"],
    run: async (pair) => {
      const { a, b } = pair;
      await a.configure({ ...refused(pair), readChunkSize: 128, unsupportedPolicy: "ignore" });
      await a.send(bytes("x"));

      equal(a.config.readChunkSize, 128);
      await expectBytes(b, bytes("x"));
    },
  },
  {
    name: "config has the settings in force after the driver refused or changed a setting",
    needs: ["refusal"],
    config: { a: { unsupportedPolicy: "ignore" } },
    run: async (pair) => {
      const { a } = pair;
      const wanted = createSerialConfig(refused(pair));
      await a.configure(refused(pair));

      for (const name of Object.keys(refused(pair)) as (keyof SerialConfig)[]) {
        notDeepEqual(a.config[name], wanted[name], name);
      }
      equal(a.config.baudRate, (await a.effectiveConfig()).baudRate);
      ok(Object.isFrozen(a.config));
    },
  },
  {
    name: "configure() that the driver refuses warns once under the policy warn",
    needs: ["refusal"],
    config: { a: { unsupportedPolicy: "warn" } },
    run: async (pair) => {
      const { a } = pair;
      const warnings: Error[] = [];
      const listener = (warning: Error): void => void warnings.push(warning);
      process.on("warning", listener);
      await a.configure(refused(pair));
      await a.configure(refused(pair));
      await nextTask();
      process.removeListener("warning", listener);

      deepEqual(
        warnings.map(({ name }) => name),
        ["SerialUnsupportedWarning"],
      );
    },
  },
];

const capabilities: readonly SuiteCase[] = [
  {
    name: "capabilities is a frozen record that answers for every feature",
    run: async ({ a }) => {
      ok(Object.isFrozen(a.capabilities));
      for (const feature of FEATURES) {
        ok(["supported", "unsupported", "unknown"].includes(a.capabilities[feature]), feature);
      }
    },
  },
  {
    name: "capabilities agrees with the calls",
    run: async ({ a }) => {
      const probes = [
        ["modemLines", () => a.modemLines()],
        ["modemLines", () => a.setControlLines({ rts: true })],
        ["breakSignal", () => a.sendBreak({ durationMs: 1 })],
        ["inputWaiting", () => a.inputWaiting()],
        ["outputWaiting", () => a.outputWaiting()],
        ["lineErrorCounters", () => a.lineErrors()],
      ] as const;
      for (const [feature, call] of probes) {
        const capability = a.capabilities[feature];
        if (capability === "supported") await call();
        if (capability === "unsupported") {
          await rejects(call(), { name: "UnsupportedFeatureError" }, feature);
        }
      }
    },
  },
];

async function snapshot(port: SerialPort): Promise<unknown> {
  return { config: port.config, effective: await port.effectiveConfig() };
}

function refused({ refusedConfig }: SuitePair): SerialConfigInput {
  if (refusedConfig === undefined) throw new Error('the pair has no "refusedConfig"');
  return refusedConfig;
}

export const configureCases: readonly SuiteCase[] = [...settings, ...refusals, ...capabilities];
