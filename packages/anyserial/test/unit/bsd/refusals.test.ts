// The footnote of the table "What works" (unknown: tried, and the driver's refusal goes by the
// policy) and its rows of missing features (the policy is applied before the device is opened), on
// each system and CPU.

import { deepEqual, equal, rejects } from "node:assert/strict";
import { test } from "node:test";
import { nextTask } from "@anyserial/test-support/tasks";
import type { SerialConfigInput } from "anyserial";
import { bsdCapabilities } from "../../../dist/bsd/platform.js";
import { BSD_VARIANTS } from "../../../dist/bsd/variant.js";
import { BsdMachine, FOUR_SYSTEMS } from "../../helpers/bsd-port.ts";

const HAS_HALVES = /^(freebsd|dragonfly)/;

/** Warnings of one open that goes on. */
async function warningsOf(machine: BsdMachine, config: SerialConfigInput): Promise<string[]> {
  const warnings: string[] = [];
  const listen = ({ name, message }: Error): void => {
    if (name === "SerialUnsupportedWarning") warnings.push(`${name}: ${message}`);
  };
  process.on("warning", listen);
  const port = await machine.open({ ...config, unsupportedPolicy: "warn" });
  await nextTask();
  process.removeListener("warning", listen);
  await port.close();
  return warnings;
}

for (const variant of BSD_VARIANTS) {
  test(`bsdCapabilities("${variant}") marks features unknown that were never tried on hardware`, () => {
    const { platform, backend, ...features } = bsdCapabilities(variant);

    deepEqual([platform, backend], [variant, "bsd"]);
    deepEqual(features, {
      customBaudRate: "supported",
      markSpaceParity: "unknown",
      onePointFiveStopBits: "unsupported",
      xonXoff: "supported",
      rtsCts: "supported",
      dtrDsr: HAS_HALVES.test(variant) ? "unknown" : "unsupported",
      modemLines: "unknown",
      modemLineEvents: "unknown",
      breakSignal: "supported",
      exclusiveAccess: "supported",
      lowLatency: "unsupported",
      rs485: "unsupported",
      inputWaiting: "supported",
      outputWaiting: "unknown",
      lineErrorCounters: "unsupported",
      portDiscovery: "supported",
    });
  });
}

/** Options that no BSD has: the row, the option, and the feature that the error is about. */
const MISSING: readonly (readonly [string, SerialConfigInput])[] = [
  ["Low-latency mode", { lowLatency: true }],
  ["Kernel RS-485", { rs485: { enabled: true } }],
  ["1.5 stop bits", { stopBits: 1.5 }],
];

for (const target of FOUR_SYSTEMS) {
  for (const [row, config] of MISSING) {
    test(`${row}: raise leaves no trace on ${target}`, async () => {
      const machine = new BsdMachine(target);

      await rejects(machine.open(config), {
        name: "UnsupportedFeatureError",
        code: "ERR_SERIAL_UNSUPPORTED",
      });

      deepEqual(machine.kernel.trace, []); // not one system call
    });

    test(`${row}: warn warns once, and continues without it, on ${target}`, async () => {
      const machine = new BsdMachine(target);

      const warnings = await warningsOf(machine, config);

      equal(warnings.length, 1);
      equal(warnings[0]?.startsWith("SerialUnsupportedWarning: Cannot configure port"), true);
    });

    test(`${row}: ignore goes on silently on ${target}`, async () => {
      const machine = new BsdMachine(target);

      const port = await machine.open({ ...config, unsupportedPolicy: "ignore" });

      equal(port.isOpen, true);
      await port.close();
    });
  }

  for (const parity of ["mark", "space"] as const) {
    test(`Mark / space parity¹: ${parity} is unknown, and refused when it is applied, on ${target}`, async () => {
      const machine = new BsdMachine(target);
      const before = machine.kernel.settings();

      await rejects(machine.open({ parity }), {
        name: "UnsupportedConfigurationError",
        code: "ERR_SERIAL_UNSUPPORTED",
      });

      deepEqual(machine.kernel.settings(), before);
      equal(machine.kernel.openFds.size, 0);
    });

    test(`Mark / space parity¹: ${parity} under warn opens without parity on ${target}`, async () => {
      const machine = new BsdMachine(target);

      const warnings = await warningsOf(machine, { parity });

      deepEqual(warnings.length, 1);
      equal(machine.kernel.settings()[2], "c_cflag CS8|CREAD|HUPCL|CLOCAL");
    });
  }

  test(`Modem lines (CTS/DSR/RI/CD)¹: read where the driver has them on ${target}`, async () => {
    const machine = new BsdMachine(target);
    machine.kernel.driver.modemBits = 0x20 | 0x80; // TIOCM_CTS, TIOCM_RI
    const port = await machine.open();

    deepEqual(await port.modemLines(), { cts: true, dsr: false, ri: true, dcd: false });
    equal(port.capabilities.modemLines, "supported");
    await port.close();
  });

  test(`Modem lines (CTS/DSR/RI/CD)¹: ENOTTY is UnsupportedFeatureError on ${target}`, async () => {
    const machine = new BsdMachine(target);
    machine.kernel.driver.modemBits = undefined;
    const port = await machine.open();

    await rejects(port.modemLines(), {
      name: "UnsupportedFeatureError",
      code: "ENOTTY",
    });
    equal(port.capabilities.modemLines, "unsupported");
    await port.close();
  });

  test(`Modem lines (CTS/DSR/RI/CD)¹: changes are sampled on ${target}`, async () => {
    const machine = new BsdMachine(target);
    const port = await machine.open();
    const changes = port.modemLineChanges();

    machine.kernel.driver.modemBits = 0x100; // TIOCM_DSR
    const { value } = await changes.next();

    deepEqual([value?.line, value?.state], ["dsr", true]);
    await port.close();
  });

  test(`Modem lines (CTS/DSR/RI/CD)¹: ENOTSUP is UnsupportedFeatureError on ${target}`, async () => {
    const machine = new BsdMachine(target);
    const port = await machine.open();
    machine.kernel.fail("TIOCMGET", "ENOTSUP");

    // The two are one number on FreeBSD and DragonFly.
    const code = HAS_HALVES.test(target) ? "EOPNOTSUPP" : "ENOTSUP";
    await rejects(port.modemLines(), { name: "UnsupportedFeatureError", code });
    await port.close();
  });

  test(`RTS / DTR control¹: TIOCMBIS and TIOCMBIC on ${target}`, async () => {
    const machine = new BsdMachine(target);
    machine.kernel.driver.modemBits = 0x2; // DTR
    const port = await machine.open({ controlLines: { rts: true, dtr: false } });

    equal(machine.kernel.driver.modemBits, 0x4);
    deepEqual(machine.calls("ioctl 7 TIOCMB"), [
      "ioctl 7 TIOCMBIC (0x8004746b, 4 bytes) TIOCM_DTR = 0",
      "ioctl 7 TIOCMBIS (0x8004746c, 4 bytes) TIOCM_RTS = 0",
    ]);
    await port.close();
  });

  test(`RTS / DTR control¹: lines that the driver lacks go by the policy on ${target}`, async () => {
    const machine = new BsdMachine(target);
    machine.kernel.driver.modemBits = undefined;

    await rejects(machine.open({ controlLines: { rts: true } }), { code: "ENOTTY" });
    equal((await warningsOf(machine, { controlLines: { rts: true } })).length, 1);
    equal(machine.kernel.openFds.size, 0);
  });

  test(`Output waiting¹: TIOCOUTQ where the driver has it on ${target}`, async () => {
    const machine = new BsdMachine(target);
    const port = await machine.open();
    machine.kernel.driver.outputQueue = 12;

    equal(await port.outputWaiting(), 12);
    equal(port.capabilities.outputWaiting, "supported");
    machine.kernel.driver.outputQueue = undefined;
    await rejects(port.outputWaiting(), { name: "UnsupportedFeatureError" });
    await port.close();
  });

  test(`Custom baud rates: the driver's EINVAL names the rate on ${target}`, async () => {
    const machine = new BsdMachine(target);
    machine.kernel.driver.takesRate = (rate) => rate <= 115_200;
    const before = machine.kernel.settings();

    await rejects(machine.open({ baudRate: 250_000 }), {
      name: "UnsupportedConfigurationError",
      code: "EINVAL",
      errno: 22,
      syscall: "ioctl(TIOCSETA)",
      message: 'Cannot configure port "/dev/cuaU0": the driver refuses the rate 250000 (EINVAL)',
    });

    deepEqual(machine.kernel.settings(), before);
    deepEqual(await warningsOf(machine, { baudRate: 250_000 }), [
      'SerialUnsupportedWarning: Cannot configure port "/dev/cuaU0": the driver refuses the rate 250000 (EINVAL)',
    ]);
    equal(machine.kernel.settings().at(-1), "c_ispeed 9600 c_ospeed 9600");
  });

  for (const rtsCts of ["refused", "dropped", "halved"] as const) {
    // One bit cannot be halved.
    if (rtsCts === "halved" && !HAS_HALVES.test(target)) continue;
    test(`RTS/CTS hardware flow: ${rtsCts} by the driver goes by the policy on ${target}`, async () => {
      const machine = new BsdMachine(target);
      machine.kernel.driver.rtsCts = rtsCts;
      const config = { baudRate: 57_600, flowControl: { rtsCts: true } };
      const code = rtsCts === "refused" ? "EINVAL" : "ERR_SERIAL_SETTING_CHANGED";

      await rejects(machine.open(config), { name: "UnsupportedConfigurationError", code });
      const warnings = await warningsOf(machine, config);

      equal(warnings.length, 1);
      equal(warnings[0]?.includes("rtsCts"), true);
      equal(machine.kernel.settings().at(-1), "c_ispeed 57600 c_ospeed 57600");
    });
  }

  test(`DTR/DSR flow: ${HAS_HALVES.test(target) ? "by its two halves" : "there is none"} on ${target}`, async () => {
    const machine = new BsdMachine(target);
    const config = { flowControl: { dtrDsr: true } };
    if (!HAS_HALVES.test(target)) {
      await rejects(machine.open(config), { name: "UnsupportedFeatureError" });
      deepEqual(machine.kernel.trace, []);
      return;
    }

    const port = await machine.open(config);

    equal((await port.effectiveConfig()).flowControl.dtrDsr, true);
    equal(machine.kernel.settings()[2], "c_cflag CS8|CREAD|HUPCL|CLOCAL|CDTR_IFLOW|CDSR_OFLOW");
    await port.close();
    machine.kernel.driver.dtrDsr = "refused";
    await rejects(machine.open(config), { name: "UnsupportedConfigurationError", code: "EINVAL" });
  });

  test(`Break signal: a driver without it is UnsupportedFeatureError on ${target}`, async () => {
    const machine = new BsdMachine(target);
    machine.kernel.driver.hasBreak = false;
    const port = await machine.open();

    await rejects(port.sendBreak({ durationMs: 1 }), { name: "UnsupportedFeatureError" });
    await port.close();
  });

  test(`a driver that refuses everything leaves the port as it was on ${target}`, async () => {
    const machine = new BsdMachine(target);
    machine.kernel.driver.takesRate = () => false;
    const before = machine.kernel.settings();

    await rejects(machine.open({ dataBits: 5 }), {
      name: "UnsupportedConfigurationError",
      code: "EINVAL",
    });

    deepEqual(machine.kernel.settings(), before);
    equal(machine.kernel.openFds.size, 0);
  });
}
