// How received bytes are shown.

import { equal } from "node:assert/strict";
import { test } from "node:test";
import { ReceivedView } from "../../../dist/text/received-view.js";

const NOON = new Date(2026, 0, 2, 12, 0, 0, 0);
const BYTES = Buffer.from([0x61, 0x1b, 0xff, 0x0a]);

const CASES = [
  [{ hex: false, timestamps: false, safe: false }, BYTES.toString("latin1")],
  [{ hex: false, timestamps: false, safe: true }, "a\\x1b\\xff\n"],
  [{ hex: false, timestamps: true, safe: true }, "[12:00:00.000] a\\x1b\\xff\n"],
  [{ hex: false, timestamps: true, safe: false }, `[12:00:00.000] ${BYTES.toString("latin1")}`],
  [{ hex: true, timestamps: false, safe: true }, `61 1b ff 0a${" ".repeat(38)}|a...|\n`],
] as const;

for (const [options, expected] of CASES) {
  test(`ReceivedView with ${JSON.stringify(options)}`, () => {
    const view = new ReceivedView(options);

    const shown = view.push(BYTES, NOON);

    const text = typeof shown === "string" ? shown : Buffer.from(shown).toString("latin1");
    equal(text + view.flush(), expected);
  });
}

test("ReceivedView hands bytes on unchanged, without a copy, when nothing is asked for", () => {
  const view = new ReceivedView({ hex: false, timestamps: false, safe: false });

  equal(view.push(BYTES, NOON), BYTES);
});
