// Every row of the macOS column of the platform table, through the public surface, with the calls that a
// Mac would see: decoded by its own layouts, on both CPUs.

import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { test } from "node:test";
import type { DataBits, Parity, SerialConfigInput, SerialError, StopBits } from "anyserial";
import { DARWIN_CAPABILITIES } from "../../../dist/darwin/platform.js";
import { CALLOUT, DIALIN, Mac } from "../../helpers/mac-port.ts";

const CPUS = ["x64", "arm64"];

/** Line of `struct termios` in force after an open. */
async function settingOf(cpu: string, config: SerialConfigInput, field: string): Promise<unknown> {
  const mac = new Mac(cpu);
  const port = await mac.open(config);
  const line = mac.kernel.settings().find((words) => words.startsWith(field));
  await port.close();
  equal(mac.kernel.openFds.size, 0, "nothing is left open");
  return line;
}

test("DARWIN_CAPABILITIES are those of the platform table", () => {
  deepEqual(DARWIN_CAPABILITIES, {
    platform: "darwin",
    backend: "darwin",
    customBaudRate: "supported",
    markSpaceParity: "unsupported",
    onePointFiveStopBits: "unsupported",
    xonXoff: "supported",
    rtsCts: "supported",
    dtrDsr: "unknown",
    modemLines: "unknown",
    modemLineEvents: "unknown",
    breakSignal: "unknown",
    exclusiveAccess: "supported",
    lowLatency: "unsupported",
    rs485: "unsupported",
    inputWaiting: "supported",
    outputWaiting: "supported",
    lineErrorCounters: "unsupported",
    portDiscovery: "supported",
  });
});

for (const cpu of CPUS) {
  test(`a port is opened without waiting for carrier, and is not handed down (${cpu})`, async () => {
    const mac = new Mac(cpu);

    const port = await mac.open();

    deepEqual(mac.calls("open"), [
      `open "${CALLOUT}" O_RDWR|O_NONBLOCK|O_NOCTTY|O_CLOEXEC (0x1020006) = 7`,
    ]);
    await port.close();
  });

  for (const bits of [5, 6, 7, 8] as const satisfies readonly DataBits[]) {
    test(`${bits} data bits (${cpu})`, async () => {
      const line = await settingOf(cpu, { dataBits: bits }, "c_cflag");

      equal(line, `c_cflag CS${bits}|CREAD|HUPCL|CLOCAL`);
    });
  }

  for (const [parity, flags] of [
    ["none", ""],
    ["even", "PARENB|"],
    ["odd", "PARENB|PARODD|"],
  ] as const satisfies readonly (readonly [Parity, string])[]) {
    test(`parity ${parity} (${cpu})`, async () => {
      const line = await settingOf(cpu, { parity }, "c_cflag");

      equal(line, `c_cflag CS8|CREAD|${flags}HUPCL|CLOCAL`);
    });
  }

  for (const [stopBits, flags] of [
    [1, ""],
    [2, "CSTOPB|"],
  ] as const satisfies readonly (readonly [StopBits, string])[]) {
    test(`${stopBits} stop bits (${cpu})`, async () => {
      const line = await settingOf(cpu, { stopBits }, "c_cflag");

      equal(line, `c_cflag CS8|${flags}CREAD|HUPCL|CLOCAL`);
    });
  }

  test(`RTS/CTS is both halves, CCTS_OFLOW and CRTS_IFLOW (${cpu})`, async () => {
    const line = await settingOf(cpu, { flowControl: { rtsCts: true } }, "c_cflag");

    equal(line, "c_cflag CS8|CREAD|HUPCL|CLOCAL|CCTS_OFLOW|CRTS_IFLOW");
  });

  test(`DTR/DSR is both halves, CDTR_IFLOW and CDSR_OFLOW (${cpu})`, async () => {
    const line = await settingOf(cpu, { flowControl: { dtrDsr: true } }, "c_cflag");

    equal(line, "c_cflag CS8|CREAD|HUPCL|CLOCAL|CDTR_IFLOW|CDSR_OFLOW");
  });

  test(`XON/XOFF in both directions, with its characters (${cpu})`, async () => {
    const flowControl = { xonXoff: true };

    equal(await settingOf(cpu, { flowControl }, "c_iflag"), "c_iflag IXON|IXOFF");
    equal(await settingOf(cpu, { flowControl }, "c_cc"), "c_cc VMIN=1 VTIME=0 VSTART=17 VSTOP=19");
  });

  test(`a port is raw: no echo, no signals, no editing, no translation (${cpu})`, async () => {
    equal(await settingOf(cpu, {}, "c_lflag"), "c_lflag 0");
    equal(await settingOf(cpu, {}, "c_oflag"), "c_oflag 0");
    equal(await settingOf(cpu, {}, "c_iflag"), "c_iflag 0");
  });

  test(`break is TIOCSBRK and TIOCCBRK (${cpu})`, async () => {
    const mac = new Mac(cpu);
    const port = await mac.open();

    await port.sendBreak({ durationMs: 1 });

    deepEqual(
      mac.calls("ioctl 7 TIOC").filter((call) => call.includes("BRK")),
      ["ioctl 7 TIOCSBRK (0x2000747b) = 0", "ioctl 7 TIOCCBRK (0x2000747a) = 0"],
    );
    await port.close();
  });

  test(`modem lines by TIOCMGET, TIOCMBIS and TIOCMBIC (${cpu})`, async () => {
    const mac = new Mac(cpu);
    mac.kernel.driver.modemBits = 0x20 | 0x40;
    const port = await mac.open();

    const lines = await port.modemLines();
    await port.setControlLines({ rts: true, dtr: false });

    deepEqual(lines, { cts: true, dsr: false, ri: false, dcd: true });
    equal(mac.kernel.driver.modemBits, 0x20 | 0x40 | 0x4);
    equal(port.capabilities.modemLines, "supported");
    await port.close();
  });

  test(`input and output waiting, and discarded bytes (${cpu})`, async () => {
    const mac = new Mac(cpu);
    const port = await mac.open();
    mac.kernel.arrive(1, 2, 3);
    mac.kernel.driver.outputQueue = 5;

    deepEqual([await port.inputWaiting(), await port.outputWaiting()], [3, 5]);
    await port.discardInput();
    await port.discardOutput();

    deepEqual([await port.inputWaiting(), await port.outputWaiting()], [0, 0]);
    deepEqual(mac.calls("ioctl 7 TIOCFLUSH").slice(-2), [
      "ioctl 7 TIOCFLUSH (0x80047410, 4 bytes) 1 = 0", // FREAD
      "ioctl 7 TIOCFLUSH (0x80047410, 4 bytes) 2 = 0", // FWRITE
    ]);
    await port.close();
  });

  test(`exclusive is flock(2) and TIOCEXCL, both given back (${cpu})`, async () => {
    const mac = new Mac(cpu);
    const port = await mac.open({ exclusive: true });
    deepEqual([mac.kernel.isFlocked, mac.kernel.isExclusive], [true, true]);

    await port.close();

    deepEqual([mac.kernel.isFlocked, mac.kernel.isExclusive], [false, false]);
  });
}

test("a port that another program marked as exclusive is busy, and its twin is named", async () => {
  const mac = new Mac();
  mac.kernel.isMarked = true;

  await rejects(mac.open({ exclusive: true }), {
    name: "PortBusyError",
    code: "EBUSY",
    syscall: "ioctl(TIOCEXCL)",
  });

  equal(mac.kernel.openFds.size, 0);
});

test("a port whose twin is open is busy, and the hint names the twin", async () => {
  const mac = new Mac();
  mac.kernel.fail("open", "EBUSY");

  await rejects(mac.open(), (error: SerialError) => {
    deepEqual([error.name, error.code], ["PortBusyError", "EBUSY"]);
    ok(error.hint?.includes(DIALIN), error.hint);
    return true;
  });
});

test("a driver without modem lines says so: ENOTTY of TIOCMGET", async () => {
  const mac = new Mac();
  mac.kernel.driver.modemBits = undefined;
  const port = await mac.open();

  await rejects(async () => port.modemLines(), { name: "UnsupportedFeatureError", code: "ENOTTY" });

  equal(port.capabilities.modemLines, "unsupported");
  await port.close();
});

test("a driver without break says so", async () => {
  const mac = new Mac();
  mac.kernel.driver.hasBreak = false;
  const port = await mac.open();

  await rejects(port.sendBreak({ durationMs: 1 }), { name: "UnsupportedFeatureError" });

  await port.close();
});

/** Options that no Mac has, and the setting that the policy is called with. */
const MISSING: readonly (readonly [string, SerialConfigInput])[] = [
  ["mark parity", { parity: "mark" }],
  ["space parity", { parity: "space" }],
  ["1.5 stop bits", { stopBits: 1.5 }],
  ["low latency", { lowLatency: true }],
  ["RS-485", { rs485: {} }],
];
for (const [option, config] of MISSING) {
  test(`${option} is refused before the device is opened`, async () => {
    const mac = new Mac();

    await rejects(mac.open(config), {
      name: "UnsupportedFeatureError",
      code: "ERR_SERIAL_UNSUPPORTED",
    });

    deepEqual(mac.kernel.trace, []);
  });

  test(`${option} is left out under ignore`, async () => {
    const mac = new Mac();

    const port = await mac.open({ ...config, unsupportedPolicy: "ignore" });

    equal(
      mac.kernel
        .settings()
        .find((line) => line.startsWith("c_cflag"))
        ?.replace("CSTOPB|", ""),
      "c_cflag CS8|CREAD|HUPCL|CLOCAL",
    );
    await port.close();
  });
}

test("line errors are not counted on a Mac", async () => {
  const mac = new Mac();
  const port = await mac.open();

  await rejects(async () => port.lineErrors(), { name: "UnsupportedFeatureError" });

  await port.close();
});

test("arriving bytes are received, and sent bytes are written", async () => {
  const mac = new Mac();
  const port = await mac.open();

  await port.send(Buffer.from("*IDN?\n"));
  const receiving = port.receive();
  mac.kernel.arrive(...Buffer.from("FT232R"));
  mac.wake();

  equal(Buffer.from(await receiving).toString(), "FT232R");
  equal(Buffer.from(mac.kernel.written).toString(), "*IDN?\n");
  await port.close();
});

test("a waiting receive rejects at once when the device is gone: ENXIO", async () => {
  const mac = new Mac();
  const port = await mac.open();
  const receiving = port.receive();
  mac.kernel.fail("read", "ENXIO");

  mac.kernel.kqueue.touch("EVFILT_READ");
  mac.wake();

  await rejects(receiving, { name: "SerialDisconnectedError", code: "ENXIO" });
  equal((await port.closed)?.name, "SerialDisconnectedError");
});

test("an idle port notices that the device is gone without an end of file in the event", async () => {
  const mac = new Mac();
  const port = await mac.open();
  mac.kernel.fail("FIONREAD", "ENXIO");

  mac.kernel.kqueue.touch("EVFILT_READ");
  mac.wake();

  equal((await port.closed)?.name, "SerialDisconnectedError");
  equal(mac.kernel.openFds.size, 0);
});

test("an idle port to which something arrives stays open", async () => {
  const mac = new Mac();
  const port = await mac.open();

  mac.kernel.arrive(1);
  mac.wake();

  equal(port.isOpen, true);
  deepEqual([...(await port.receive())], [1]);
  await port.close();
});
