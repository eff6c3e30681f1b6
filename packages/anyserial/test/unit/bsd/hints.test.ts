import { equal, rejects } from "node:assert/strict";
import { test } from "node:test";
import { openHint } from "../../../dist/bsd/hints.js";
import { BSD_VARIANTS } from "../../../dist/bsd/variant.js";
import { BsdMachine } from "../../helpers/bsd-port.ts";

const COMMANDS = {
  freebsd: "pw groupmod dialer -m NAME",
  openbsd: "usermod -G dialer NAME",
  netbsd: "usermod -G dialer NAME",
  dragonfly: "pw groupmod dialer -m NAME",
};

for (const variant of BSD_VARIANTS) {
  test(`openHint() names the group and the command of ${variant}`, () => {
    const hint = openHint(variant, "/dev/cuaU0", "EACCES") ?? "";

    equal(hint.includes("/dev/cuaU0"), true);
    equal(hint.includes(COMMANDS[variant]), true);
  });
}

test("openHint() leaves the rest to the general hint", () => {
  equal(openHint("netbsd", "/dev/dtyU0", "EMFILE"), undefined);
});

/** The kernel's answer, the class it becomes, and a word of the hint. */
const REFUSALS = [
  ["EACCES", "PortPermissionError", "dialer"],
  ["ENXIO", "PortNotFoundError", "dmesg"],
  ["EBUSY", "PortBusyError", "fstat /dev/cuaU0"],
] as const;

for (const [code, name, word] of REFUSALS) {
  test(`a port that does not open with ${code} says what to do on a BSD`, async () => {
    const machine = new BsdMachine("openbsd-x64");
    machine.kernel.fail("open", code);

    await rejects(machine.open(), (error: Error & { code?: string; hint?: string }) => {
      equal(error.name, name);
      equal(error.code, code);
      return error.hint?.includes(word) === true;
    });
  });
}
