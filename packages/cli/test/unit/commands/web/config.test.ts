// The configuration of `anyserial web`.

import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "node:test";
import { checkHubConfig } from "@anyserial/hub/config";
import { type WebPorts, webConfig } from "../../../../dist/commands/web/config.js";
import { SILENT_DEVICE } from "../../../../dist/commands/web/silent-device.js";

const PORTS: WebPorts = {
  real: [],
  emulated: [],
  line: {},
  isBus: false,
  framing: "raw",
  folder: "/srv/u",
  device: SILENT_DEVICE,
  listen: { http: "127.0.0.1:0", tokenFile: "token" },
};

const page = { device: SILENT_DEVICE };

test("webConfig() puts each port on a network of its own, with the page", () => {
  const { networks } = webConfig({
    ...PORTS,
    real: ["/dev/ttyUSB0", "./usb1"],
    emulated: ["ports/app"],
    line: { baudRate: 9600 },
  });

  deepEqual(networks, {
    ttyUSB0: {
      topology: "pair",
      framing: "raw",
      members: { page, ttyUSB0: { serial: "/dev/ttyUSB0", baudRate: 9600 } },
    },
    usb1: {
      topology: "pair",
      framing: "raw",
      members: { page, usb1: { serial: "/srv/u/usb1", baudRate: 9600 } },
    },
    app: {
      topology: "pair",
      framing: "raw",
      members: { page, app: { port: "/srv/u/ports/app" } },
    },
  });
});

test("webConfig() connects all ports on a bus", () => {
  const { networks } = webConfig({
    ...PORTS,
    real: ["/dev/ttyS0"],
    emulated: ["/tmp/app"],
    isBus: true,
    framing: "line",
  });

  deepEqual(Object.keys(networks), ["bus"]);
  equal(networks["bus"]?.framing, "line");
  deepEqual(Object.keys(networks["bus"]?.members ?? {}), ["page", "ttyS0", "app"]);
});

test("webConfig() leaves addresses and names of Windows as they are", () => {
  const { networks } = webConfig({ ...PORTS, real: ["rfc2217://box:2217", "COM3"], isBus: true });

  deepEqual(
    Object.values(networks["bus"]?.members ?? {}).flatMap((one) =>
      "serial" in one ? [one.serial] : [],
    ),
    ["rfc2217://box:2217", "COM3"],
  );
});

for (const paths of [
  ["/a/tty", "/b/tty", "/c/tty-2"],
  ["/dev/page", "/tmp/page"],
  ["/tmp/-", "/tmp/…", "/tmp/__proto__"],
  [`/tmp/${"x".repeat(90)}`, `/tmp/${"x".repeat(91)}`],
  ['/tmp/a: b"\n- c', "/tmp/{}", "/tmp/*x"],
]) {
  test(`webConfig() finds valid and different names for ${JSON.stringify(paths).slice(0, 50)}`, () => {
    const config = webConfig({ ...PORTS, emulated: paths, isBus: true });

    const { problems } = checkHubConfig(JSON.stringify(config), { file: "/srv/u/hub.yaml" });

    deepEqual(problems, []);
    ok(Object.keys(config.networks["bus"]?.members ?? {}).length === paths.length + 1);
  });
}
