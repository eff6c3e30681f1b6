// web-serial-client.mjs KIND BUFFER FOLDER PATH: one port, by the streams of Web Serial (KIND `streams`) or by receive()
// and send() (`calls`). BUFFER is bufferSize, or the most bytes of a receive. Commands in protocol.mjs.
import { cpuUs, PatternCheck, serve, summarizeRoundTrips } from "./protocol.mjs";

const BAUD = { baudRate: 115_200 };
const [kind, buffer, folder, path] = process.argv.slice(2);
const bufferSize = Number(buffer);
const byte = new Uint8Array([0x78]);
const { read, write } = kind === "streams" ? await openStreams() : await openCalls();

await serve({ roundTrips, read: readAll });

async function openStreams() {
  const { createSerial } = await import(`${folder}/dist/web-serial.js`);
  const serial = createSerial({ ports: () => false, others: [path], choose: {} });
  const port = await serial.requestPort();
  await port.open({ ...BAUD, bufferSize });
  const reader = port.readable.getReader();
  const writer = port.writable.getWriter();
  return {
    read: async () => (await reader.read()).value,
    write: (bytes) => writer.write(bytes),
  };
}

async function openCalls() {
  const { openSerialPort } = await import(`${folder}/dist/index.js`);
  const port = await openSerialPort(path, BAUD);
  const options = { maxBytes: bufferSize };
  return { read: () => port.receive(options), write: (bytes) => port.send(bytes) };
}

async function roundTrips(count) {
  const samples = new Float64Array(count);
  const cpu = cpuUs();
  for (let i = 0; i < count; i++) {
    const start = performance.now();
    await write(byte);
    await read();
    samples[i] = performance.now() - start;
  }
  return summarizeRoundTrips(samples, cpuUs() - cpu);
}

async function readAll(wanted) {
  const check = new PatternCheck(wanted);
  while (!check.isDone) check.take(await read());
  return check.summarize();
}
