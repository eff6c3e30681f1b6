// A program of web pages over ours, for `npm run test:runtimes`: lines there and back by the streams of Web Serial, the
// errors and events of a port that is unplugged and comes back, and a fake port with lines.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const LINES = 200;
const dist = "../packages/anyserial/dist";
const { createVirtualPort } = await import(`${dist}/pty.js`);
const { createFakeSerialService } = await import(`${dist}/testing.js`);
const { installWebSerial } = await import(`${dist}/web-serial.js`);

const folder = mkdtempSync(join(tmpdir(), "anyserial-web-serial-"));
try {
  await overPty(join(folder, "tty"));
  await overFake();
} finally {
  rmSync(folder, { recursive: true });
}
console.log(`${LINES} lines by streams, unplugged and plugged in again, signals, a break, BYOB`);
if (process.versions.deno !== undefined) process.exit(); // its fs.watch() keeps a process alive in every mode

async function overPty(link) {
  const device = await createVirtualPort({ link });
  const others = [{ path: link, vid: 0x303a, pid: 0x1001 }];
  installWebSerial(globalThis, { ports: () => false, others, choose: {} });
  const { serial } = navigator;
  const filters = [{ usbVendorId: 0x303a }];
  const port = await serial.requestPort({ filters });
  expect(port instanceof SerialPort && serial instanceof Serial, "the classes are global");
  await port.open({ baudRate: 115_200 });
  const answering = echo(device).catch(() => undefined); // it is closed in the end
  await exchangeLines(port);
  const events = [];
  for (const type of ["disconnect", "connect"]) {
    const note = ({ target }) => events.push([type, target === port]);
    serial.addEventListener(type, note, { once: true }); // one that stays keeps the process alive
  }
  const gone = nameOf(port.readable.getReader().read());
  const disconnected = once(port, "disconnect");
  await device.close();
  expect((await gone) === "NetworkError", "a read fails by a lost device");
  await Promise.all([disconnected, answering]);
  await port.close();
  const connected = once(port, "connect");
  const again = await createVirtualPort({ link });
  await connected;
  await port.open({ baudRate: 115_200 });
  await port.close();
  await again.close();
  const seen = JSON.stringify(events);
  expect(seen === '[["disconnect",true],["connect",true]]', `events bubble: ${seen}`);
}

async function exchangeLines(port) {
  const decoder = new TextDecoderStream();
  const piped = port.readable.pipeTo(decoder.writable).catch(() => undefined);
  const lines = decoder.readable.getReader();
  const writer = port.writable.getWriter();
  for (let index = 0; index < LINES; index++) {
    const line = `line ${index}\n`;
    await writer.write(new TextEncoder().encode(line));
    let received = "";
    while (received.length < line.length) received += (await lines.read()).value;
    expect(received === line, `line ${index} came back`);
  }
  await writer.close();
  await lines.cancel();
  await piped;
}

async function overFake() {
  const service = createFakeSerialService();
  const fake = await service.addPort({ vid: 1, pid: 2 });
  const serial = installWebSerial(globalThis, { service, choose: {} });
  const port = await serial.requestPort();
  await port.open({ baudRate: 9600, parity: "even", bufferSize: 16 });
  await port.setSignals({ dataTerminalReady: false, requestToSend: true });
  const { dsr, cts } = await fake.device.modemLines();
  expect(!dsr && cts, "signals arrive");
  await fake.device.send(Uint8Array.of(1, 2, 3));
  const byob = port.readable.getReader({ mode: "byob" });
  const { value } = await byob.read(new Uint8Array(8));
  expect(value.length === 3 && value[2] === 3, "a BYOB reader gets the bytes");
  const broken = nameOf(byob.read(new Uint8Array(8)));
  fake.injectError("break");
  expect((await broken) === "BreakError", "a break fails the stream");
  byob.releaseLock();
  await fake.device.send(Uint8Array.of(4));
  const reader = port.readable.getReader();
  expect((await reader.read()).value[0] === 4, "the next stream goes on");
  reader.releaseLock();
  expect((await nameOf(port.open({ baudRate: 9600 }))) === "InvalidStateError", "it is open");
  await port.close();
  await service.close();
}

async function echo(device) {
  for (;;) await device.send(await device.receive());
}

function once(target, type) {
  return new Promise((resolve) => target.addEventListener(type, resolve, { once: true }));
}

async function nameOf(promise) {
  return promise.then(
    () => "no error",
    (error) => error.name,
  );
}

function expect(isTrue, what) {
  if (!isTrue) throw new Error(`it does not hold that ${what}`);
}
