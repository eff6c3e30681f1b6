// Silence on a line, while the program is busy with something else.

import { equal } from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { test } from "node:test";
import { idleGap } from "anyserial/framing";
import { latin1, shown } from "../../helpers/framing.ts";

for (const ms of [1, 20]) {
  test(`idleGap() joins bytes that came while the program was busy for more than ${ms} ms`, async (t) => {
    const { sender, receiver, close } = await connection();
    t.after(close);
    const received = new Promise((resolve, reject) => {
      const decoder = idleGap({ ms }).decoder({
        onMessage: (message) => resolve(shown(message)),
        onError: reject,
      });
      receiver.on("data", (chunk: Uint8Array) => decoder.push(chunk));
      decoder.push(latin1("a"));
    });

    sender.write("b"); // is in the kernel at once
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 3 * ms);

    equal(await received, "ab");
  });
}

/** Two ends of a connection, read in the event loop as a port is. */
async function connection(): Promise<{ sender: Socket; receiver: Socket; close: () => void }> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  const sender = connect(port, "127.0.0.1");
  const [receiver] = (await once(server, "connection")) as [Socket];
  if (sender.connecting) await once(sender, "connect");
  const close = (): void => {
    sender.destroy();
    receiver.destroy();
    server.close();
  };
  return { sender, receiver, close };
}
