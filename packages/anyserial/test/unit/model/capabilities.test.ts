import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "node:test";
import {
  createCapabilities,
  FEATURES,
  refineCapabilities,
} from "../../../dist/model/capabilities.js";

test("FEATURES names every feature of the documentation", () => {
  deepEqual(
    [...FEATURES],
    [
      "customBaudRate",
      "markSpaceParity",
      "onePointFiveStopBits",
      "xonXoff",
      "rtsCts",
      "dtrDsr",
      "modemLines",
      "modemLineEvents",
      "breakSignal",
      "exclusiveAccess",
      "lowLatency",
      "rs485",
      "inputWaiting",
      "outputWaiting",
      "lineErrorCounters",
      "portDiscovery",
    ],
  );
});

test("createCapabilities() leaves other features unsupported, and freezes", () => {
  const record = createCapabilities("linux", "memory", { rtsCts: "supported", rs485: "unknown" });

  equal(record.platform, "linux");
  equal(record.backend, "memory");
  equal(record.rtsCts, "supported");
  equal(record.rs485, "unknown");
  equal(record.lowLatency, "unsupported");
  equal(Object.keys(record).length, 18);
  ok(Object.isFrozen(record));
});

test("refineCapabilities() changes the learned features, in a record of its own", () => {
  const base = createCapabilities("linux", "linux", { modemLines: "unknown", rs485: "unknown" });

  const refined = refineCapabilities(base, { modemLines: "unsupported" });

  equal(refined.modemLines, "unsupported");
  equal(refined.rs485, "unknown");
  equal(refined.platform, "linux");
  equal(base.modemLines, "unknown");
  ok(Object.isFrozen(refined));
});
