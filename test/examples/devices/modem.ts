// A modem: echoes its input until ATE0, answers commands, and says some things unasked.

import { lines } from "anyserial/framing";
import type { VirtualPort } from "anyserial/pty";

const ANSWERS: Readonly<Record<string, readonly string[]>> = {
  ATE0: ["OK"],
  "AT+CSQ": ["+CSQ: 20,99", "", "OK"],
  "AT+CMGF=1": ["OK"],
  'AT+CMGL="ALL"': [
    '+CMGL: 1,"REC READ","+431234"',
    "the first text",
    "RING",
    '+CMGL: 2,"REC UNREAD","+431234"',
    "the second text",
    "",
    "OK",
  ],
};

/** Serves commands until the port is closed. */
export async function serveModem(device: VirtualPort): Promise<void> {
  let echoes = true;
  for await (const command of device.framed(lines({ ending: "cr" }))) {
    if (echoes) await say(device, command);
    if (command === "ATE0") echoes = false;
    if (command === "AT+CSQ") await say(device, '+CMTI: "SM",3');
    for (const line of ANSWERS[command] ?? ["+CME ERROR: 10"]) await say(device, line);
  }
}

async function say(device: VirtualPort, line: string): Promise<void> {
  await device.send(Buffer.from(`\r\n${line}\r\n`));
}
