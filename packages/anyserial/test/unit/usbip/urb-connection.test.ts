import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createChip } from "../../../dist/chips/create-chip.js";
import { encodeCommand, UsbipProtocolError } from "../../../dist/usbip/urb-codec.js";
import { UrbConnection } from "../../../dist/usbip/urb-connection.js";
import { cuts, cutUp } from "../../helpers/framing.ts";
import { lineOf } from "../../helpers/recorded-line.ts";
import { UsbHost } from "../../helpers/usb-host.ts";

const IN = 1;
const OUT = 2;
const STALLED = -32;
const UNLINKED = -104;

function plugged(): { host: UsbHost; line: ReturnType<typeof lineOf> } {
  const chip = createChip({ chip: "cp2102" });
  return { host: new UsbHost(chip), line: lineOf(chip) };
}

test("a transfer of the host waits until bytes arrive, and takes as many as it has room for", () => {
  const { host, line } = plugged();
  const transfers = [host.read(IN, 2), host.read(IN, 64), host.read(IN, 64)];
  deepEqual(
    transfers.map((each) => host.bytesOf(each)),
    [undefined, undefined, undefined],
  );
  line.uart.arrive(Uint8Array.of(1, 2, 3));

  deepEqual(
    transfers.map((each) => host.bytesOf(each)),
    [[1, 2], [3], undefined],
  );
  equal(line.taken, 3);
});

test("bytes that have arrived are there for the next transfer, joined", () => {
  const { host, line } = plugged();
  for (const byte of [1, 2, 3]) line.uart.arrive(Uint8Array.of(byte));

  deepEqual(host.bytesOf(host.read(IN)), [1, 2, 3]);
});

test("a transfer to the device is answered only when the line has room", () => {
  const { host, line } = plugged();
  line.hasRoom = false;
  const [first, second] = [host.write(OUT, Buffer.from("ab")), host.write(OUT, Buffer.from("c"))];
  deepEqual([host.answers.get(first), host.answers.get(second)], [undefined, undefined]);
  line.hasRoom = true;
  line.uart.resume();

  deepEqual([host.answers.get(first)?.actual, host.answers.get(second)?.actual], [2, 1]);
  equal(Buffer.from(line.sent).toString(), "abc");
});

test("an unlinked transfer gets no answer of its own, and no bytes", () => {
  const { host, line } = plugged();
  const [gone, next] = [host.read(IN), host.read(IN)];
  equal(host.unlink(gone), UNLINKED);
  line.uart.arrive(Uint8Array.of(7));

  deepEqual([host.bytesOf(gone), host.bytesOf(next)], [undefined, [7]]);
});

test("an unlink that comes after the answer is confirmed", () => {
  const { host, line } = plugged();
  line.uart.arrive(Uint8Array.of(7));
  const answered = host.read(IN);

  equal(host.unlink(answered), 0);
  equal(host.unlink(99), 0);
});

test("an unlinked transfer to the device is not sent", () => {
  const { host, line } = plugged();
  line.hasRoom = false;
  const transfer = host.write(OUT, Buffer.from("x"));
  equal(host.unlink(transfer), UNLINKED);
  line.hasRoom = true;
  line.uart.resume();

  deepEqual([line.sent, host.answers.get(transfer)], [[], undefined]);
});

test("the line gets a report when the port is opened and closed", () => {
  const { host, line } = plugged();
  const transfers = [host.read(IN), host.read(IN)];
  line.uart.arrive(Uint8Array.of(1));
  deepEqual(line.opens, [true]);
  for (const transfer of transfers) host.unlink(transfer);

  deepEqual(line.opens, [true, false]);
});

test("end() frees the device: bytes are lost, lines fall", () => {
  const { host, line } = plugged();
  host.control({ type: 0x41, request: 0x07, value: 0x303 });
  line.uart.arrive(Uint8Array.of(1));
  host.connection.end();

  deepEqual(line.outputs, [
    { dtr: true, rts: true },
    { dtr: false, rts: false },
  ]);
  equal(line.uart.waitingBytes, 0);
});

test("an endpoint that the device does not have stalls", () => {
  const { host } = plugged();

  equal(host.answers.get(host.read(9))?.status, STALLED);
});

test("a host that gives more transfers than any driver gets stalls, and no memory", () => {
  const { host } = plugged();
  const transfers = Array.from({ length: 4100 }, () => host.read(IN));

  equal(transfers.filter((each) => host.answers.get(each)?.status === STALLED).length, 4);
});

test("a line that answers at once does not get a transfer twice", () => {
  const { host, line } = plugged();
  line.onTaken = () => {
    if (line.uart.waitingBytes === 0) line.uart.arrive(Uint8Array.of(2));
  };
  const transfers = [host.read(IN), host.read(IN)];
  line.uart.arrive(Uint8Array.of(1));

  deepEqual(
    transfers.map((each) => host.bytesOf(each)),
    [[1], [2]],
  );
});

test("feed() answers the same whatever the cuts", () => {
  const setup = Uint8Array.of(0x80, 6, 0, 1, 0, 0, 18, 0);
  const commands = [
    encodeCommand({ kind: "submit", sequence: 1, isIn: true, endpoint: 0, length: 18, setup }),
    encodeCommand({ kind: "submit", sequence: 2, isIn: false, endpoint: 2, length: 5, setup }),
    Buffer.from("hello"),
    encodeCommand({ kind: "submit", sequence: 3, isIn: true, endpoint: 1, length: 64, setup }),
    encodeCommand({ kind: "unlink", sequence: 4, victim: 3 }),
  ];
  const answersTo = (chunks: readonly Uint8Array[]): string[] => {
    const answers: string[] = [];
    const chip = createChip({ chip: "cp2102" });
    const connection = new UrbConnection(chip, (bytes) =>
      answers.push(Buffer.from(bytes).toString("hex")),
    );
    for (const chunk of chunks) connection.feed(chunk);
    return answers;
  };
  const whole = Buffer.concat(commands);
  const expected = answersTo([whole]);
  equal(expected.length, 3);
  fc.assert(fc.property(cuts, (lengths) => deepEqual(answersTo(cutUp(whole, lengths)), expected)));
});

test("feed() survives any input: refused with its own error, or answered once each", () => {
  const hostile = fc.array(
    fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc
        .tuple(fc.constantFrom(1, 1, 1, 2), fc.integer({ min: 0, max: 6 }), fc.boolean())
        .chain(([command, endpoint, isIn]) =>
          fc.uint8Array({ minLength: 8, maxLength: 8 }).map((setup) => {
            const head = Buffer.alloc(48);
            head.writeUInt32BE(command, 0);
            head.writeUInt32BE(endpoint + 1, 4);
            head.writeUInt32BE(isIn ? 1 : 0, 12);
            head.writeUInt32BE(endpoint, 16);
            head.writeUInt32BE(3, command === 1 ? 24 : 20);
            head.set(setup, 40);
            return isIn || command === 2 ? head : Buffer.concat([head, Buffer.from("abc")]);
          }),
        ),
    ),
    { maxLength: 30 },
  );
  fc.assert(
    fc.property(
      fc.constantFrom("cdc-acm", "ft232r", "cp2102n", "ch340", "pl2303"),
      hostile,
      (chip, chunks) => {
        let answers = 0;
        const model = createChip({ chip });
        const connection = new UrbConnection(model, () => answers++);
        try {
          for (const chunk of chunks) connection.feed(chunk);
        } catch (error) {
          if (!(error instanceof UsbipProtocolError)) throw error;
        }
        connection.end();
        ok(answers <= Buffer.concat(chunks).length / 48);
      },
    ),
    { numRuns: 300 },
  );
});

test("feed() throws for a command that is none", () => {
  throws(() => plugged().host.connection.feed(Buffer.alloc(48, 9)), UsbipProtocolError);
});
