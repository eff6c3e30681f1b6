// Rates on a Mac: what the settings carry, what IOSSIOSPEED sets, in which order, and what is put back.

import { deepEqual, equal, throws } from "node:assert/strict";
import { test } from "node:test";
import type { OnRefusal } from "../../../dist/config/refusals.js";
import { darwinAbi, STANDARD_RATES } from "../../../dist/darwin/abi.js";
import { nearestStandard } from "../../../dist/darwin/baud-rate.js";
import { darwinPlatform } from "../../../dist/darwin/platform.js";
import { openTty } from "../../../dist/posix/open-tty.js";
import type { PosixPort } from "../../../dist/posix/posix-port.js";
import { configOf } from "../../helpers/fake-libc.ts";
import { MacKernel } from "../../helpers/mac-kernel.ts";

const PATH = "/dev/cu.usbserial-1";

function setUp(cpu: string = "arm64"): MacKernel {
  const kernel = new MacKernel(cpu);
  kernel.nodes.add(PATH);
  return kernel;
}

function open(kernel: MacKernel, baudRate: number, onRefusal: OnRefusal = "stop"): PosixPort {
  const abi = darwinAbi(kernel.facts.cpu);
  if (abi === undefined) throw new Error("no table");
  const platform = darwinPlatform({ libc: kernel, tcdrain: () => 0, abi });
  const request = { path: PATH, config: configOf({ baudRate }), onRefusal };
  return openTty(platform, request, undefined);
}

/** Commits and rates, in order. */
function rateCalls(kernel: MacKernel): string[] {
  return kernel.trace
    .filter((line) => /TIOCSETA|IOSSIOSPEED|c_ispeed/.test(line))
    .map((line) => line.trim().replace(/ \(.*?\)/, ""));
}

for (const cpu of ["x64", "arm64"]) {
  test(`a custom rate follows the commit of a standard one (${cpu})`, () => {
    const kernel = setUp(cpu);

    const device = open(kernel, 250_000);

    deepEqual(rateCalls(kernel), [
      "ioctl 7 TIOCSETA = 0",
      "c_ispeed 230400 c_ospeed 230400",
      "ioctl 7 IOSSIOSPEED 250000 = 0",
    ]);
    equal(device.effectiveConfig().baudRate, 250_000);
  });
}

for (const baudRate of STANDARD_RATES) {
  test(`${baudRate} baud is in the settings, and IOSSIOSPEED is not asked`, () => {
    const kernel = setUp();

    const device = open(kernel, baudRate);

    deepEqual(kernel.customRates, []);
    equal(device.effectiveConfig().baudRate, baudRate);
  });
}

/** Rates that no table has; an odd one in the settings would clock the line from outside. */
for (const baudRate of [1, 31_250, 74_881, 250_001, 12_000_000, 0xffff_ffff]) {
  test(`${baudRate} baud never gets into the settings`, () => {
    const kernel = setUp();

    const device = open(kernel, baudRate);

    deepEqual(kernel.customRates, [baudRate]);
    equal(device.effectiveConfig().baudRate, baudRate);
  });
}

test("every later commit is followed by the rate again", () => {
  const kernel = setUp();
  const device = open(kernel, 250_000);

  device.configure(configOf({ baudRate: 250_000, parity: "even" }), "stop");
  device.configure(configOf({ baudRate: 9600 }), "stop");
  device.configure(configOf({ baudRate: 31_250 }), "stop");

  deepEqual(kernel.customRates, [250_000, 250_000, 31_250]);
  equal(kernel.rate, 31_250);
});

/** Old PL2303 drivers answer EINVAL, others EDEVERR; a pty answers ENOTTY. */
for (const code of ["EINVAL", "EDEVERR", "ENOTTY"]) {
  test(`a driver that answers ${code} to IOSSIOSPEED makes UnsupportedConfigurationError`, () => {
    const kernel = setUp();
    const before = [...kernel.termios];
    kernel.answerRate = () => code;

    throws(() => open(kernel, 250_000), {
      name: "UnsupportedConfigurationError",
      code,
      syscall: "ioctl(IOSSIOSPEED)",
      path: PATH,
    });

    deepEqual([...kernel.termios], before);
    equal(kernel.openFds.size, 0);
  });
}

test("a refused rate that is left out leaves the nearest standard one", () => {
  const kernel = setUp();
  kernel.answerRate = () => "EINVAL";

  const device = open(kernel, 250_000, "leave-out");

  deepEqual(
    device.outcome.refused.map(({ setting, error }) => [setting, error.code]),
    [
      ["baudRate", "EINVAL"],
      ["baudRate", "ERR_SERIAL_SETTING_CHANGED"],
    ],
  );
  equal(device.effectiveConfig().baudRate, 230_400);
});

test("an unplugged adapter is no unsupported rate", () => {
  const kernel = setUp();
  kernel.answerRate = () => "ENXIO";

  throws(() => open(kernel, 250_000), { name: "SerialDisconnectedError", code: "ENXIO" });
});

test("a rate that fails later leaves the old one, also where that was custom", () => {
  const kernel = setUp();
  const device = open(kernel, 250_000);
  kernel.answerRate = (rate) => (rate === 300_000 ? "EINVAL" : undefined);

  throws(() => device.configure(configOf({ baudRate: 300_000 }), "stop"), { code: "EINVAL" });

  equal(kernel.rate, 250_000);
  equal(device.effectiveConfig().baudRate, 250_000);
});

test("a failed open puts back the custom rate that another program had set", () => {
  const kernel = setUp();
  for (const name of ["c_ispeed", "c_ospeed"]) {
    kernel.facts.write(kernel.termios, "termios", name, 31_250);
  }
  kernel.answerRate = (rate) => (rate === 250_000 ? "EINVAL" : undefined);

  throws(() => open(kernel, 250_000), { code: "EINVAL" });

  equal(kernel.rate, 31_250);
});

/** Any rate, and the standard one that is nearest. */
const NEAREST: readonly (readonly [number, number])[] = [
  [0, 0],
  [1, 50],
  [62, 50],
  [63, 75],
  [9600, 9600],
  [10_000, 9600],
  [74_880, 76_800],
  [250_000, 230_400],
  [500_000, 460_800],
  [4_000_000, 1_843_200],
];
for (const [baudRate, standard] of NEAREST) {
  test(`nearestStandard(${baudRate}) is ${standard}`, () => {
    equal(nearestStandard(baudRate), standard);
  });
}
