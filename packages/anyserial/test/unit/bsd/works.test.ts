// Every row of the table "What works" of the BSD seed page, by its name, on each system and CPU; the
// footnote and the rows of what does not work are in refusals.test.ts, those of discovery in list.test.ts.

import { deepEqual, equal, rejects } from "node:assert/strict";
import { test } from "node:test";
import type { DataBits, Parity, SerialConfigInput, StopBits } from "anyserial";
import { createSerialConfig } from "../../../dist/config/config.js";
import { BsdMachine, FOUR_SYSTEMS, PATH } from "../../helpers/bsd-port.ts";

/** Rates of <sys/termios.h>, up to B921600 of FreeBSD. */
const STANDARD_RATES = [50, 300, 1200, 9600, 19_200, 38_400, 57_600, 115_200, 230_400, 921_600];
/** Rates that no header names. */
const CUSTOM_RATES = [31_250, 74_880, 250_000, 3_000_000];

/** Line of `struct termios` in force after an open. */
async function settingOf(
  target: string,
  config: SerialConfigInput,
  field: string,
): Promise<string | undefined> {
  const { kernel, ...machine } = openable(target);
  const port = await machine.open(config);
  const line = kernel.settings().find((words) => words.startsWith(field));
  await port.close();
  equal(kernel.openFds.size, 0, "nothing is left open");
  return line;
}

function openable(target: string): Pick<BsdMachine, "kernel" | "open"> {
  const machine = new BsdMachine(target);
  return { kernel: machine.kernel, open: (config) => machine.open(config) };
}

for (const target of FOUR_SYSTEMS) {
  for (const rate of STANDARD_RATES) {
    test(`Standard baud rates: ${rate} on ${target}`, async () => {
      equal(
        await settingOf(target, { baudRate: rate }, "c_ispeed"),
        `c_ispeed ${rate} c_ospeed ${rate}`,
      );
    });
  }

  for (const rate of CUSTOM_RATES) {
    test(`Custom baud rates: ${rate} passes through as an integer on ${target}`, async () => {
      const machine = new BsdMachine(target);
      const port = await machine.open({ baudRate: rate });

      deepEqual(machine.kernel.settings().at(-1), `c_ispeed ${rate} c_ospeed ${rate}`);
      equal((await port.effectiveConfig()).baudRate, rate);
      equal(machine.calls("ioctl 7 TIOCSETA").length, 1); // one commit, no request besides
      await port.close();
    });
  }

  for (const bits of [5, 6, 7, 8] as const satisfies readonly DataBits[]) {
    test(`5 / 6 / 7 / 8 data bits: ${bits} on ${target}`, async () => {
      const line = await settingOf(target, { dataBits: bits }, "c_cflag");

      equal(line, `c_cflag CS${bits}|CREAD|HUPCL|CLOCAL`);
    });
  }

  for (const [parity, flags] of [
    ["none", ""],
    ["even", "PARENB|"],
    ["odd", "PARENB|PARODD|"],
  ] as const satisfies readonly (readonly [Parity, string])[]) {
    test(`Even / odd / no parity: ${parity} on ${target}`, async () => {
      const line = await settingOf(target, { parity }, "c_cflag");

      equal(line, `c_cflag CS8|CREAD|${flags}HUPCL|CLOCAL`);
      const input = await settingOf(target, { parity }, "c_iflag");
      equal(input, parity === "none" ? "c_iflag 0" : "c_iflag INPCK");
    });
  }

  for (const [stopBits, flags] of [
    [1, ""],
    [2, "CSTOPB|"],
  ] as const satisfies readonly (readonly [StopBits, string])[]) {
    test(`1 / 2 stop bits: ${stopBits} on ${target}`, async () => {
      const line = await settingOf(target, { stopBits }, "c_cflag");

      equal(line, `c_cflag CS8|${flags}CREAD|HUPCL|CLOCAL`);
    });
  }

  test(`RTS/CTS hardware flow: both halves of it, or the one bit, on ${target}`, async () => {
    const line = await settingOf(target, { flowControl: { rtsCts: true } }, "c_cflag");
    const isHalved = /^(freebsd|dragonfly)/.test(target);

    const flags = isHalved ? "CCTS_OFLOW|CRTS_IFLOW" : "CCTS_OFLOW";
    equal(line, `c_cflag CS8|CREAD|HUPCL|CLOCAL|${flags}`);
  });

  test(`Software flow (XON/XOFF) on ${target}`, async () => {
    const flowControl = { xonXoff: true };

    equal(await settingOf(target, { flowControl }, "c_iflag"), "c_iflag IXON|IXOFF");
    equal(
      await settingOf(target, { flowControl }, "c_cc"),
      "c_cc VMIN=1 VTIME=0 VSTART=17 VSTOP=19",
    );
  });

  test(`Break signal: TIOCSBRK and TIOCCBRK by number on ${target}`, async () => {
    const machine = new BsdMachine(target);
    const port = await machine.open();

    await port.sendBreak({ durationMs: 1 });

    deepEqual(machine.calls("ioctl 7 TIOC").slice(-2), [
      "ioctl 7 TIOCSBRK (0x2000747b) = 0",
      "ioctl 7 TIOCCBRK (0x2000747a) = 0",
    ]);
    equal(machine.kernel.isBreakOn, false);
    await port.close();
  });

  test(`Exclusive access: flock(LOCK_EX | LOCK_NB), and TIOCEXCL besides, on ${target}`, async () => {
    const machine = new BsdMachine(target);
    const port = await machine.open({ exclusive: true });

    // devfs of FreeBSD and DragonFly has no flock(2): the other lock does it alone.
    const answer = /^(freebsd|dragonfly)/.test(target) ? "EOPNOTSUPP" : "0";
    deepEqual(machine.calls("flock"), [`flock 7 LOCK_EX|LOCK_NB = ${answer}`]);
    equal(machine.kernel.isExclusive, true);
    await port.close();
    equal(machine.kernel.isExclusive, false);

    machine.kernel.fail("flock", "EAGAIN");
    await rejects(machine.open({ exclusive: true }), { name: "PortBusyError", code: "EAGAIN" });
    machine.kernel.fail("open", "EBUSY"); // marked by TIOCEXCL
    await rejects(machine.open({ exclusive: true }), { name: "PortBusyError", code: "EBUSY" });
    equal(machine.kernel.openFds.size, 0);
  });

  test(`Input waiting on ${target}`, async () => {
    const machine = new BsdMachine(target);
    const port = await machine.open();
    machine.kernel.input.push(1, 2, 3);

    equal(await port.inputWaiting(), 3);
    equal(port.capabilities.inputWaiting, "supported");
    await port.close();
  });

  test(`Buffer flush: TIOCFLUSH of a pointer to FREAD or FWRITE (trap 20) on ${target}`, async () => {
    const machine = new BsdMachine(target);
    const port = await machine.open();
    machine.kernel.input.push(1, 2, 3);
    machine.kernel.driver.outputQueue = 4;

    await port.discardInput();
    deepEqual([machine.kernel.input.length, machine.kernel.driver.outputQueue], [0, 4]);
    await port.discardOutput();

    equal(machine.kernel.driver.outputQueue, 0);
    await port.close();
  });

  test(`Runtime reconfigure: one commit, undone when it fails, on ${target}`, async () => {
    const machine = new BsdMachine(target);
    const port = await machine.open({ baudRate: 9600 });
    const before = machine.kernel.settings();

    await port.configure({ baudRate: 19_200, parity: "odd" });
    const changed = machine.kernel.settings();
    machine.kernel.driver.takesRate = (rate) => rate !== 5;
    await rejects(port.configure({ baudRate: 5 }), { name: "UnsupportedConfigurationError" });

    deepEqual(machine.kernel.settings(), changed);
    deepEqual(
      [before.at(-1), changed.at(-1)],
      [9600, 19_200].map((at) => `c_ispeed ${at} c_ospeed ${at}`),
    );
    await port.close();
  });

  test(`a look at a port changes nothing on ${target}`, () => {
    const machine = new BsdMachine(target);
    machine.kernel.driver.modemBits = 0x4 | 0x40; // RTS, CD
    const before = machine.kernel.settings();

    const seen = machine.backend.inspect(PATH);

    deepEqual(seen.terminal, {
      canonical: true,
      echo: true,
      outputProcessing: true,
      minimumBytes: 255,
    });
    deepEqual([seen.settings.baudRate, seen.settings.dataBits], [9600, 8]);
    deepEqual(
      [seen.modemLines?.dcd, seen.controlLines?.rts, seen.isPseudoTerminal],
      [true, true, false],
    );
    deepEqual(machine.kernel.settings(), before);
    deepEqual([machine.calls("ioctl 7 TIOCSETA"), machine.kernel.openFds.size], [[], 0]);
  });

  test(`the sync API opens the same port on ${target}`, () => {
    const machine = new BsdMachine(target);
    const config = createSerialConfig({ baudRate: 74_880 });
    const port = machine.backend.openBlocking({
      path: PATH,
      config,
      onRefusal: "stop" as const,
    });
    machine.kernel.input.push(0x41);

    equal(port.effectiveConfig().baudRate, 74_880);
    equal(port.tryWrite(Uint8Array.of(1, 2)), 2);
    equal(port.tryRead(new Uint8Array(4)), 1);

    port.closeBlocking();
    equal(machine.kernel.openFds.size, 0);
  });

  test(`an open port reads raw bytes and does not become the controlling terminal on ${target}`, async () => {
    const machine = new BsdMachine(target);
    const port = await machine.open();

    const flags = machine.abi.O_CLOEXEC | 0x8000 | 0x4 | 0x2;
    deepEqual(machine.calls("open"), [
      `open "${PATH}" O_RDWR|O_NONBLOCK|O_NOCTTY|O_CLOEXEC (0x${flags.toString(16)}) = 7`,
    ]);
    deepEqual(machine.kernel.settings().slice(0, 4), [
      "c_iflag 0",
      "c_oflag 0",
      "c_cflag CS8|CREAD|HUPCL|CLOCAL",
      "c_lflag 0",
    ]);
    await port.close();
  });
}
