// opener.mjs PATH promises|blocking: the contender under test. For each line of standard input it opens the port
// and prints whether it received the greeting.
import { createInterface } from "node:readline";
import { openSerialPort } from "../../packages/anyserial/dist/index.js";
import { openSerialPortSync } from "../../packages/anyserial/dist/sync.js";

const WAIT_MS = 150;

const [path, kind] = process.argv.slice(2);
console.log("ready");
for await (const _ of createInterface({ input: process.stdin })) {
  console.log(kind === "blocking" ? openBlocking() : await open());
}

async function open() {
  const port = await openSerialPort(path);
  const signal = AbortSignal.timeout(WAIT_MS);
  const received = await port.receive({ signal }).catch(() => undefined);
  await port.close();
  return received !== undefined;
}

function openBlocking() {
  const port = openSerialPortSync(path);
  try {
    port.receive({ timeoutMs: WAIT_MS });
    return true;
  } catch {
    return false;
  } finally {
    port.close();
  }
}
