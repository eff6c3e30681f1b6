// From the serial options to the library's configuration.

import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { openSerialPort, type SerialConfig, type SerialConfigInput } from "anyserial";
import { SERIAL_OPTIONS, serialConfigOf } from "../../../dist/options/serial-options.js";

test("serialConfigOf() of no options is the library's default", async () => {
  deepEqual(await takenBy(serialConfigOf({})), await takenBy({}));
});

test("serialConfigOf() sets every field that was asked for", async () => {
  const config = await takenBy(
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
    ...(await takenBy({})),
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

test("serialConfigOf() accepts every choice of the table", async () => {
  for (const [name, option] of Object.entries(SERIAL_OPTIONS)) {
    const choices = option.kind === "choice" ? option.choices : [];
    for (const choice of choices) {
      await takenBy(serialConfigOf({ [name]: choice })); // throws for an unknown value
    }
  }
  const flow = serialConfigOf({ flow: "xonxoff" }).flowControl;
  equal(flow?.xonXoff, true);
});

/** Gives settings to the library, which throws for an unknown one. */
async function takenBy(settings: SerialConfigInput): Promise<SerialConfig> {
  await using port = await openSerialPort("loop://", settings);
  return port.config;
}
