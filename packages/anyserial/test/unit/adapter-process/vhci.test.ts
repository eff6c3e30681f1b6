import { deepEqual } from "node:assert/strict";
import { test } from "node:test";
import { isFree, isInUse, parseStatus } from "../../../dist/adapter-process/vhci.js";

/** As Linux 6.12 prints it. */
const STATUS = `hub port sta spd dev      sockfd local_busid
hs  0000 006 003 00010002 000003 3-1
hs  0001 004 000 00000000 000000 0-0
hs  0002 005 003 00010003 000004 0-0
ss  0015 004 000 00000000 000000 0-0
`;

test("parseStatus() reads each port: number, kind, state and the kernel's name", () => {
  deepEqual(parseStatus(STATUS), [
    { number: 0, isHighSpeed: true, status: 6, busid: "3-1" },
    { number: 1, isHighSpeed: true, status: 4, busid: "0-0" },
    { number: 2, isHighSpeed: true, status: 5, busid: "0-0" },
    { number: 15, isHighSpeed: false, status: 4, busid: "0-0" },
  ]);
});

test("isFree() and isInUse() distinguish a port that is being enumerated from both", () => {
  const ports = parseStatus(STATUS);

  deepEqual(ports.map(isFree), [false, true, false, true]);
  deepEqual(ports.map(isInUse), [true, false, false, false]);
});

test("parseStatus() passes over anything else", () => {
  deepEqual(parseStatus("\nhub port\nhs x 004\n"), []);
});
