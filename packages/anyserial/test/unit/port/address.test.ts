import { equal, match, rejects, throws } from "node:assert/strict";
import { test } from "node:test";
import { loopBackend } from "../../../dist/memory/memory-backend.js";
import { selectBackend } from "../../../dist/platform/select.js";
import { checkBlockingAddress, resolveAddress } from "../../../dist/port/address.js";

for (const address of ["loop://", "LOOP://", "loop://name"]) {
  test(`resolveAddress() gives ${address} to the memory backend`, async () => {
    equal(await resolveAddress(address), loopBackend);
  });
}

for (const path of [
  "/dev/ttyUSB0",
  "COM3",
  "\\\\.\\COM10",
  "./tty",
  "1a://x",
  "a:/b",
  "://",
  "__proto__://x",
]) {
  test(`resolveAddress() takes ${path} for a path of the system`, async () => {
    equal(await resolveAddress(path), await selectBackend());
  });
}

for (const address of ["http://host", "toString://", "constructor://x", "x+y.z-1://"]) {
  test(`resolveAddress() refuses ${address} as a scheme without a backend`, async () => {
    await rejects(resolveAddress(address), (error: Error & { code?: string; hint?: string }) => {
      equal(error.name, "UnsupportedFeatureError");
      equal(error.code, "ERR_SERIAL_SCHEME");
      match(error.hint ?? "", /^use a path, or one of loop/);
      return true;
    });
  });
}

test("checkBlockingAddress() accepts paths, and no scheme", () => {
  checkBlockingAddress("/dev/ttyUSB0");
  checkBlockingAddress("COM3");

  throws(() => checkBlockingAddress("loop://"), {
    name: "UnsupportedFeatureError",
    code: "ERR_SERIAL_SCHEME",
    hint: "open it with openSerialPort(): only paths can block (see node_modules/anyserial/docs/troubleshooting.md#capabilities)",
  });
});
