// A simulated device behind an emulated port: it answers as a test says.
import { createVirtualPort } from "anyserial/pty";

/**
 * Makes an emulated port for one test; it is taken away at the test's end.
 *
 * @param t The test.
 * @param answer Called with all bytes that are not taken yet; returns how many it takes and what it sends, or nothing
 *   while more are needed.
 * @returns Its path, its port, and all bytes that came.
 */
export async function makeDevice(t, answer = (bytes) => ({ taken: bytes.length })) {
  const port = await createVirtualPort();
  const device = { path: port.path, port, received: Buffer.alloc(0), waiters: [] };
  t.after(() => port.close());
  void follow(device, answer);
  return device;
}

/** Waits until the device has received something. */
export async function receivedBy(device, holds) {
  while (!holds(device.received)) await new Promise((resolve) => device.waiters.push(resolve));
  return device.received;
}

async function follow(device, answer) {
  let rest = Buffer.alloc(0);
  try {
    for (;;) {
      const chunk = Buffer.from(await device.port.receive());
      device.received = Buffer.concat([device.received, chunk]);
      rest = Buffer.concat([rest, chunk]);
      for (let found = answer(rest); rest.length > 0 && found; found = answer(rest)) {
        rest = rest.subarray(found.taken);
        if (found.send !== undefined) await device.port.send(Buffer.from(found.send));
        if (rest.length === 0) break;
      }
      for (const wake of device.waiters.splice(0)) wake();
    }
  } catch (error) {
    if (!/CLOSED|DISCONNECTED/.test(error.code)) throw error;
  }
}
