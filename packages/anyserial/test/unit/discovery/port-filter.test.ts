// PortFilter: valid filters, and the ports that they match.

import assert from "node:assert/strict";
import { test } from "node:test";
import { runInNewContext } from "node:vm";
import {
  createPortFilter,
  describeFilter,
  isEmptyFilter,
  matchesFilter,
} from "../../../dist/discovery/port-filter.js";
import { createPortInfo } from "../../../dist/model/port-info.js";

const port = createPortInfo({
  path: "/dev/ttyUSB0",
  vid: 0x0403,
  pid: 0x6001,
  serialNumber: "A6008isP",
  manufacturer: "FTDI",
});

const MATCHES = [
  {},
  { vid: 0x0403 },
  { vid: 0x0403, pid: 0x6001, serialNumber: "A6008isP" },
  { manufacturer: /^ftdi$/i },
  { name: "ttyUSB0", product: undefined },
];
for (const filter of MATCHES) {
  test(`matchesFilter() accepts ${describeFilter(filter)}`, () => {
    assert.equal(matchesFilter(port, filter), true);
  });
}

const MISSES = [
  { vid: 0 },
  { vid: 0x0403, pid: 0x6011 },
  { serialNumber: "a6008isp" },
  { product: /./ },
  { manufacturer: "FTD" },
];
for (const filter of MISSES) {
  test(`matchesFilter() refuses ${describeFilter(filter)}`, () => {
    assert.equal(matchesFilter(port, filter), false);
  });
}

test("matchesFilter() gives a global expression the same answer every time", () => {
  const filter = { manufacturer: /FTDI/g };

  assert.deepEqual([matchesFilter(port, filter), matchesFilter(port, filter)], [true, true]);
});

const WRONG = [
  [{ vid: -1 }, "vid"],
  [{ pid: 0x10000 }, "pid"],
  [{ vid: "0403" }, "vid"],
  [{ serialNumber: 7 }, "serialNumber"],
  [null, "filter"],
  ["0403:6001", "filter"],
] as const;
for (const [filter, named] of WRONG) {
  test(`createPortFilter() refuses ${JSON.stringify(filter)} and names ${named}`, () => {
    assert.throws(
      () => createPortFilter(filter as never),
      (error: Error & { code?: string }) =>
        error.name === "ConfigurationError" &&
        error.code === "ERR_INVALID_ARG_VALUE" &&
        error.message.startsWith(`Invalid "${named}"`),
    );
  });
}

test("createPortFilter() refuses a property that no port has, and names the one that is meant", () => {
  assert.throws(() => createPortFilter({ vendorId: 0x0403 } as never), {
    name: "ConfigurationError",
    hint: "write vid",
  });
});

test("createPortFilter() sends settings to the argument where they belong", () => {
  assert.throws(() => createPortFilter({ path: "/dev/x", baudRate: 9600 } as never), {
    name: "ConfigurationError",
    hint: "settings are the second argument: openSerialPort(path, { baudRate })",
  });
});

test("createPortFilter() keeps the given properties, frozen", () => {
  const filter = createPortFilter({ vid: 1, pid: undefined });

  assert.deepEqual(filter, { vid: 1 });
  assert.ok(Object.isFrozen(filter));
});

test("isEmptyFilter() ignores properties that are undefined", () => {
  assert.equal(isEmptyFilter({ vid: undefined }), true);
  assert.equal(isEmptyFilter({ vid: 0 }), false);
});

test("describeFilter() writes ids in hexadecimal and texts quoted", () => {
  const filter = { vid: 0x403, serialNumber: "A\u001b", product: /x/u };

  assert.equal(describeFilter(filter), 'vid 0403, serialNumber "A\\u001b", product /x/u');
});

test("matchesFilter() takes a regular expression of another realm", () => {
  const filter = createPortFilter({ name: runInNewContext("/^ttyUSB/") });

  assert.equal(matchesFilter(createPortInfo({ path: "/dev/ttyUSB0" }), filter), true);
  assert.equal(matchesFilter(createPortInfo({ path: "/dev/ttyS0" }), filter), false);
});
