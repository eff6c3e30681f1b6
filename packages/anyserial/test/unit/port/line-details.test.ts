import { equal } from "node:assert/strict";
import { test } from "node:test";
import { isLowLatency } from "../../../dist/port/line-details.js";
import { SerialPort } from "../../../dist/port/serial-port.js";
import { openFakePort } from "../../helpers/fake-backend-port.ts";

test("isLowLatency() is the driver's answer, and undefined where it gives none", () => {
  const { core, port: driver } = openFakePort();
  const port = new SerialPort(core as never);

  equal(isLowLatency(port), undefined);
  Object.assign(driver, { isLowLatency: () => true });
  equal(isLowLatency(port), true);
});
