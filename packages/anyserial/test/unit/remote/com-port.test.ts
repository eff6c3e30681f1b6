import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  type ByteCommand,
  CONTROL,
  type ComPortMessage,
  controlGroup,
  decodeComPort,
  encodeComPort,
} from "../../../dist/remote/com-port.js";
import { TelnetDecoder } from "../../../dist/remote/telnet.js";

const BYTE_COMMANDS: readonly ByteCommand[] = [
  "dataBits",
  "parity",
  "stopBits",
  "control",
  "lineState",
  "modemState",
  "lineStateMask",
  "modemStateMask",
  "purge",
];

const message: fc.Arbitrary<ComPortMessage> = fc.oneof(
  fc
    .tuple(fc.constantFrom(...BYTE_COMMANDS), fc.nat(255))
    .map(([kind, value]) => ({ kind, value })),
  fc.nat(0xffff_ffff).map((value) => ({ kind: "baudRate" as const, value })),
  fc.uint8Array({ maxLength: 40 }).map((text) => ({ kind: "signature" as const, text })),
  fc.constantFrom({ kind: "suspend" as const }, { kind: "resume" as const }),
);

function payloadOf(wire: Uint8Array): { option: number; payload: Uint8Array } {
  const found: { option: number; payload: Uint8Array }[] = [];
  const none = (): void => undefined;
  const decoder = new TelnetDecoder({
    data: none,
    negotiation: none,
    command: none,
    subnegotiation: (option, payload) => found.push({ option, payload }),
  });
  decoder.push(wire);
  equal(found.length, 1);
  return found[0] as { option: number; payload: Uint8Array };
}

test("encodeComPort() is undone by decodeComPort(), from both sides", () => {
  fc.assert(
    fc.property(message, fc.constantFrom("client" as const, "server" as const), (given, sender) => {
      const { option, payload } = payloadOf(encodeComPort(sender, given));
      equal(option, 44);
      deepEqual(decodeComPort(sender, payload), given);
      const other = sender === "client" ? "server" : "client";
      equal(decodeComPort(other, payload), undefined);
    }),
  );
});

test("encodeComPort() writes a rate as four bytes, the highest first", () => {
  const wire = encodeComPort("client", { kind: "baudRate", value: 115_200 });
  deepEqual([...wire], [255, 250, 44, 1, 0, 1, 194, 0, 255, 240]);
});

test("decodeComPort() reads Cisco's rates of one byte, and they are answered so", () => {
  const asked = decodeComPort("client", Uint8Array.of(1, 8));
  deepEqual(asked, { kind: "baudRate", value: 9600, isCisco: true });
  const { payload } = payloadOf(
    encodeComPort("server", { kind: "baudRate", value: 115_200, isCisco: true }),
  );
  deepEqual([...payload], [101, 14]);
  deepEqual(decodeComPort("client", Uint8Array.of(1, 9)), {
    kind: "baudRate",
    value: -1,
    isCisco: true,
  });
});

test("decodeComPort() never throws, whatever the payload", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 12 }), (payload) => {
      decodeComPort("client", payload);
      decodeComPort("server", payload);
    }),
  );
});

test("controlGroup() has a group for each value of SET-CONTROL, and none for others", () => {
  const groups = Object.entries(CONTROL).map(([name, value]) => `${name}: ${controlGroup(value)}`);
  deepEqual(groups, [
    "askFlow: flow",
    "flowNone: flow",
    "flowXonXoff: flow",
    "flowRtsCts: flow",
    "askBreak: break",
    "breakOn: break",
    "breakOff: break",
    "askDtr: dtr",
    "dtrOn: dtr",
    "dtrOff: dtr",
    "askRts: rts",
    "rtsOn: rts",
    "rtsOff: rts",
    "askInboundFlow: inboundFlow",
    "inboundNone: inboundFlow",
    "inboundXonXoff: inboundFlow",
    "inboundRtsCts: inboundFlow",
    "flowDcd: flow",
    "inboundDtr: inboundFlow",
    "flowDsr: flow",
  ]);
  equal(controlGroup(20), undefined);
});
