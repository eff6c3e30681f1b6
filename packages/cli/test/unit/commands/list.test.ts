// `anyserial list` over ports of the test's own: the table, the long form, JSON, and events.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { PortEvent, PortInfo } from "anyserial";
import { Interrupted } from "../../../dist/command/interruption.js";
import { formatEvent, formatLong, formatTable } from "../../../dist/commands/list/format.js";
import { createList, type Discovery } from "../../../dist/commands/list.js";
import { runWith } from "../../helpers/run-command.ts";

const UNKNOWN: PortInfo = {
  path: "/dev/ttyS0",
  name: "ttyS0",
  description: undefined,
  hardwareId: undefined,
  vid: undefined,
  pid: undefined,
  serialNumber: undefined,
  manufacturer: undefined,
  product: undefined,
  location: undefined,
  interface: undefined,
  driver: undefined,
  stablePath: undefined,
};
const UART: PortInfo = { ...UNKNOWN, description: "16550A UART on pnp", driver: "serial" };
const ADAPTER: PortInfo = {
  ...UNKNOWN,
  path: "/dev/ttyUSB10",
  name: "ttyUSB10",
  description: "FT232R USB UART",
  hardwareId: "USB VID:PID=0403:6001 SER=A6008isP LOCATION=1-2",
  vid: 0x0403,
  pid: 0x6001,
  serialNumber: "A6008isP",
  driver: "ftdi_sio",
  stablePath: "/dev/serial/by-id/usb-FTDI",
};
const HOSTILE: PortInfo = {
  ...UNKNOWN,
  path: "/dev/ttyUSB0",
  description: "\u001b]0;owned\u0007\u009b31m\u202egpj",
  serialNumber: "a\nb",
};

function discoveryOf(ports: readonly PortInfo[], events: readonly PortEvent[] = []): Discovery {
  return {
    list: async () => ports,
    watch: ({ initial } = {}) => {
      assert.equal(initial, true);
      return (async function* () {
        yield* events;
        throw new Interrupted("SIGINT");
      })();
    },
  };
}

test("formatTable() aligns its columns and leaves out empty ones", () => {
  assert.equal(
    formatTable([UART, ADAPTER]),
    [
      "PORT           DESCRIPTION         USB ID     SERIAL NUMBER  DRIVER\n",
      "/dev/ttyS0     16550A UART on pnp                            serial\n",
      "/dev/ttyUSB10  FT232R USB UART     0403:6001  A6008isP       ftdi_sio\n",
    ].join(""),
  );
  assert.equal(formatTable([UNKNOWN]), "PORT\n/dev/ttyS0\n");
  assert.equal(formatTable([]), "");
});

test("formatTable() cuts a long text, and formatLong() does not", () => {
  const port = { ...ADAPTER, description: "D".repeat(100) };

  assert.ok(formatTable([port]).includes(` ${"D".repeat(47)}… `));
  assert.ok(formatLong([port]).includes("D".repeat(100)));
});

test("formatLong() shows what is known, and nothing else", () => {
  assert.equal(
    formatLong([UART, ADAPTER]),
    [
      "/dev/ttyS0",
      "  description    16550A UART on pnp",
      "  driver         serial",
      "",
      "/dev/ttyUSB10",
      "  description    FT232R USB UART",
      "  USB id         0403:6001",
      "  serial number  A6008isP",
      "  driver         ftdi_sio",
      "  hardware id    USB VID:PID=0403:6001 SER=A6008isP LOCATION=1-2",
      "  stable path    /dev/serial/by-id/usb-FTDI",
      "",
    ].join("\n"),
  );
});

const FORMATS = {
  formatTable: () => formatTable([HOSTILE]),
  formatLong: () => formatLong([HOSTILE]),
  formatEvent: () => formatEvent({ type: "added", port: HOSTILE }),
};
for (const [name, format] of Object.entries(FORMATS)) {
  test(`${name}() lets nothing of a device control the terminal`, () => {
    const text = format();

    assert.ok(text.includes("\\x1b]0;owned\\x07\\x9b31m\\u{202e}gpj"));
    assert.ok(text.includes("a\\x0ab"));
    assert.match(text, /^[\n\x20-\x7e]*$/);
  });
}

test("anyserial list --json has every field, null where nothing is known", async () => {
  const { code, stdout } = await runWith(createList(discoveryOf([UNKNOWN])), ["--json"]);

  assert.equal(code, 0);
  assert.deepEqual(JSON.parse(stdout), {
    ports: [
      {
        path: "/dev/ttyS0",
        name: "ttyS0",
        description: null,
        hardwareId: null,
        vid: null,
        pid: null,
        serialNumber: null,
        manufacturer: null,
        product: null,
        location: null,
        interface: null,
        driver: null,
        stablePath: null,
      },
    ],
  });
});

test("anyserial list says on standard error that there is no port", async () => {
  const { code, stdout, stderr } = await runWith(createList(discoveryOf([])), []);

  assert.deepEqual([code, stdout], [0, ""]);
  assert.equal(stderr, "anyserial: there is no serial port\n");
});

test("anyserial list --watch prints a line for each event", async () => {
  const events = [
    { type: "added", port: ADAPTER },
    { type: "removed", port: ADAPTER },
  ] as const;

  const { stdout } = await runWith(createList(discoveryOf([], events)), ["--watch"]);

  assert.equal(
    stdout,
    [
      "added    /dev/ttyUSB10  FT232R USB UART  0403:6001  A6008isP  ftdi_sio\n",
      "removed  /dev/ttyUSB10  FT232R USB UART  0403:6001  A6008isP  ftdi_sio\n",
    ].join(""),
  );
});

test("anyserial list --watch --json prints an object for each event", async () => {
  const events = [{ type: "added", port: ADAPTER }] as const;

  const { stdout } = await runWith(createList(discoveryOf([], events)), ["--watch", "--json"]);

  const { event, port } = JSON.parse(stdout) as { event: string; port: PortInfo };
  assert.deepEqual([event, port.vid], ["added", 0x0403]);
});

test("anyserial list --watch refuses a backend without events", async () => {
  const { code, stderr } = await runWith(createList(discoveryOf([])), [
    "--watch",
    "--backend",
    "udev",
  ]);

  assert.equal(code, 2);
  assert.match(stderr, /--watch/);
});
