import { equal } from "node:assert/strict";
import { test } from "node:test";
import { isTelnet } from "../../../dist/members/telnet.js";

test("isTelnet() knows negotiation from data", () => {
  const isIt = (...bytes: number[]): boolean => isTelnet(Uint8Array.from(bytes));

  equal(isIt(0xff, 0xfb, 0x2c), true); // WILL COM-PORT-OPTION, as ser2net begins
  equal(isIt(0xff, 0xfd, 0x03, 0x41), true);
  equal(isIt(0xff, 0xfe), true);
  equal(isIt(0xff, 0xfc, 0x01), true);
  equal(isIt(0xff), false);
  equal(isIt(), false);
  equal(isIt(0xff, 0xff, 0x01), false);
  equal(isIt(0xff, 0xfb, 0xc0), false); // no option has such a number
  equal(isIt(0x41, 0xff, 0xfb, 0x2c), false);
});
