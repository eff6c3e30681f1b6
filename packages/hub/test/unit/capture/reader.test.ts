// A recording is read again.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { type CaptureRecord, type RtacEvent, readCapture } from "@anyserial/hub/capture";
import {
  array,
  asyncProperty,
  bigInt,
  assert as check,
  constantFrom,
  option,
  record,
  string,
  uint8Array,
} from "fast-check";
import { encodeInterface, encodePacket, encodeSection } from "../../../dist/capture/pcapng.js";
import { testFolder } from "../../helpers/service-fixtures.ts";

async function readAll(file: string): Promise<CaptureRecord[]> {
  const records: CaptureRecord[] = [];
  for await (const one of readCapture(file)) records.push(one);
  return records;
}

const EVENTS: readonly RtacEvent[] = [
  "status",
  "transmitted",
  "received",
  "captureLost",
  "overflow",
];

test("readCapture() reads the output of encodePacket()", async (t) => {
  const file = join(testFolder(t), "a.pcapng");
  const packets = array(
    record({
      event: constantFrom(...EVENTS),
      timestampNs: bigInt(0n, 4_000_000_000_000_000_000n),
      bytes: uint8Array({ maxLength: 70 }),
      comment: option(string({ unit: "grapheme", minLength: 1 }), { nil: undefined }),
    }),
    { maxLength: 20 },
  );

  await check(
    asyncProperty(packets, async (given) => {
      const blocks = given.map((packet) => encodePacket({ ...packet, interfaceId: 0 }));
      writeFileSync(file, Buffer.concat([encodeSection(), encodeInterface(250, "n/m"), ...blocks]));

      const expected = given.map((packet) => ({ ...packet, source: "n/m" }));
      const records = await readAll(file);
      assert.deepEqual(records, expected);
    }),
    { numRuns: 50 },
  );
});

test("readCapture() ends before an incomplete block", async (t) => {
  const file = join(testFolder(t), "a.pcapng");
  const packet = { interfaceId: 0, event: "received", timestampNs: 1n } as const;
  const blocks = ["one", "two"].map((text) =>
    encodePacket({ ...packet, bytes: Buffer.from(text) }),
  );
  const all = Buffer.concat([encodeSection(), encodeInterface(250, "n/m"), ...blocks]);
  writeFileSync(file, all.subarray(0, all.length - 3));

  const records = await readAll(file);

  assert.deepEqual(
    records.map(({ bytes }) => Buffer.from(bytes).toString()),
    ["one"],
  );
});

test("readCapture() reads the other byte order and microseconds", async (t) => {
  const file = join(testFolder(t), "a.pcapng");
  const hex = [
    "0a0d0d0a0000001c1a2b3c4d00010000ffffffffffffffff0000001c",
    "000000010000002000fa000000000000", // link type 250
    "00020003612f6200", // if_name a/b
    "0000000000000020",
    "0000000600000030000000000000000000000007", // 7 µs
    "0000000d0000000d",
    "000000000000000702000000", // received
    "21000000", // !
    "00000030",
  ];
  writeFileSync(file, Buffer.from(hex.join(""), "hex"));

  const records = await readAll(file);

  const expected = { source: "a/b", event: "received", timestampNs: 7000n, comment: undefined };
  assert.deepEqual(records, [{ ...expected, bytes: Uint8Array.of(0x21) }]);
});

for (const [what, bytes] of [
  ["text", Buffer.from("this is not a capture file")],
  ["an empty file", Buffer.alloc(0)],
  [
    "a block of an impossible length",
    Buffer.concat([encodeSection(), Buffer.from("06000000ffffffff00000000", "hex")]),
  ],
] as const) {
  test(`readCapture() refuses ${what}`, async (t) => {
    const file = join(testFolder(t), "a.pcapng");
    writeFileSync(file, bytes);

    await assert.rejects(readAll(file), { code: "ERR_SERIAL_CAPTURE" });
  });
}
