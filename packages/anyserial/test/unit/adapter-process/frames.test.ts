import { deepEqual } from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  decodeCredit,
  encodeCredit,
  encodeHead,
  type Frame,
  FrameReader,
} from "../../../dist/adapter-process/frames.js";
import { cuts, cutUp } from "../../helpers/framing.ts";

const frame = fc.record({
  kind: fc.integer({ min: 0, max: 255 }),
  port: fc.integer({ min: 0, max: 255 }),
  adapter: fc.integer({ min: 0, max: 0xffff }),
  payload: fc.uint8Array({ maxLength: 50 }),
});

test("FrameReader finds the frames that were written, whatever the cuts", () => {
  fc.assert(
    fc.property(fc.array(frame), cuts, (frames, lengths) => {
      const found: Frame[] = [];
      const reader = new FrameReader(({ payload, ...rest }) =>
        found.push({ ...rest, payload: Uint8Array.from(payload) }),
      );
      const bytes = Buffer.concat(frames.flatMap((each) => [encodeHead(each), each.payload]));
      for (const chunk of cutUp(bytes, lengths)) reader.feed(Buffer.from(chunk));

      deepEqual(
        found,
        frames.map((each) => ({ ...each })),
      );
    }),
  );
});

test("decodeCredit() is the inverse of encodeCredit(), in any memory", () => {
  const bytes = Buffer.concat([Buffer.from("xyz"), encodeCredit(0x1_2345)]);

  deepEqual(decodeCredit(bytes.subarray(3)), 0x1_2345);
});
