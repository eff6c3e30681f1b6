// From the serial options to the library's configuration.

import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { createSerialConfig } from "anyserial";
import { SERIAL_OPTIONS, serialConfigOf } from "#internal/serial-options.js";

test("serialConfigOf() of no options is the library's default", () => {
  deepEqual(createSerialConfig(serialConfigOf({})), createSerialConfig());
});

test("serialConfigOf() sets every field that was asked for", () => {
  const config = createSerialConfig(
    serialConfigOf({
      baud: 9600,
      "data-bits": "7",
      parity: "even",
      "stop-bits": "1.5",
      flow: "rtscts",
      exclusive: true,
      "low-latency": true,
      dtr: "off",
      rts: "on",
      "unsupported-policy": "warn",
    }),
  );

  deepEqual(config, {
    ...createSerialConfig(),
    baudRate: 9600,
    dataBits: 7,
    parity: "even",
    stopBits: 1.5,
    flowControl: { xonXoff: false, rtsCts: true, dtrDsr: false },
    exclusive: true,
    lowLatency: true,
    controlLines: { dtr: false, rts: true },
    unsupportedPolicy: "warn",
  });
});

test("serialConfigOf() accepts every choice of the table", () => {
  for (const [name, option] of Object.entries(SERIAL_OPTIONS)) {
    const choices = option.kind === "choice" ? option.choices : [];
    for (const choice of choices) {
      createSerialConfig(serialConfigOf({ [name]: choice })); // throws for what it does not know
    }
  }
  const flow = serialConfigOf({ flow: "xonxoff" }).flowControl;
  equal(flow?.xonXoff, true);
});
