// Whatever object createHub() is given: it says which field is wrong, or it works.

import { ok } from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { createHub, type HubConfig } from "@anyserial/hub";
import { HubConfigError } from "@anyserial/hub/config";
import fc from "fast-check";

const FOLDER = mkdtempSync(join(tmpdir(), "anyserial-hub-"));
const DEVICE = join(FOLDER, "device.mjs");
const HUB = JSON.stringify(import.meta.resolve("@anyserial/hub"));
writeFileSync(
  DEVICE,
  `import { defineDevice } from ${HUB}; export const d = defineDevice({ onMessage: (m) => m });`,
);
after(() => rmSync(FOLDER, { recursive: true, force: true }));

/** Numbers at which code goes wrong, and values that are no numbers. */
const odd = fc.oneof(
  fc.constantFrom(
    Number.NaN,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    -1,
    -0,
    0,
    0.5,
    1,
  ),
  fc.constantFrom(1.5, 5, 8, 255, 65_535, 2 ** 31, 2 ** 32, 2 ** 53, 5e-324, 1e-17, 1e308),
  fc.constantFrom("64KiB", "1h", "0s", "0.0001ms", "1e3", `${"9".repeat(400)}h`, "", "-1", "0660"),
  fc.constantFrom(
    true,
    false,
    "keep",
    "backpressure",
    "disconnect",
    "tap",
    "nobody",
    null,
    undefined,
  ),
  fc.anything({ withBigInt: true, withDate: true, withMap: true, withTypedArray: true }),
);

/** Mostly a good value, so that many configurations are valid. */
function mostly(...good: readonly unknown[]): fc.Arbitrary<unknown> {
  return fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...good) },
    { weight: 1, arbitrary: odd },
  );
}

const options = {
  overflow: mostly("drop-newest", "drop-oldest", "disconnect", "backpressure"),
  queue: mostly(1, 2, "1KiB", 2 ** 30),
  whenAbsent: mostly("discard", "keep"),
  stallAfterMs: mostly(1, 3_600_000),
  pace: mostly(true, false),
  latencyMs: mostly(5e-324, 1e-9, 3_600_000),
  jitterMs: mostly(5e-324, 1e-9, 3_600_000),
  bitErrorRate: mostly(5e-324, 1e-17, 1e-9, 1 - Number.EPSILON / 2, 1),
  dropRate: mostly(5e-324, 1e-17, 1 - Number.EPSILON / 2, 1),
  seed: mostly(0, 0xffff_ffff),
};
const topology = mostly("bus", "pair", "star", "tap");
const rateMismatch = mostly("pass", "warn", "garble");

/** Up to two of the fields. */
function some(shape: Readonly<Record<string, fc.Arbitrary<unknown>>>): fc.Arbitrary<object> {
  return fc
    .subarray(Object.keys(shape), { maxLength: 2 })
    .chain((names) =>
      fc.record(Object.fromEntries(names.map((name) => [name, shape[name] as typeof odd]))),
    );
}

const members = fc.tuple(
  fc.constantFrom(
    { port: "./a" },
    { tcp: { listen: "127.0.0.1:0" } },
    { serial: "/dev/absent" },
    { unix: { listen: "./u" } },
  ),
  fc.constantFrom(
    { port: "./b" },
    { device: DEVICE },
    { tcp: { connect: "127.0.0.1:1" } },
    { unix: { connect: "./v" } },
  ),
  some({
    ...options,
    role: odd,
    mode: mostly("0660", 0, -0),
    owner: mostly(0, -0),
    baudRate: odd,
    stopBits: odd,
    unknown: odd,
  }),
  some({ ...options, options: odd, port: odd, tcp: odd, process: odd }),
);

const framing = fc.oneof(
  fc.constantFrom("raw", "line", "cobs"),
  some({ delimiter: mostly(0, 255, "\r\n", [1, 2]), maxMessage: mostly(1, 65_535) }).map(
    (given) => ({
      kind: "line",
      ...given,
    }),
  ),
  some({ gapMs: mostly(1, 1.5, 60_000), maxMessage: mostly(1) }).map((given) => ({
    kind: "idle-gap",
    ...given,
  })),
  some({
    lengthBytes: mostly(1, 4),
    byteOrder: mostly("little"),
    start: mostly(0xaa),
    offset: mostly(0, 9),
    counts: mostly("rest", "all"),
    trailer: mostly(2),
    maxMessage: mostly(1),
  }).map((given) => ({
    kind: "length-prefix",
    ...given,
  })),
  some({ start: mostly(2), end: mostly(3, 2), escape: mostly(16, 2), after: mostly(1) }).map(
    (given) => ({ kind: "start-end", ...given }),
  ),
  mostly(1, 65_535).map((length) => ({ kind: "fixed-length", length })),
  mostly("[;\\n]", "(").map((pattern) => ({ kind: "matching", pattern })),
  odd,
);

const network = fc
  .tuple(members, framing, some({ ...options, topology, rateMismatch, unknown: odd }))
  .map(([[a, b, forA, forB], kind, given]) => ({
    framing: kind,
    ...given,
    members: { a: { ...a, ...forA }, b: { ...b, ...forB } },
  }));

test("createHub() names the field that is wrong in any object, or works", async () => {
  let worked = 0;
  await fc.assert(
    fc.asyncProperty(network, fc.uint8Array({ maxLength: 20 }), async (net, bytes) => {
      if (await tryHub({ networks: { net } } as unknown as HubConfig, bytes)) worked++;
    }),
    { numRuns: 300 },
  );
  ok(worked > 30, `${worked} configurations worked`);
});

/** @returns Whether the configuration is one. */
async function tryHub(config: HubConfig, bytes: Uint8Array): Promise<boolean> {
  try {
    await using hub = await createHub(config, { directory: FOLDER });
    for (const name of ["a", "b"]) await hub.inject("net", name, bytes);
    JSON.stringify(hub.snapshot());
    await hub.reload(config);
    return true;
  } catch (error) {
    ok(error instanceof HubConfigError, `no configuration error: ${String(error)}`);
    ok(error.problems.length > 0 && error.problems.every(({ field }) => field !== ""));
    return false;
  }
}
