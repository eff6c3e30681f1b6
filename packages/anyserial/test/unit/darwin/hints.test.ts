import { equal, match, ok } from "node:assert/strict";
import { test } from "node:test";
import { openHint } from "../../../dist/darwin/hints.js";

test("openHint() mentions a driver that must be allowed when a port never appeared", () => {
  match(openHint("/dev/cu.usbserial-1", "ENOENT") ?? "", /System Settings/);
  match(openHint("/dev/tty.usbserial-1", "ENOENT") ?? "", /System Settings/);
});

test("openHint() mentions the names of ports here when the path is one of another system", () => {
  match(openHint("/dev/ttyUSB0", "ENOENT") ?? "", /\/dev\/cu\.NAME/);
});

for (const code of ["EACCES", "EPERM"]) {
  test(`openHint() says nothing of groups when ${code} is the answer: macOS has none for ports`, () => {
    const hint = openHint("/dev/cu.usbserial-1", code) ?? "";

    match(hint, /com\.apple\.security\.device\.serial/);
    ok(!hint.includes("dialout"));
  });
}

test("openHint() names the twin node, of which one is open at a time", () => {
  const cu = "/dev/cu.usbserial-1";
  const tty = "/dev/tty.usbserial-1";

  match(openHint(cu, "EBUSY") ?? "", /lsof \/dev\/cu\.usbserial-1 \/dev\/tty\.usbserial-1/);
  match(openHint(tty, "EBUSY") ?? "", /lsof \/dev\/tty\.usbserial-1 \/dev\/cu\.usbserial-1/);
});

test("openHint() quotes a name that a shell would read", () => {
  const hint = openHint("/dev/cu.it's $(me)", "EBUSY") ?? "";

  match(hint, /lsof '\/dev\/cu\.it'\\''s \$\(me\)'/);
});

test("openHint() leaves the other answers to the general hints", () => {
  equal(openHint("/dev/cu.usbserial-1", "EIO"), undefined);
});
