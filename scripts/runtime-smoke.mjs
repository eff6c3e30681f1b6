// A test of every runtime: run by test-runtimes.mjs as `RUNTIME runtime-smoke.mjs LINK end|exit`.
// It ends with ports open, and must end all the same: by itself, or by exit(7).
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { createRequire } from "node:module";
import process from "node:process";
import { openSerialPort } from "../packages/anyserial/dist/index.js";
import { createVirtualPort } from "../packages/anyserial/dist/pty.js";

const MEGABYTE = 1024 * 1024;

const [link, how] = process.argv.slice(2);
openBlocking();
const device = await createVirtualPort({ link });
const port = await openSerialPort(link, { baudRate: 9600 });
expect((await port.effectiveConfig()).baudRate === 9600, "the baud rate is not in force");

await echo();
await cancel();
await port.close();
await disconnect();

// Open and idle at the end, with the link to be removed.
const idle = await openSerialPort(link);
expect(idle.isOpen, "the port did not open again");
console.log("done");
if (how === "exit") {
  idle.receive().catch(() => undefined);
  setImmediate(() => process.exit(7));
}

/** First of all: modules loaded by require() must not need an import that was awaited. */
function openBlocking() {
  const { openSerialPortSync } = createRequire(import.meta.url)(
    "../packages/anyserial/dist/sync.js",
  );
  let failed;
  try {
    openSerialPortSync("/nonexistent/tty");
  } catch (error) {
    failed = error;
  }
  expect(failed?.name === "PortNotFoundError", "require() of anyserial/sync does not open ports");
}

async function echo() {
  const data = new Uint8Array(MEGABYTE).map((_, at) => (at * 31 + (at >> 8)) & 255);
  const hash = createHash("sha256");
  await Promise.all([
    port.send(data),
    transfer((bytes) => device.send(bytes), device),
    transfer((bytes) => hash.update(bytes), port),
  ]);
  const sent = createHash("sha256").update(data).digest("hex");
  expect(hash.digest("hex") === sent, "the bytes that came back differ");
}

async function transfer(take, from) {
  for (let count = 0; count < MEGABYTE; ) {
    const bytes = await from.receive();
    await take(bytes);
    count += bytes.length;
  }
}

async function cancel() {
  const reason = new Error("enough");
  const controller = new AbortController();
  const canceled = port.receive({ signal: controller.signal }).catch((error) => error);
  await new Promise(setImmediate);
  controller.abort(reason);
  expect((await canceled) === reason, "receive() did not reject with the reason");
  await device.send(Buffer.from("next"));
  const next = Buffer.from(await port.reader.receiveExactly(4)).toString();
  expect(next === "next", "a byte is lost after a canceled receive()");
}

async function disconnect() {
  const other = await createVirtualPort();
  const gone = await openSerialPort(other.path);
  const failed = gone.receive().catch((error) => error);
  await other.close();
  expect((await failed).name === "SerialDisconnectedError", "a disconnect is not noticed");
  expect((await gone.closed).name === "SerialDisconnectedError", "closed does not give the cause");
}

function expect(holds, otherwise) {
  if (!holds) throw new Error(otherwise);
}
