import { deepEqual, equal, rejects, throws } from "node:assert/strict";
import { test } from "node:test";
import { createSerialConfig } from "../../../dist/config/config.js";
import { createMemoryCable } from "../../../dist/memory/memory-backend.js";
import { open, openPair } from "../../helpers/memory.ts";

test("effectiveConfig() reads back the configured settings, RS-485 included", async () => {
  const cable = createMemoryCable();
  const a = await open(cable.a, { baudRate: 250_000, stopBits: 1.5, parity: "mark" });
  equal(a.effectiveConfig().baudRate, 250_000);
  equal(a.effectiveConfig().stopBits, 1.5);
  equal(a.effectiveConfig().parity, "mark");
  equal(a.effectiveConfig().rs485?.enabled, false);
  a.configure(createSerialConfig({ rs485: { delayBeforeSendMs: 3 } }), "stop");
  equal(a.effectiveConfig().rs485?.delayBeforeSendMs, 3);
  a.configure(createSerialConfig({ rs485: null }), "stop");

  deepEqual(a.effectiveConfig().rs485?.enabled, false);
});

test("close() puts the RS-485 block back", async () => {
  const cable = createMemoryCable();
  const a = await open(cable.a, { rs485: { enabled: true } });
  equal(cable.a.hooks.settings().rs485?.enabled, true);
  await a.close(0);

  equal(cable.a.hooks.settings().rs485?.enabled, false);
});

test("configure() applies the policy to refusals and changes of the driver, and is atomic", async () => {
  const takeBaudRate = (rate: number): number => Math.min(rate, 115_200);
  const { a } = await openPair({ features: { lowLatency: "unknown" }, takeBaudRate });
  const before = a.effectiveConfig();
  const lowLatency = createSerialConfig({ lowLatency: true, parity: "odd" });
  throws(() => a.configure(lowLatency, "stop"), { name: "UnsupportedFeatureError" });
  const tooFast = createSerialConfig({ baudRate: 230_400, parity: "odd" });
  throws(() => a.configure(tooFast, "stop"), {
    name: "UnsupportedConfigurationError",
    code: "ERR_SERIAL_SETTING_CHANGED",
  });
  deepEqual(a.effectiveConfig(), before);
  a.configure(tooFast, "leave-out");

  equal(a.effectiveConfig().baudRate, 115_200);
  equal(a.effectiveConfig().parity, "odd");
});

test("configure() takes a rate that is off by no more than 3 %", async () => {
  const { a } = await openPair({ takeBaudRate: (rate) => rate * 1.03 });
  a.configure(createSerialConfig({ baudRate: 100_000 }), "stop");

  equal(a.effectiveConfig().baudRate, 103_000);
});

test("features that the driver lacks are refused, and capabilities says so", async () => {
  const cable = createMemoryCable({
    features: {
      modemLines: "unknown",
      breakSignal: "unsupported",
      inputWaiting: "unsupported",
      outputWaiting: "unsupported",
      lineErrorCounters: "unsupported",
      modemLineEvents: "unsupported",
    },
  });
  equal(cable.a.backend.platformCapabilities().modemLines, "unknown");
  await rejects(open(cable.a, { controlLines: { rts: true } }), {
    name: "UnsupportedFeatureError",
  });
  const a = await open(cable.a);
  equal(a.capabilities.modemLines, "unsupported");
  equal(a.capabilities.rs485, "supported");
  const refused = { name: "UnsupportedFeatureError" };
  throws(() => a.modemLines(), refused);
  throws(() => a.setControlLines({ rts: true }), refused);
  throws(() => a.setBreak(true), refused);
  throws(() => a.inputWaiting(), refused);
  throws(() => a.outputWaiting(), refused);
  throws(() => a.lineErrorCounts(), refused);

  equal(a.modemLineCounts(), undefined);
});
