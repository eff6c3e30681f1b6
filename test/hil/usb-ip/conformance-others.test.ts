// The conformance suite over two adapters of each of the other chips: with `ANYSERIAL_TEST_LONG=1`, since each takes
// minutes, and needs a machine that does nothing else: their drivers move few bytes at a time.

import { test } from "node:test";
import { adapterConformance, type PairTraits } from "../helpers/adapter-conformance.ts";
import { unlessLong } from "../helpers/long.ts";

const NOT_LONG = unlessLong();
const NO_ERRORS = "the driver reports no errors";
const OTHERS: Readonly<Record<"ft232r" | "ft4232h" | "cp2102n" | "ch340" | "pl2303", PairTraits>> =
  {
    ft232r: { moreThanFits: 256 * 1024, refusedConfig: { baudRate: 3_500_000 }, missing: {} },
    // Each goes on at another rate where it cannot make one.
    ft4232h: { moreThanFits: 256 * 1024, refusedConfig: { baudRate: 20_000_000 }, missing: {} },
    cp2102n: { moreThanFits: 256 * 1024, refusedConfig: { baudRate: 100 }, missing: {} },
    ch340: {
      moreThanFits: 256 * 1024,
      missing: {
        refusal: "no setting is known that the driver refuses",
        rtsCts: "the driver has no flow control",
        break: NO_ERRORS,
        injectError: NO_ERRORS,
        lineErrorCounters: NO_ERRORS,
      },
    },
    pl2303: {
      moreThanFits: 256 * 1024,
      refusedConfig: { baudRate: 20_000_000 },
      missing: { break: NO_ERRORS, injectError: NO_ERRORS, lineErrorCounters: NO_ERRORS },
    },
  };

for (const chip of ["ft232r", "ft4232h", "cp2102n", "ch340", "pl2303"] as const) {
  if (NOT_LONG === false) await adapterConformance(chip, OTHERS[chip]);
  else test(`two ${chip}: the conformance suite`, { skip: NOT_LONG }, () => undefined);
}
