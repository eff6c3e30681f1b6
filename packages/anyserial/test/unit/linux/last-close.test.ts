// State cleared in a device that its last application left, request by request.

import { deepEqual, equal } from "node:assert/strict";
import { constants } from "node:os";
import { test } from "node:test";
import { linuxRenewal } from "../../../dist/linux/last-close.js";
import type { Libc } from "../../../dist/posix/libc.js";
import { abiOf } from "../../helpers/fake-libc.ts";

const DEVICE = 5;
const REFUSED = -constants.errno.EPERM;

interface Kernel {
  discipline: number;
  locks: number;
  /** Requests that fail. */
  readonly refuses: Set<string>;
  readonly calls: string[];
  readonly libc: Libc;
}

/** A kernel of a CPU that knows the requests by the numbers of its table. */
function kernelOf(arch: string): Kernel {
  const abi = abiOf(arch);
  const names = new Map(
    (
      [
        "TIOCNXCL",
        "TIOCGETD",
        "TIOCSETD",
        "TCXONC",
        "TIOCSWINSZ",
        "TIOCGLCKTRMIOS",
        "TIOCSLCKTRMIOS",
        "TIOCSSOFTCAR",
      ] as const
    ).map((name) => [abi[name], name]),
  );
  const kernel: Omit<Kernel, "libc"> = { discipline: 0, locks: 0, refuses: new Set(), calls: [] };
  const enter = (request: number, value: string): number => {
    const name = names.get(request) ?? `request ${request}`;
    kernel.calls.push(`${name} ${value}`.trimEnd());
    return kernel.refuses.has(name) ? REFUSED : 0;
  };
  const ioctl = (_fd: number, request: number, bytes: Uint8Array): number => {
    const cell = new Int32Array(bytes.buffer, 0, 1);
    const isSet = request === abi.TIOCSETD || request === abi.TIOCSSOFTCAR;
    const result = enter(request, isSet ? String(cell[0]) : "");
    if (result < 0) return result;
    if (request === abi.TIOCGETD) cell[0] = kernel.discipline;
    if (request === abi.TIOCSETD) kernel.discipline = cell[0] ?? 0;
    if (request === abi.TIOCGLCKTRMIOS) bytes[3] = kernel.locks;
    if (request === abi.TIOCSLCKTRMIOS) kernel.locks = Math.max(...bytes);
    return result;
  };
  const ioctlValue = (_fd: number, request: number, value: number): number =>
    enter(request, String(value));
  return Object.assign(kernel, { libc: { ioctl, ioctlValue } as unknown as Libc });
}

for (const arch of ["x64", "arm64", "ppc64"]) {
  test(`forget() clears the exclusive use, stopped output and the window size (${arch})`, () => {
    const kernel = kernelOf(arch);
    const renewal = linuxRenewal(kernel.libc, abiOf(arch), () => 0);

    equal(renewal.forget(DEVICE), true);

    deepEqual(kernel.calls, [
      "TIOCNXCL 0",
      "TIOCGETD",
      "TIOCGLCKTRMIOS",
      "TCXONC 0",
      "TCXONC 1",
      "TIOCSWINSZ",
    ]);
  });
}

test("forget() puts the line discipline of terminals back before it asks for anything else", () => {
  const kernel = kernelOf("x64");
  kernel.discipline = 27;

  equal(linuxRenewal(kernel.libc, abiOf("x64"), () => 0).forget(DEVICE), true);

  equal(kernel.discipline, 0);
  deepEqual(kernel.calls.slice(0, 3), ["TIOCNXCL 0", "TIOCGETD", "TIOCSETD 0"]);
});

test("forget() takes the locks off the settings", () => {
  const kernel = kernelOf("x64");
  kernel.locks = 0xff;

  equal(linuxRenewal(kernel.libc, abiOf("x64"), () => 0).forget(DEVICE), true);

  equal(kernel.locks, 0);
});

const stubborn: readonly (readonly [string, Partial<Kernel>, string])[] = [
  ["a line discipline", { discipline: 27 }, "TIOCSETD"],
  ["locked settings", { locks: 1 }, "TIOCSLCKTRMIOS"],
];

for (const [what, left, refused] of stubborn) {
  test(`forget() says that ${what} cannot be cleared`, () => {
    const kernel: Kernel = Object.assign(kernelOf("x64"), left);
    kernel.refuses.add(refused);

    equal(linuxRenewal(kernel.libc, abiOf("x64"), () => 0).forget(DEVICE), false);
  });
}

test("forget() is content with a kernel that knows no disciplines and no locks", () => {
  const kernel = kernelOf("x64");
  for (const name of ["TIOCGETD", "TIOCGLCKTRMIOS", "TCXONC"]) kernel.refuses.add(name);

  equal(linuxRenewal(kernel.libc, abiOf("x64"), () => 0).forget(DEVICE), true);
});

test("loosen() clears CLOCAL by the one request that changes nothing else", () => {
  const kernel = kernelOf("x64");

  linuxRenewal(kernel.libc, abiOf("x64"), () => 0).loosen(DEVICE);

  deepEqual(kernel.calls, ["TIOCSSOFTCAR 0"]);
});
