// Messages between hubs as bytes: what is written is read, and nothing else is.

import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  decodeMessage,
  encodeMessage,
  PAYLOAD_MAX,
  type WireMessage,
} from "../../../dist/cluster/wire.js";

const MESSAGE: WireMessage = {
  kind: "data",
  epoch: 7,
  sequence: 300,
  skipped: 2,
  member: "meter",
  role: "controller",
  baudRate: 9600,
  payload: Buffer.from("hi"),
};

const uint48 = (min: number): fc.Arbitrary<number> => fc.integer({ min, max: 2 ** 48 - 1 });

const data = fc
  .record({
    kind: fc.constant("data" as const),
    epoch: uint48(0),
    sequence: uint48(1),
    skipped: fc.nat(),
    member: fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/),
    role: fc.constantFrom("member", "controller", "tap"),
    baudRate: fc.nat(4_000_000),
    payload: fc.uint8Array({ minLength: 1, maxLength: 300 }),
  })
  .map((message) => ({ ...message, skipped: message.skipped % message.sequence }) as WireMessage);

const plain = (message: WireMessage | undefined): object | undefined =>
  message && { ...message, payload: Buffer.from(message.payload).toString("hex") };

test("encodeMessage() writes a header of 26 bytes, the name and the payload", () => {
  const bytes = encodeMessage(MESSAGE);

  equal(
    Buffer.from(bytes).toString("hex"),
    "01000105" +
      "00002580" +
      "000000000007" +
      "00000000012c" +
      "000000000002" +
      "6d65746572" +
      "6869",
  );
});

test("decodeMessage() reads whatever encodeMessage() writes", () => {
  fc.assert(
    fc.property(data, (message) =>
      deepEqual(plain(decodeMessage(encodeMessage(message))), plain(message)),
    ),
  );
});

test("decodeMessage() reads a mark", () => {
  const mark: WireMessage = {
    ...MESSAGE,
    kind: "mark",
    member: "",
    role: "member",
    payload: new Uint8Array(),
  };

  deepEqual(plain(decodeMessage(encodeMessage(mark))), plain(mark));
});

test("decodeMessage() returns nothing for bytes that encodeMessage() does not write", () => {
  const changed = (change: Partial<WireMessage>): Uint8Array =>
    encodeMessage({ ...MESSAGE, ...change });
  const patched = (at: number, byte: number): Uint8Array => {
    const bytes = encodeMessage(MESSAGE);
    bytes[at] = byte;
    return bytes;
  };
  const wrong: readonly (readonly [string, Uint8Array])[] = [
    ["nothing", new Uint8Array()],
    ["half a header", encodeMessage(MESSAGE).subarray(0, 25)],
    ["another version", patched(0, 2)],
    ["an unknown kind", patched(1, 2)],
    ["an unknown role", patched(2, 3)],
    ["a name longer than the message", patched(3, 200)],
    ["no name", changed({ member: "" })],
    ["a name with a slash", changed({ member: "a/b" })],
    ["a name with a control character", changed({ member: "a\u001b" })],
    ["no payload", changed({ payload: new Uint8Array() })],
    ["too long a payload", changed({ payload: new Uint8Array(PAYLOAD_MAX + 1) })],
    ["number 0", changed({ sequence: 0, skipped: 0 })],
    ["more losses than numbers", changed({ sequence: 2, skipped: 2 })],
    ["a mark with a payload", changed({ kind: "mark", member: "" })],
    ["a mark with a name", changed({ kind: "mark", payload: new Uint8Array() })],
  ];

  for (const [name, bytes] of wrong) equal(decodeMessage(bytes), undefined, name);
});

test("decodeMessage() survives any bytes", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), fc.nat(4), (bytes, version) => {
      if (bytes.length > 0) bytes[0] = version;
      const message = decodeMessage(bytes);
      if (message !== undefined) deepEqual(Buffer.from(encodeMessage(message)), Buffer.from(bytes));
    }),
  );
});
