// Sends numbered lines at a rate: `node flood.mjs PORT LINES-A-SECOND SECONDS`. Prints how many it sent, in which time.
import { setTimeout as sleep } from "node:timers/promises";
import { openSerialPort } from "../../packages/anyserial/dist/index.js";

const STEP_MS = 20;

const [path, rate, seconds] = process.argv.slice(2);
const port = await openSerialPort(path, { exclusive: false });
const total = Number(rate) * Number(seconds);
const started = performance.now();
let sent = 0;
while (sent < total) {
  const due = Math.min(total, Math.floor(((performance.now() - started) * Number(rate)) / 1000));
  let text = "";
  for (; sent < due; sent++) text += `n:${sent} level:${(Math.sin(sent / 500) * 10).toFixed(2)}\n`;
  await port.send(Buffer.from(text));
  await sleep(STEP_MS);
}
await port.drain();
process.stdout.write(
  `${JSON.stringify({ sent, seconds: (performance.now() - started) / 1000 })}\n`,
);
await port.close();
