// RS-485 on a driver that has it: accepted settings, changed ones and their report, restored ones,
// and the delays. Its receiver cannot be seen to be off while it sends: QEMU's PL011 has no such
// thing.

import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { openSerialPort, type Rs485Config, type SerialConfigInput } from "anyserial";

const PATH = "/dev/ttyAMA0";
/** RS-485 on, with the default values of other systems. */
const ON: Rs485Config = {
  enabled: true,
  rtsOnSend: true,
  rtsAfterSend: false,
  delayBeforeSendMs: 0,
  delayAfterSendMs: 0,
  rxDuringTx: false,
};
const OFF: Rs485Config = { ...ON, enabled: false, rtsOnSend: false };

/** Opens the port, and closes it again. @returns The driver's setting in force. */
async function taken(config: SerialConfigInput): Promise<Rs485Config | null> {
  const port = await openSerialPort(PATH, config);
  const { rs485 } = await port.effectiveConfig();
  await port.close();
  return rs485;
}

const TAKEN: readonly Partial<Rs485Config>[] = [
  {},
  { rtsOnSend: false, rtsAfterSend: true },
  { rxDuringTx: true },
  { delayBeforeSendMs: 7, delayAfterSendMs: 100 },
];
for (const rs485 of TAKEN) {
  test(`openSerialPort() switches RS-485 on with ${JSON.stringify(rs485)}, until close()`, async () => {
    deepEqual(await taken({ rs485 }), { ...ON, ...rs485 });

    deepEqual(await taken({}), OFF);
  });
}

/** The requested setting, the driver's value, and the field that the error names. */
const CHANGED: readonly (readonly [Partial<Rs485Config>, Partial<Rs485Config>, string])[] = [
  [{ rtsAfterSend: true }, { rtsAfterSend: false }, "rtsAfterSend from true to false"],
  [{ rtsOnSend: false }, { rtsOnSend: true }, "rtsOnSend from false to true"],
  [{ delayBeforeSendMs: 101 }, { delayBeforeSendMs: 100 }, "delayBeforeSendMs from 101 to 100"],
  [{ delayAfterSendMs: 1000 }, { delayAfterSendMs: 100 }, "delayAfterSendMs from 1000 to 100"],
];
for (const [rs485, changed, words] of CHANGED) {
  test(`openSerialPort() refuses RS-485 of which the driver changed ${words}`, async () => {
    await rejects(openSerialPort(PATH, { rs485 }), {
      name: "UnsupportedConfigurationError",
      code: "ERR_SERIAL_SETTING_CHANGED",
      message: `Cannot configure port "${PATH}": the driver changed rs485.${words}`,
    });

    deepEqual(await taken({}), OFF);
  });

  test(`openSerialPort() keeps the driver's ${words} under the policy ignore`, async () => {
    deepEqual(await taken({ rs485, unsupportedPolicy: "ignore" }), { ...ON, ...changed });
  });
}

test("openSerialPort() warns of a changed RS-485 block under the policy warn", async () => {
  const warned = new Promise<Error>((resolve) => process.once("warning", resolve));

  const rs485 = await taken({ rs485: { delayAfterSendMs: 200 }, unsupportedPolicy: "warn" });

  equal((await warned).name, "SerialUnsupportedWarning");
  deepEqual(rs485, { ...ON, delayAfterSendMs: 100 });
});

test("configure() that the driver refuses leaves the RS-485 from before in force", async () => {
  await using port = await openSerialPort(PATH, { rs485: { delayAfterSendMs: 3 } });

  await rejects(port.configure({ rs485: { delayAfterSendMs: 300 } }));

  deepEqual((await port.effectiveConfig()).rs485, { ...ON, delayAfterSendMs: 3 });
  equal(port.config.rs485?.delayAfterSendMs, 3);
});

test("configure() with null puts back the RS-485 that another program had set", async () => {
  await using other = await openSerialPort(PATH, { rs485: { delayBeforeSendMs: 5 } });
  await using port = await openSerialPort(PATH, {
    rs485: { rtsOnSend: false, rtsAfterSend: true },
  });

  await port.configure({ rs485: null });

  deepEqual((await other.effectiveConfig()).rs485, { ...ON, delayBeforeSendMs: 5 });
});

test("close() puts back the RS-485 that another program had set", async () => {
  await using other = await openSerialPort(PATH, { rs485: { delayBeforeSendMs: 5 } });

  await taken({ rs485: { enabled: false } });

  deepEqual((await other.effectiveConfig()).rs485, { ...ON, delayBeforeSendMs: 5 });
});

test("a process that ends puts RS-485 back, closed or not", async () => {
  await using other = await openSerialPort(PATH);
  const script = `
    import { openSerialPort } from "anyserial";
    const port = await openSerialPort("${PATH}", { rs485: {} });
    process.exit((await port.effectiveConfig()).rs485.enabled ? 7 : 1);`;

  const { status } = spawnSync(process.execPath, ["--input-type=module", "--eval", script]);

  equal(status, 7);
  deepEqual((await other.effectiveConfig()).rs485, OFF);
});

test("openSerialPort() refuses RTS/CTS beside RS-485, which the driver drops", async () => {
  await rejects(openSerialPort(PATH, { rs485: {}, flowControl: { rtsCts: true } }), {
    code: "ERR_SERIAL_SETTING_CHANGED",
    message: /rtsCts/,
  });
});

test("configure() sets RTS/CTS when it ends RS-485", async () => {
  await using port = await openSerialPort(PATH, { rs485: {} });

  await port.configure({ rs485: null, flowControl: { rtsCts: true } });

  equal((await port.effectiveConfig()).flowControl.rtsCts, true);
});

test("drainExact() is not done before the delays of RS-485 are over", async () => {
  const delays = { delayBeforeSendMs: 60, delayAfterSendMs: 80 };
  await using port = await openSerialPort(PATH);
  const bySelf = await fastestDrain(port, 20);

  await port.configure({ rs485: delays });
  const delayed = await fastestDrain(port, 3);

  ok(delayed >= 140, `${delayed} ms`);
  ok(bySelf < 140, `${bySelf} ms without RS-485`);
});

test("openSerialPort() refuses RS-485 where the driver can read it only, and changes nothing", async () => {
  const path = "/dev/ttyS0";
  await rejects(openSerialPort(path, { rs485: {}, baudRate: 1200 }), {
    name: "UnsupportedFeatureError",
    code: "ENOTTY",
  });
  await using port = await openSerialPort(path, { rs485: {}, unsupportedPolicy: "ignore" });

  equal((await port.effectiveConfig()).rs485?.enabled, false);
});

/** The shortest of some sends of one byte with the drain behind it, in milliseconds. */
async function fastestDrain(
  port: Awaited<ReturnType<typeof openSerialPort>>,
  times: number,
): Promise<number> {
  let fastest = Number.POSITIVE_INFINITY;
  for (let time = 0; time < times; time++) {
    const start = performance.now();
    await port.send(Uint8Array.of(time));
    await port.drainExact();
    fastest = Math.min(fastest, performance.now() - start);
  }
  return fastest;
}
