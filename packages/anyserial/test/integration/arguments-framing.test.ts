// Nothing in anyserial/framing goes unheard: every public function refuses every wrong argument.

import { test } from "node:test";
import { openSerialPort } from "anyserial";
import * as framing from "anyserial/framing";
import { createVirtualPort } from "anyserial/pty";
import { openSerialPortSync } from "anyserial/sync";
import {
  type Anything,
  BYTES,
  blocking,
  expectMethods,
  expectRefusal,
  type Parameter,
  parameter,
  refusals,
  type Table,
  type Wrong,
  waiting,
} from "../helpers/wrong-arguments.ts";

const CHECKED: readonly Wrong[] = [
  [{ maxLength: 0 }, /bytes/],
  [{ maxLength: 1.5 }, /bytes/],
  [{ maxlength: 100 }, /^write maxLength$/],
  [{ baudRate: 9600 }, /leave it out/],
  [null, /\{/],
  ["fast", /\{/],
  [() => undefined, /no callbacks|\{/],
  [AbortSignal.abort("unheard"), /no signal/],
];
const CHECKSUM: readonly Wrong[] = [
  [{ checksum: "crc8" }, /crc16modbus, crc16ccitt/],
  [{ checksum: 16 }, /function/],
  [{ checksum: () => 5 }, /Uint8Array\.of\(5\)/],
];
const TEXT: readonly Wrong[] = [
  [{ encoding: "ascii" }, /latin1/],
  [{ fatal: 1 }, /boolean/],
];

function options(...others: readonly Wrong[]): Parameter {
  return parameter({}, ...CHECKED, ...others);
}

const MARK: readonly Wrong[] = [
  ["", /bytes/],
  [256, /255/],
  [-1, /255/],
  [undefined, /./],
  [[1, 2], /Uint8Array\.from/],
  [new Uint8Array(65), /bytes/],
];

const FRAMING = parameter(
  framing.lines(),
  ["\n", /result of lines\(\), slip\(\)/],
  [framing.lines, /result of lines\(\), slip\(\)/],
  [undefined, /result of lines\(\), slip\(\)/],
);

const FUNCTIONS: Table = {
  lines: [
    options(
      ...TEXT,
      [{ ending: "\n" }, /lf, crlf, cr, any/],
      [{ eol: "lf" }, /^write ending$/],
      [{ sendEnding: "any" }, /lf, crlf, cr/],
      [{ delimiter: "\n" }, /delimited\(/],
    ),
  ],
  delimited: [
    parameter(0x0a, ...MARK),
    options(...CHECKSUM, [{ keep: 1 }, /boolean/], [{ includeDelimiter: true }, /^write keep$/]),
  ],
  fixedLength: [
    parameter(4, [0, /bytes/], [1.5, /bytes/], ["4", /bytes/], [undefined, /bytes/]),
    parameter({}, ...CHECKSUM, [{ maxLength: 9 }, /first argument/], [null, /\{/]),
  ],
  lengthPrefixed: [
    options(
      ...CHECKSUM,
      [{ size: 3 }, /1, 2 or 4/],
      [{ offset: -1 }, /bytes/],
      [{ start: 0xaa, offset: 0 }, /1 to 255/],
      [{ byteOrder: "BE" }, /big, little/],
      [{ counts: "header" }, /payload, rest, all/],
      [{ plus: 0.5 }, /bytes/],
      [{ trailer: -1 }, /bytes/],
      [{ covers: "header" }, /payload, all/],
      [{ keep: 1 }, /boolean/],
      [{ keep: false, trailer: 1 }, /leave keep out/],
      [{ start: "" }, /bytes/],
      [{ lengthBytes: 2 }, /^write size$/],
    ),
  ],
  slip: [
    options(
      ...CHECKSUM,
      [{ end: 256 }, /255/],
      [{ start: 1 }, /together with start/],
      [{ end: 0xdb }, /different/],
      [{ leadingEnd: 1 }, /boolean/],
      [{ bluetoothQuirk: true }, /^write leadingEnd$/],
    ),
  ],
  cobs: [options(...CHECKSUM)],
  startEnd: [
    parameter(2, ...MARK),
    parameter(3, ...MARK, [2, /delimited\(\)/]),
    options(
      ...CHECKSUM,
      [{ escape: 2 }, /neither mark/],
      [{ escape: 300 }, /255/],
      [{ after: -1 }, /bytes/],
      [{ after: 2, checksum: "lrc" }, /1 bytes/],
      [{ covers: "header" }, /payload, all/],
    ),
  ],
  idleGap: [
    options(
      ...CHECKSUM,
      [{ ms: 0 }, /milliseconds/],
      [{ ms: "5" }, /milliseconds/],
      [{ characters: 0 }, /characters/],
      [{ ms: 5, characters: 3.5 }, /nothing where ms/],
      [{ interval: 5 }, /^write ms$/],
      [50, /\{ ms: … \}/],
    ),
  ],
  matching: [
    parameter(
      /\n/,
      ["\n", /delimited\(\)/],
      [undefined, /delimited\(\)/],
      [/\n/y, /flag y/],
      [/°/, /bytes of such a character/],
    ),
    options(...TEXT, [{ ending: "x" }, /matches/], [{ ending: 5 }, /matches/]),
  ],
  custom: [
    parameter(() => 0, [undefined, /function/], [5, /function/]),
    options(...CHECKSUM, [{ decode: 5 }, /function/], [{ encode: "x" }, /function/]),
  ],
  framed: [
    parameter(
      { path: "x", receive: async () => new Uint8Array(1), send: async () => undefined },
      ["/dev/ttyUSB0", /receive\(\), send\(\)/],
      [{ path: "x", receive: () => undefined }, /receive\(\), send\(\)/],
      [undefined, /receive\(\)/],
    ),
    FRAMING,
  ],
  crc16modbus: [BYTES],
  crc16ccitt: [BYTES],
  crc16xmodem: [BYTES],
  crc32: [BYTES],
  lrc: [BYTES],
  xor8: [BYTES],
  sum8: [BYTES],
};

const LINE: readonly Wrong[] = [
  [{ line: 9600 }, /baudRate/],
  [{ line: { baudRate: 0 } }, /baudRate/],
  [{ baud: 9600 }, /leave it out/],
  [null, /\{/],
];
const DECODE = parameter(
  {},
  ...LINE,
  [{ onError: 5 }, /function/],
  [() => undefined, /\{ onError/],
);

const METHODS: Table = {
  split: [parameter({}, ...LINE)],
  decode: [BYTES],
  encode: [parameter("a", ["a\nb", /one line/], [5, /text/], [undefined, /text/])],
  decoder: [
    parameter(
      { onMessage: () => undefined, onError: () => undefined },
      [{ onMessage: () => undefined }, /function/],
      [{ onError: () => undefined }, /function/],
      [undefined, /\{/],
    ),
  ],
  decodeStream: [DECODE],
  encodeStream: [],
  decodeTransform: [DECODE],
  encodeTransform: [],
  forget: "it is internal",
  isLike: "it is internal",
  read: "it is internal",
  error: "it is internal",
};

const TEXT_MESSAGE = parameter("a", ["a\nb", /one line/], [Uint8Array.of(1), /text/]);
const ANSWER: readonly Wrong[] = [
  [{ accept: "OK" }, /function/],
  [{ retries: -1 }, /times/],
  [{ retries: 1.5 }, /times/],
  [{ retryAfterMs: 0 }, /milliseconds/],
  [{ discardStale: "silence" }, /quiet/],
  [{ discardStale: -1 }, /quiet/],
  [{ attempts: 2 }, /^write retries$/],
  [() => undefined, /\{ accept: … \}/],
  [null, /\{/],
  [50, /\{/],
];

const UNTIL: readonly Wrong[] = [
  [{}, /write until/],
  [{ until: "OK" }, /write until/],
  [() => true, /\{ until: … \}/],
];

const FRAMED_PORT: Table = {
  send: [TEXT_MESSAGE, waiting()],
  receive: [waiting()],
  request: [
    TEXT_MESSAGE,
    parameter(
      { signal: AbortSignal.abort("heard") },
      ...ANSWER,
      [{ signal: 50 }, /AbortSignal\.timeout\(/],
      [{ timeout: 50 }, /AbortSignal\.timeout\(/],
      [AbortSignal.abort("unheard"), /\{ signal \}/],
    ),
  ],
  requestAll: [
    TEXT_MESSAGE,
    parameter(
      { until: () => true, signal: AbortSignal.abort("heard") },
      ...ANSWER.filter(([given]) => typeof given !== "function"),
      ...UNTIL,
      [{ until: () => true, signal: 50 }, /AbortSignal\.timeout\(/],
    ),
  ],
  messages: [
    parameter(
      { signal: AbortSignal.abort("heard") },
      [{ onError: 5 }, /function/],
      [{ signal: 50 }, /AbortSignal\.timeout\(/],
      [() => undefined, /\{ onError: … \}/],
      [null, /\{/],
    ),
  ],
  on: [
    parameter("unsolicited", [undefined, /"unsolicited"/], ["message", /"unsolicited"/]),
    parameter(() => undefined, [undefined, /function/], ["x", /function/]),
    parameter({}, [{ onError: 5 }, /function/], [{ onerror: () => undefined }, /^write onError$/]),
  ],
};

const TIMED: readonly Wrong[] = [
  [{ timeout: 50 }, /^write timeoutMs$/],
  [{ timeoutMs: -1 }, /milliseconds/],
];
const FRAMED_SYNC_PORT: Table = {
  send: [TEXT_MESSAGE, blocking(...TIMED)],
  receive: [blocking(...TIMED)],
  request: [
    TEXT_MESSAGE,
    parameter({ timeoutMs: 0 }, ...TIMED, ...ANSWER, [
      { signal: AbortSignal.abort("unheard") },
      /cannot be aborted/,
    ]),
  ],
  requestAll: [
    TEXT_MESSAGE,
    parameter(
      { until: () => true, timeoutMs: 0 },
      ...TIMED,
      ...ANSWER.filter(([given]) => typeof given !== "function"),
      ...UNTIL,
    ),
  ],
};

const EXPORTS = new Map(
  Object.entries(framing).filter(([name]) => /^[a-z]/.test(name)) as [string, Anything][],
);

test("every function of anyserial/framing refuses invalid arguments", async () => {
  for (const refusal of refusals(EXPORTS, FUNCTIONS)) {
    await expectRefusal(refusal, EXPORTS.get(refusal.name) as Anything);
  }
});

test("every method of a framing refuses invalid arguments", async () => {
  await expectMethods(METHODS, () => framing.lines());
});

test("every method of a framed port refuses invalid arguments", async () => {
  await using port = await openSerialPort("loop://");

  await expectMethods(FRAMED_PORT, () => port.framed(framing.lines()));
});

test("every method of a framed blocking port refuses invalid arguments", async () => {
  await using device = await createVirtualPort();
  using port = openSerialPortSync(device.path);

  await expectMethods(FRAMED_SYNC_PORT, () => port.framed(framing.lines()));
});

test("FramedPort is no class to construct", async () => {
  await expectRefusal(
    { name: "FramedPort", given: [], hint: /port\.framed\(/ },
    () => new (framing.FramedPort as unknown as new () => object)(),
  );
});

test("idleGap() in characters wants to know the line", async () => {
  await expectRefusal(
    { name: "split", given: [], hint: /idleGap\(\{ ms: … \}\)/ },
    () => framing.idleGap().split().gapMs,
  );
});
