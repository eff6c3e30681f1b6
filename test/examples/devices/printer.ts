// A printer with Marlin's protocol: numbered lines with a checksum, ok for each, a resend of damaged ones.

import { lines } from "anyserial/framing";
import type { VirtualPort } from "anyserial/pty";

/** Work of the printer. */
export interface Printed {
  /** Lines that were carried out, in order. */
  readonly done: string[];
}

/** Serves a file until the port is closed. It starts slowly, and one line arrives damaged once. */
export async function servePrinter(device: VirtualPort, damaged: number): Promise<Printed["done"]> {
  const done: string[] = [];
  const link = device.framed(lines());
  let isUp = false;
  let wasDamaged = false;
  let last = 0;
  for await (const line of link) {
    if (!isUp) {
      isUp = true; // it restarts when its port is opened: bytes received meanwhile are lost
      await link.send("start");
      continue;
    }
    const [, number, command = line, sum] = /^N(\d+) (.*)\*(\d+)$/.exec(line) ?? [];
    if (number === undefined) {
      await link.send("ok T:21.5 /0.0");
      continue;
    }
    const isWhole = checksum(line.slice(0, line.lastIndexOf("*"))) === Number(sum);
    if (command === "M110") last = Number(number) - 1;
    if (!isWhole || (Number(number) === damaged && !wasDamaged)) {
      wasDamaged = true;
      await link.send(`Error:checksum mismatch, Last Line: ${last}`);
      await link.send(`Resend: ${last + 1}`);
      await link.send("ok");
      continue;
    }
    if (Number(number) !== last + 1) throw new Error(`line ${number} after ${last}`);
    last++;
    done.push(command);
    if (command.startsWith("G28")) await link.send("echo:busy: processing");
    await link.send("ok");
  }
  return done;
}

function checksum(text: string): number {
  return [...Buffer.from(text)].reduce((sum, byte) => sum ^ byte, 0);
}
