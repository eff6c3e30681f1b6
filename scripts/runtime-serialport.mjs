// A program of node-serialport over ours, for `npm run test:runtimes`: lines there and back, a write and an unplug, in
// the main thread and in a worker. With `import` or `require` it only says whose `serialport` it gets by a preload.
import { once } from "node:events";
import { createRequire } from "node:module";
import { isMainThread, parentPort, Worker } from "node:worker_threads";

const LINES = 200;
const OURS = "../packages/serialport/dist/index.cjs";
const loads = process.argv[2];
const require = createRequire(import.meta.url);

if (isMainThread && loads !== undefined) {
  const { SerialPort } = loads === "require" ? require("serialport") : await import("serialport");
  const ours = require(OURS);
  console.log(SerialPort === ours.SerialPort ? "ours" : "the original");
} else {
  const received = await exchange();
  if (!isMainThread) parentPort.postMessage(received);
  else {
    const [inWorker] = await once(new Worker(new URL(import.meta.url)), "message");
    if (received !== LINES || inWorker !== LINES) throw new Error(`${received}, ${inWorker} lines`);
    console.log(`${LINES} lines in the main thread and in a worker`);
  }
}

async function exchange() {
  const { createVirtualPort } = await import("../packages/anyserial/dist/pty.js");
  const { ReadlineParser, SerialPort } = require(OURS);
  const device = await createVirtualPort();
  const port = new SerialPort({ path: device.path, baudRate: 9600 });
  await once(port, "open");
  const lines = port.pipe(new ReadlineParser());
  let received = 0;
  for (; received < LINES; received++) {
    const line = once(lines, "data");
    await device.send(Buffer.from("line\n"));
    await line;
  }
  port.write("w");
  if (Buffer.from(await device.receive()).toString() !== "w") throw new Error("no write came");
  const closed = once(port, "close");
  await device.close();
  const [cause] = await closed;
  if (!cause.disconnected) throw new Error("the unplug was not seen");
  return received;
}
