// Each way in which plugging in fails has its class and its next step.

import { equal, match } from "node:assert/strict";
import { test } from "node:test";
import { noDriver, notOnLinux, plugFailed } from "../../../dist/adapter/adapter-failure.js";

for (const [code, name, hint] of [
  ["ENODEV", "UnsupportedPlatformError", /modprobe vhci-hcd.*linux-modules-extra/],
  ["EACCES", "PortPermissionError", /root.*sudo.*udev/],
  ["EROFS", "PortPermissionError", /container/],
  ["EBUSY", "PortBusyError", /usbip detach/],
] as const) {
  test(`a refusal with ${code} is a ${name} with a hint`, () => {
    const error = plugFailed(code, "said");

    equal(error.name, name);
    equal(error.code, code);
    match(error.hint ?? "", hint);
  });
}

test("any other refusal says what was said", () => {
  match(plugFailed("EIO", "no such thing").message, /no such thing$/);
  match(plugFailed("EIO", "").message, /EIO$/);
});

test("a system without virtual ports hints at serveAdapters()", () => {
  match(notOnLinux("darwin").hint ?? "", /serveAdapters/);
});

test("a chip without driver hints at its module", () => {
  match(noDriver("ch340", "ch341").hint ?? "", /modprobe ch341/);
});
