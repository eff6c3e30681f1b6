// Other people's clients of our server, and other people's servers.

import { deepEqual, equal, match } from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { missing } from "@anyserial/test-support/programs";
import { until } from "@anyserial/test-support/until";
import type { SerialPort } from "anyserial";
import { createVirtualPort } from "anyserial/pty";
import { startProgram } from "../helpers/child.ts";
import {
  openWhenListening,
  python,
  noPyserial as skip,
  startSer2net,
} from "../helpers/remote-peers.ts";
import { servePort } from "../helpers/served-port.ts";

/** Receives a text of known length. */
async function receiveText(port: SerialPort, length: number): Promise<string> {
  let all = "";
  while (all.length < length) all += Buffer.from(await port.receive()).toString();
  return all;
}

test("SerialServer serves the rfc2217 client of pySerial: settings, lines, bytes", {
  skip,
}, async () => {
  await using served = await servePort();
  const script = `
import serial, sys, time
port = serial.serial_for_url("rfc2217://${served.at}", 19200, parity="E", stopbits=2, timeout=8)
print(port.cts, port.dsr, port.ri, port.cd, flush=True)
port.write(bytes(range(256)))
print(len(port.read(256)), flush=True)
port.dtr = False
port.baudrate = 4800
port.reset_input_buffer()
port.send_break(0.01)
print("end", flush=True)
port.close()
`;
  await using child = startProgram(python as string, ["-c", script]);
  equal(await child.line(), "True True False True");
  const { baudRate, parity, stopBits } = served.pair.a.config;
  deepEqual([baudRate, parity, stopBits], [19_200, "even", 2]);
  const received: number[] = [];
  while (received.length < 256) received.push(...(await served.pair.b.receive()));
  deepEqual(
    received,
    Array.from({ length: 256 }, (_, value) => value),
  );
  await served.pair.b.send(Uint8Array.from(received));
  equal(await child.line(), "256");
  equal(await child.line(), "end");
  deepEqual(await child.ended(), { code: 0, signal: null, stderr: "" });
  equal(served.pair.a.config.baudRate, 4800);
  equal((await served.pair.b.modemLines()).dsr, false);
  equal((await served.pair.b.lineErrors()).break, 1);
});

test("SerialServer refuses a second client of pySerial", { skip }, async () => {
  await using served = await servePort();
  const open = `import serial, sys
port = serial.serial_for_url("rfc2217://${served.at}")
print("open", flush=True)
sys.stdin.read()`;
  await using first = startProgram(python as string, ["-c", open]);
  equal(await first.line(), "open");
  await using second = startProgram(python as string, ["-c", open]);
  const { code, stderr } = await second.ended();
  equal(code, 1);
  match(stderr, /SerialException/);
});

test("openSerialPort() opens a port at ser2net 4: settings, bytes, discarded input", {
  skip: missing("ser2net", ["-v"]),
}, async () => {
  await using device = await createVirtualPort();
  const peer = await startSer2net(device.path);
  try {
    const config = { baudRate: 19_200, stopBits: 2, flowControl: { xonXoff: true } } as const;
    await using port = await openWhenListening(peer.address, config);
    const { baudRate, stopBits, flowControl } = device.settings();
    deepEqual([baudRate, stopBits, flowControl.xonXoff], [19_200, 2, true]);
    await port.configure({ baudRate: 57_600, flowControl: { xonXoff: false } });
    equal((await port.effectiveConfig()).baudRate, 57_600);
    const all = Uint8Array.from({ length: 256 }, (_, value) => value);
    for (const [from, to] of [
      [port, device],
      [device, port],
    ] as const) {
      await from.send(all);
      const received: number[] = [];
      while (received.length < all.length) received.push(...(await to.receive()));
      deepEqual(received, [...all]);
    }
    await device.send(all);
    await until("the bytes are here", async () => (await port.inputWaiting()) === all.length);
    await port.discardInput();
    await device.send(Uint8Array.of(7));
    deepEqual([...(await port.receive())], [7]);
  } finally {
    await peer.close();
  }
});

for (const [program, protocol, args] of [
  ["gensiot", "rfc2217", (host: string, port: string) => [`telnet(rfc2217),tcp,${host},${port}`]],
  ["socat", "raw", (host: string, port: string) => ["-", `TCP:${host}:${port}`]],
] as const) {
  test(`SerialServer serves ${program}`, {
    skip: missing(program, [program === "socat" ? "-V" : "--version"]),
  }, async () => {
    await using served = await servePort({ protocol });
    const [host = "", port = ""] = served.at.split(":");
    await using client = startProgram(program, args(host, port));
    client.say("question\n");
    equal(await receiveText(served.pair.b, 9), "question\n");
    await served.pair.b.send(Buffer.from("answer\n"));
    equal((await client.line()).trim(), "answer");
  });
}

/** How esptool resets a chip into its boot loader: one line a call, and DTR once more after each RTS. */
const ESPTOOL_RESET = `
def set_rts(level):
    port.setRTS(level)
    port.setDTR(port.dtr)
port.setDTR(False)
set_rts(True)
time.sleep(0.1)
port.setDTR(True)
set_rts(False)
time.sleep(0.05)
port.setDTR(False)
`;

test("SerialServer performs the reset of esptool by itself, each step at once", {
  skip,
}, async () => {
  const pauses: number[] = [];
  /** Time stands still: each pause is as long as it can be, and only the next step ends the wait for it. */
  const clock = {
    now: () => 0,
    sleep: async (durationMs: number, signal?: AbortSignal) => {
      if (signal === undefined) pauses.push(durationMs);
      else await once(signal, "abort");
    },
  };
  await using served = await servePort({ clock });
  const states: string[] = [];
  const watching = new AbortController();
  const watched = (async () => {
    for await (const { lines } of served.pair.b.modemLineChanges({ signal: watching.signal })) {
      const state = `EN ${lines.cts ? 0 : 1}, IO0 ${lines.dsr ? 0 : 1}`;
      if (state !== states.at(-1)) states.push(state);
    }
  })().catch(() => undefined);
  const script = `
import serial, time
port = serial.serial_for_url("rfc2217://${served.at}", 115200)
print("open", flush=True)
${ESPTOOL_RESET}
print("end", flush=True)
port.close()
`;
  await using child = startProgram(python as string, ["-c", script]);
  equal(await child.line(), "open");
  equal(await child.line(), "end");
  await until("the chip runs", () => states.at(-1) === "EN 1, IO0 1");
  watching.abort();
  await watched;
  const fromReset = states.slice(states.indexOf("EN 0, IO0 1"));
  deepEqual(fromReset, ["EN 0, IO0 1", "EN 1, IO0 0", "EN 1, IO0 1"]);
  deepEqual(pauses, [100, 50]);
});
