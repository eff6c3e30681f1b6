// PortInfo: the order of a list, and the bounds of its texts.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { compareNaturally, comparePorts, createPortInfo } from "../../../dist/model/port-info.js";

test("comparePorts() puts ttyUSB2 before ttyUSB10", () => {
  const names = ["ttyUSB10", "ttyS0", "ttyUSB2", "ttyACM1", "ttyUSB1", "ttyUSB"];
  const ports = names.map((name) => createPortInfo({ path: `/dev/${name}` }));

  const sorted = ports.sort(comparePorts).map(({ name }) => name);

  assert.deepEqual(sorted, ["ttyACM1", "ttyS0", "ttyUSB", "ttyUSB1", "ttyUSB2", "ttyUSB10"]);
});

const text = fc.string({ unit: fc.constantFrom("0", "1", "9", "a", "b", " ", "-"), maxLength: 12 });

test("compareNaturally() is a total order", () => {
  fc.assert(
    fc.property(text, text, text, (a, b, c) => {
      const [ab, ba, bc, ac] = [
        compareNaturally(a, b),
        compareNaturally(b, a),
        compareNaturally(b, c),
        compareNaturally(a, c),
      ].map(Math.sign);
      assert.equal(ab, -(ba ?? 0) + 0);
      assert.equal(ab === 0, a === b);
      if (ab === bc && ab !== 0) assert.equal(ac, ab);
    }),
  );
});

test("compareNaturally() orders numbers beyond the largest safe integer", () => {
  const huge = "9".repeat(400);

  assert.equal(compareNaturally(`a${huge}`, `a${huge}`), 0);
  assert.ok(Number.isFinite(compareNaturally(`a${huge}`, `a${huge}1`)));
});

test("createPortInfo() freezes, names, and takes an empty text for unknown", () => {
  const port = createPortInfo({ path: "/dev/ttyUSB0", product: "", serialNumber: "1" });

  assert.ok(Object.isFrozen(port));
  assert.equal(port.name, "ttyUSB0");
  assert.equal(port.product, undefined);
  assert.equal(port.serialNumber, "1");
  assert.equal(Object.keys(port).length, 13);
});

test("createPortInfo() cuts a text that is too long", () => {
  const port = createPortInfo({ path: "/dev/x", product: "p".repeat(5000) });

  assert.equal(port.product?.length, 256);
});
