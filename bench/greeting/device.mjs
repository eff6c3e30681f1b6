// device.mjs: an emulated device that greets each application at once. Prints the path of its port.
import { createVirtualPort } from "../../packages/anyserial/dist/pty.js";

const GREETING = new TextEncoder().encode("ready\n");

const device = await createVirtualPort();
console.log(device.path);
for await (const { kind } of device.changes()) {
  if (kind === "open") device.trySend(GREETING);
}
