// Apple's arm64 passes the variable arguments of a C function on the stack and fixed ones in
// registers: a variadic function that is declared as fixed reads rubbish there, and nothing tells. So
// every declaration that the macOS backend makes is looked at here.

import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "node:test";
import { type DarwinAbi, darwinAbi } from "../../../dist/darwin/abi.js";
import { darwinParts } from "../../../dist/darwin/backend.js";
import { openIoKit } from "../../../dist/darwin/iokit.js";
import { koffiSignature } from "../../../dist/ffi/koffi-signature.js";
import { bindLibc } from "../../../dist/posix/libc.js";
import { bindKqueue } from "../../../dist/posix/readiness/kqueue.js";
import { RecordingFfi } from "../../helpers/recording-ffi.ts";

/** Variadic functions of the macOS SDK that a backend may want, and how many parameters are fixed. */
const VARIADIC: Readonly<Record<string, number>> = {
  open: 2,
  openat: 3,
  fcntl: 2,
  ioctl: 2,
  syscall: 1,
  sem_open: 2,
  shm_open: 2,
  printf: 1,
  snprintf: 3,
  CFStringCreateWithFormat: 3,
};

function platformAbi(arch: string): DarwinAbi {
  const abi = darwinAbi(arch);
  if (abi === undefined) throw new Error(`no table for ${arch}`);
  return abi;
}

/** Everything that the backend declares on a CPU. */
function declare(arch: string): RecordingFfi {
  const ffi = new RecordingFfi();
  const { platform, readiness, links } = darwinParts(ffi, arch, "reactor");
  links?.();
  platform.libc.open("/dev/cu.x", 0);
  equal(readiness.mechanism, "reactor");
  bindKqueue(ffi, platformAbi(arch).kqueue);
  openIoKit(ffi);
  return ffi;
}

for (const arch of ["x64", "arm64"]) {
  test(`darwinParts("${arch}") binds the calls that a port needs`, () => {
    const ffi = declare(arch);

    for (const symbol of [
      "open",
      "ioctl",
      "read",
      "write",
      "flock",
      "poll",
      "kevent",
      "mach_msg",
      "openat",
      "renameatx_np",
      "fstatat",
      "fchown",
    ]) {
      ok(ffi.of(symbol).length > 0, symbol);
    }
  });
}

test("darwinParts() declares no variadic function as fixed on arm64", () => {
  for (const { symbol, parameters } of declare("arm64").declared) {
    const fixed = VARIADIC[symbol];
    if (fixed === undefined) ok(!parameters.includes("..."), `${symbol} is not variadic`);
    else equal(parameters.indexOf("..."), fixed, `${symbol}(${parameters.join(", ")})`);
  }
});

test("darwinParts() gives koffi the mark for ioctl and open on arm64", () => {
  const ffi = declare("arm64");

  const ioctls = ffi.of("ioctl").map(({ parameters }) => koffiSignature(parameters));
  const opens = ffi.of("open").map(({ parameters }) => koffiSignature(parameters));

  deepEqual(ioctls, [
    { fixed: ["int", "unsigned long", "..."], variable: ["void *"] },
    { fixed: ["int", "unsigned long", "..."], variable: ["unsigned long"] },
  ]);
  deepEqual(opens, [{ fixed: ["const char *", "int", "..."], variable: [] }]);
});

test("darwinParts() declares ioctl and open as fixed on x64, where that is the same call", () => {
  const ffi = declare("x64");

  for (const symbol of ["ioctl", "open"]) {
    for (const { parameters } of ffi.of(symbol)) ok(!parameters.includes("..."), symbol);
  }
});

test("darwinAbi() asks for variadic calls on arm64, and bindLibc() follows", () => {
  const ffi = new RecordingFfi();

  bindLibc(ffi, platformAbi("arm64").calling);

  equal(platformAbi("arm64").calling.variadic, true);
  equal(
    ffi.of("ioctl").every(({ parameters }) => parameters.includes("...")),
    true,
  );
});

test("darwinParts() loads no framework before the ports are listed", () => {
  const ffi = new RecordingFfi();

  darwinParts(ffi, "arm64", "reactor");

  deepEqual(ffi.loaded, []);
});
