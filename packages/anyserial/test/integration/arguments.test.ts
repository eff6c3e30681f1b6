// Nothing goes unheard: every public function refuses every wrong argument, and says what is meant.

import { test } from "node:test";
import * as library from "anyserial";
import { lines } from "anyserial/framing";
import * as pty from "anyserial/pty";
import * as sync from "anyserial/sync";
import * as testing from "anyserial/testing";
import * as conformance from "anyserial/testing/conformance";
import {
  type Anything,
  BYTES,
  blocking,
  expectMethods,
  expectRefusal,
  FILTER,
  INTO,
  number,
  PATH,
  parameter,
  refusals,
  settings,
  TARGET,
  type Table,
  waiting,
} from "../helpers/wrong-arguments.ts";

const NO_PARAMETERS: readonly [] = [];
const WAIT = waiting();
const OTHER_SETTINGS = settings(/no setting/);

const COUNT = number(1);
const CONTROL_LINES = parameter(
  { rts: true },
  [undefined, /dtr, rts/],
  [{ cts: true }, /modemLines\(\)/],
  [{ RTS: true }, /write controlLines\.rts/],
  [{ rts: 1 }, /boolean/],
  [AbortSignal.abort("unheard"), /no signal/],
);

const FRAMING = parameter(
  lines(),
  ["\n", /result of lines\(\), slip\(\)/],
  [undefined, /slip\(\)/],
);

const FUNCTIONS: Table = {
  openSerialPort: [TARGET, settings(/third argument: openSerialPort\(.*\{ signal \}\)/), WAIT],
  serialSessions: [TARGET, settings(/third argument/), WAIT],
  platformCapabilities: NO_PARAMETERS,
  inspectSerialPort: [PATH],
  listSerialPorts: [waiting([{ backend: "usb" }, /native/])],
  findSerialPort: [FILTER, waiting([{ backend: "usb" }, /native/])],
  watchSerialPorts: [waiting([{ initial: "yes" }, /boolean/], [{ inital: true }, /write initial/])],
  isSerialError: "it answers false for anything else",
  createVirtualPort: [
    parameter(
      {},
      ["/tmp/ttyX", /\{ link: … \}/],
      [{ path: "/tmp/ttyX" }, /^write link$/],
      [{ link: "" }, /empty/],
      [{ link: null }, /such as \/tmp\/ttyTHERMO/],
      [{ mode: "0660" }, /0o777/],
      [{ uid: 0 }, /^write owner$/],
      [{ owner: "no-such-user-at-all" }, /passwd/],
      [{ baudRate: 9600 }, /application/],
      [AbortSignal.abort("unheard"), /does not wait/],
      [null, /link/],
      [() => undefined, /no callbacks/],
    ),
  ],
  openSerialPortSync: [{ ...TARGET, good: PATH.good }, settings(/cannot be aborted/)],
  serialPortPair: [
    parameter(
      {},
      [{ baudRate: 9600 }, /a: \{ config: \{ baudRate/],
      [{ faults: undefined }, /a: \{ faults/],
      [{ a: { baudRate: 9600 } }, /config: \{ baudRate/],
      [{ a: { config: { baudrate: 9600 } } }, /^write baudRate$/],
      [{ a: { faults: { eagain: { times: 1 } } } }, /new FaultPlan/],
      [{ a: { features: { rtscts: "unknown" } } }, /^write features\.rtsCts$/],
      [{ a: { features: { rtsCts: false } } }, /unsupported/],
      [{ a: { takeBaudRate: 9600 } }, /function/],
      [{ b: { bufferBytes: 1 } }, /bufferBytes/],
      [null, /a, b/],
    ),
  ],
  openPtyPair: [OTHER_SETTINGS],
  createFakeSerialService: NO_PARAMETERS,
  createIoCounters: NO_PARAMETERS,
  createCapabilities: "it takes the record of a backend's author, which is typed",
  backendSuite: [
    parameter(
      { test: () => undefined, name: "x", makePair: () => undefined },
      [{ name: "x", makePair: () => undefined }, /node:test/],
      [{ test: () => undefined, name: "x", makepair: () => undefined }, /makePair/],
      [{ test: () => undefined, name: "x", makePair: () => undefined, moreThanFits: 0 }, /bytes/],
      [undefined, /test/],
    ),
  ],
};

const RECEIVE = waiting(
  [{ maxBytes: 0 }, /bytes/],
  [{ maxBytes: -1 }, /bytes/],
  [{ maxBytes: "5" }, /bytes/],
  [{ maxbytes: 5 }, /^write maxBytes$/],
);

const SERIAL_PORT: Table = {
  effectiveConfig: NO_PARAMETERS,
  configure: [settings(/second argument: configure\(.*\{ signal \}\)/), WAIT],
  receive: [RECEIVE],
  receiveInto: [INTO, WAIT],
  receiveEvents: [WAIT],
  framed: [FRAMING],
  send: [BYTES, WAIT],
  trySend: [BYTES],
  drain: [WAIT],
  drainExact: [WAIT],
  sendBreak: [waiting([{ durationMs: 0 }, /60000/], [{ duration: 100 }, /write durationMs/])],
  setBreak: [parameter(true, [undefined, /boolean/], ["on", /boolean/], [1, /boolean/])],
  discardInput: NO_PARAMETERS,
  discardOutput: NO_PARAMETERS,
  inputWaiting: NO_PARAMETERS,
  outputWaiting: NO_PARAMETERS,
  modemLines: NO_PARAMETERS,
  setControlLines: [CONTROL_LINES],
  modemLineChanges: [WAIT],
  lineErrors: NO_PARAMETERS,
  stats: NO_PARAMETERS,
  toDuplex: NO_PARAMETERS,
  close: [parameter(undefined, [() => undefined, /await the result of close\(\)/])],
};

const SYNC_PORT: Table = {
  effectiveConfig: NO_PARAMETERS,
  configure: [settings(/cannot be aborted/)],
  receive: [
    blocking(
      [{ timeout: 50 }, /^write timeoutMs$/],
      [{ timeoutMs: -1 }, /milliseconds/],
      [{ maxBytes: 0 }, /bytes/],
    ),
  ],
  receiveInto: [INTO, blocking([{ timeout: 50 }, /^write timeoutMs$/])],
  receiveExactly: [COUNT, blocking([{ timeout: 50 }, /^write timeoutMs$/])],
  framed: [FRAMING],
  send: [BYTES, blocking([{ timeout: 50 }, /^write timeoutMs$/])],
  trySend: [BYTES],
  drain: [blocking([{ timeout: 50 }, /^write timeoutMs$/])],
  drainExact: [blocking([{ timeout: 50 }, /^write timeoutMs$/])],
  sendBreak: [blocking([{ durationMs: 0 }, /60000/], [{ duration: 1 }, /write durationMs/])],
  discardInput: NO_PARAMETERS,
  discardOutput: NO_PARAMETERS,
  inputWaiting: NO_PARAMETERS,
  outputWaiting: NO_PARAMETERS,
  modemLines: NO_PARAMETERS,
  setControlLines: [CONTROL_LINES],
  lineErrors: NO_PARAMETERS,
  close: NO_PARAMETERS,
};

const VIRTUAL_PORT: Table = {
  receive: [RECEIVE],
  framed: [FRAMING],
  send: [BYTES, WAIT],
  trySend: [BYTES],
  unreadBytes: NO_PARAMETERS,
  hasApplicationRead: NO_PARAMETERS,
  discardUnread: NO_PARAMETERS,
  isWritable: NO_PARAMETERS,
  settings: NO_PARAMETERS,
  preset: [
    parameter(
      { baudRate: 9600 },
      [{ baudrate: 9600 }, /^write baudRate$/],
      [{ dataBits: 8 }, /leave it out/],
      [{ baudRate: -1 }, /./],
      [null, /baudRate/],
    ),
  ],
  lines: NO_PARAMETERS,
  setModemLines: [
    parameter(
      { cts: true },
      [{ rts: true }, /lines\(\) has it/],
      [{ cts: 1 }, /true or false/],
      [null, /cts/],
    ),
  ],
  inject: [
    parameter(
      { kind: "break" },
      ["break", /./],
      [{ kind: "noise" }, /./],
      [{ kind: "parity" }, /./],
    ),
  ],
  plug: NO_PARAMETERS,
  unplug: NO_PARAMETERS,
  changes: [WAIT],
  subscribe: [
    parameter(
      { onData: () => undefined },
      [() => undefined, /\{ onData: … \}/],
      [{ ondata: () => undefined }, /^write onData$/],
      [{ onData: () => undefined, onwritable: () => undefined }, /^write onWritable$/],
      [{ onData: "x" }, /function/],
      [{}, /function/],
      [undefined, /onData/],
    ),
  ],
  close: [parameter(undefined, [() => undefined, /await the result of close\(\)/])],
};

const READER: Table = {
  receiveExactly: [COUNT, WAIT],
  receiveUntil: [
    parameter("\n", [10, /Uint8Array\.of\(10\)/], ["", /one byte/], [undefined, /bytes/]),
    waiting([{ maxBytes: 0 }, /bytes/], [{ limit: 10 }, /maxBytes|leave/]),
  ],
  takeBuffered: NO_PARAMETERS,
};

const FAULT_PLAN: Table = {
  next: [parameter("read", ["send", /read, write/], [undefined, /read, write/]), number(1)],
  transferred: [number(0)],
};

const PAIR: Table = {
  reopen: [parameter("a", ["c", /a, b/], [undefined, /a, b/]), OTHER_SETTINGS],
  close: NO_PARAMETERS,
};

const HOOKS: Table = {
  disconnect: NO_PARAMETERS,
  reconnect: NO_PARAMETERS,
  injectError: [
    parameter("framing", ["frame", /framing/], [undefined, /framing/]),
    parameter(0, [256, /255/], ["a", /255/]),
  ],
  setRing: [parameter(true, [1, /boolean/], [undefined, /boolean/])],
  settings: NO_PARAMETERS,
};

const LISTENING: Table = {
  pause: NO_PARAMETERS,
  resume: NO_PARAMETERS,
  notifyWritable: NO_PARAMETERS,
  stop: NO_PARAMETERS,
};

const CONSTRUCTORS: Table = {
  SerialPort: [parameter(undefined, [{ path: "/dev/x", baudRate: 9600 }, /await openSerialPort/])],
  SyncSerialPort: "its parameters are internal",
  VirtualPort: "its parameters are internal",
  BufferedReader: [parameter(undefined, ["/dev/x", /receive/], [undefined, /receive/])],
  FaultPlan: [
    parameter(
      {},
      [{ disconnectAfter: 5 }, /write disconnectAfterBytes/],
      [{ eagain: 3 }, /\{ times: … \}/],
      [{ eagain: {} }, /eagain\.times/],
      [{ eintr: { times: 1, on: "send" } }, /read, write/],
      [{ shortReads: { maxbytes: 1 } }, /^write shortReads\.maxBytes$/],
      [{ latencyMs: -1 }, /latencyMs/],
      [null, /object/],
    ),
  ],
};

const EXPORTS = new Map<string, Anything>(
  Object.entries({ ...library, ...pty, ...sync, ...testing, ...conformance })
    .filter(([, value]) => typeof value === "function")
    .map(([name, value]) => [name, value as unknown as Anything]),
);

test("every public function refuses invalid arguments", async () => {
  const functions = exported((name) => /^[a-z]/.test(name));

  for (const refusal of refusals(functions, FUNCTIONS)) {
    await expectRefusal(refusal, functions.get(refusal.name) as Anything);
  }
});

test("every public class that is no error refuses what it cannot be made of", async () => {
  const classes = exported((name) => /^[A-Z]/.test(name) && !name.endsWith("Error"));

  for (const refusal of refusals(classes, CONSTRUCTORS)) {
    const Class = classes.get(refusal.name) as unknown as new (...given: unknown[]) => object;
    await expectRefusal(refusal, (...given) => new Class(...given));
  }
});

test("every method of SerialPort refuses invalid arguments", async () => {
  await expectMethods(SERIAL_PORT, () => library.openSerialPort("loop://"), close);
});

test("every method of BufferedReader refuses invalid arguments", async () => {
  await using port = await library.openSerialPort("loop://");

  await expectMethods(READER, () => port.reader);
});

test("every method of VirtualPort refuses invalid arguments", async () => {
  await expectMethods(VIRTUAL_PORT, () => pty.createVirtualPort(), close);
});

test("every method of SyncSerialPort refuses invalid arguments", async () => {
  await using device = await pty.createVirtualPort();
  using port = sync.openSerialPortSync(device.path);
  await device.send(new Uint8Array(1000)); // a receive that is not refused ends, too

  await expectMethods(SYNC_PORT, () => port);
});

test("every method of the objects from anyserial/testing refuses invalid arguments", async () => {
  await using pair = await testing.serialPortPair();

  await expectMethods(PAIR, () => pair);
  await expectMethods(HOOKS, () => pair.hooks.a);
  await expectMethods(FAULT_PLAN, () => new testing.FaultPlan());
});

test("the methods of the object from subscribe() take no arguments", async () => {
  await using device = await pty.createVirtualPort();

  await expectMethods(LISTENING, () => device.subscribe({ onData: () => undefined }));
});

function exported(isMeant: (name: string) => boolean): Map<string, Anything> {
  return new Map([...EXPORTS].filter(([name]) => isMeant(name)));
}

async function close(port: object): Promise<void> {
  await (port as AsyncDisposable)[Symbol.asyncDispose]();
}
