import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  DO,
  DONT,
  escapeIac,
  IAC,
  negotiation,
  SB,
  SE,
  subnegotiation,
  TelnetDecoder,
  type Verb,
  WILL,
  WONT,
} from "../../../dist/remote/telnet.js";
import { BINARY, COM_PORT, ECHO, TelnetOptions } from "../../../dist/remote/telnet-options.js";

/** Content of a stream, however it was cut: neighboring data is one. */
function decode(chunks: readonly Uint8Array[]): unknown[] {
  const found: unknown[] = [];
  let data: number[] = [];
  const add = (event: unknown): void => {
    if (data.length > 0) found.push(data);
    data = [];
    if (event !== undefined) found.push(event);
  };
  const decoder = new TelnetDecoder({
    data: (bytes) => data.push(...bytes),
    negotiation: (verb, option) => add({ verb, option }),
    subnegotiation: (option, payload) => add({ option, payload: [...payload] }),
    command: (command) => add({ command }),
  });
  for (const chunk of chunks) decoder.push(chunk);
  add(undefined);
  return found;
}

/** Bytes in which 255 and the codes of commands are common. */
const hostile = fc
  .array(fc.oneof(fc.constantFrom(IAC, IAC, SB, SE, DO, WILL, 44), fc.nat(255)), { maxLength: 200 })
  .map((bytes) => Uint8Array.from(bytes));

function cut(bytes: Uint8Array, at: readonly number[]): Uint8Array[] {
  const places = [...at.map((place) => place % (bytes.length + 1)), 0, bytes.length].sort(
    (a, b) => a - b,
  );
  return places.slice(1).map((end, index) => bytes.subarray(places[index], end));
}

test("escapeIac() is undone by the decoder, wherever the stream is cut", () => {
  fc.assert(
    fc.property(hostile, fc.array(fc.nat(400)), (bytes, places) => {
      const chunks = cut(escapeIac(bytes), places);
      deepEqual(decode(chunks), bytes.length === 0 ? [] : [[...bytes]]);
    }),
  );
});

test("escapeIac() gives back the same view where there is nothing to double", () => {
  const bytes = Uint8Array.of(1, 2, 3);
  equal(escapeIac(bytes), bytes);
});

test("TelnetDecoder finds the same in any stream, wherever it is cut", () => {
  fc.assert(
    fc.property(hostile, fc.array(fc.nat(200)), (bytes, places) => {
      deepEqual(decode(cut(bytes, places)), decode([bytes]));
    }),
  );
});

test("TelnetDecoder gives a subnegotiation with its doubled bytes undone", () => {
  fc.assert(
    fc.property(hostile, (payload) => {
      const stream = subnegotiation(44, payload);
      deepEqual(decode([stream]), [{ option: 44, payload: [...payload] }]);
    }),
  );
});

test("TelnetDecoder passes over a subnegotiation that is too long, and goes on", () => {
  const stream = [subnegotiation(44, new Uint8Array(5000)), Uint8Array.of(7)];
  deepEqual(decode(stream), [[7]]);
});

test("TelnetDecoder ends a subnegotiation whose end is missing at the next command", () => {
  deepEqual(decode([Uint8Array.of(IAC, SB, 44, 1, 2, IAC, DO, 0, 9)]), [
    { verb: DO, option: 0 },
    [9],
  ]);
});

/** Two sides that answer each other until there is nothing left to answer. */
function settle(a: readonly number[], b: readonly number[], begin: (a: TelnetOptions) => void) {
  const wire: { readonly to: "a" | "b"; readonly bytes: Uint8Array }[] = [];
  const sides = {
    a: new TelnetOptions({ own: a, peer: a }, (bytes) => wire.push({ to: "b", bytes })),
    b: new TelnetOptions({ own: b, peer: b }, (bytes) => wire.push({ to: "a", bytes })),
  };
  begin(sides.a);
  let messages = 0;
  for (let next = wire.shift(); next !== undefined; next = wire.shift()) {
    messages++;
    ok(messages < 1000, "a loop");
    sides[next.to].received(next.bytes[1] as Verb, next.bytes[2] as number);
  }
  return { ...sides, messages };
}

test("TelnetOptions of two sides agree without a loop, whatever they want", () => {
  const options = fc.uniqueArray(fc.constantFrom(BINARY, ECHO, COM_PORT, 99));
  fc.assert(
    fc.property(
      fc.tuple(options, options, options, options),
      ([own, other, offered, requested]) => {
        const { a, b } = settle(own, other, (side) => {
          for (const option of offered.filter((one) => own.includes(one))) side.offer(option);
          for (const option of requested.filter((one) => own.includes(one))) side.request(option);
        });
        for (const option of [BINARY, ECHO, COM_PORT, 99]) {
          equal(a.own(option) === "on", b.peer(option) === "on", `option ${option}`);
          equal(a.peer(option) === "on", b.own(option) === "on", `option ${option}`);
        }
      },
    ),
  );
});

test("TelnetOptions refuse an unknown option", () => {
  const sent: Uint8Array[] = [];
  const options = new TelnetOptions({ own: [], peer: [] }, (bytes) => sent.push(bytes));
  options.received(WILL, 24);
  options.received(DO, 24);
  deepEqual(sent, [negotiation(DONT, 24), negotiation(WONT, 24)]);
});

test("TelnetOptions stop answering a peer that offers the same option for ever", () => {
  let sent = 0;
  const options = new TelnetOptions({ own: [], peer: [] }, () => sent++);
  for (let times = 0; times < 1000; times++) options.received(WILL, 24);
  equal(sent, 8);
});

test("TelnetOptions distinguish a refused offer from one that was never answered", () => {
  const options = new TelnetOptions({ own: [BINARY, COM_PORT], peer: [] }, () => undefined);
  options.offer(COM_PORT);
  options.offer(BINARY);
  options.received(DONT, COM_PORT);
  equal(options.own(COM_PORT), "refused");
  equal(options.own(BINARY), "wanted");
});
