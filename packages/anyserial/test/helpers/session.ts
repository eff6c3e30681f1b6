// One session with a port, as a trace of system calls shows it: open, configure, send, receive, break,
// lines, close. Each step is named in the trace.

import { deepEqual, equal } from "node:assert/strict";
import type { BackendPort } from "../../dist/backend/backend.js";
import { createSerialConfig, withChanges } from "../../dist/config/config.js";
import { letOutputGo } from "../../dist/io/drain.js";
import { readInto } from "./channel.ts";

/** The system that a session runs on. */
export interface SessionSystem {
  readonly trace: string[];
  /** Opens the port; `config` is what the session asks for. */
  open(config: typeof SESSION_CONFIG): Promise<BackendPort>;
  /** The line brings bytes, and the event loop is woken. */
  arrive(...bytes: number[]): void;
}

/** What the session opens the port with. */
const SESSION_CONFIG = {
  baudRate: 74_880,
  parity: "even",
  exclusive: true,
  flowControl: { rtsCts: true },
} as const;

/** Runs the session. */
export async function runSession({ trace, open, arrive }: SessionSystem): Promise<void> {
  const config = createSerialConfig(SESSION_CONFIG);
  const into = new Uint8Array(16);
  const step = (name: string): unknown => trace.push(`# ${name}`);

  step("open at 74880 8E1 with RTS/CTS, exclusive");
  const port = await open(SESSION_CONFIG);
  step("configure 9600 7N2 with XON/XOFF");
  const changes = { baudRate: 9600, dataBits: 7, parity: "none", stopBits: 2 } as const;
  const flowControl = { rtsCts: false, xonXoff: true };
  port.configure(withChanges(config, { ...changes, flowControl }), "stop");
  step("send 3 bytes");
  equal(port.tryWrite(Uint8Array.of(0x61, 0x62, 0x63)), 3);
  step("receive: wait, then 2 bytes");
  const received = readInto(port, into);
  arrive(0x6f, 0x6b);
  equal(await received, 2);
  step("break");
  port.setBreak(true);
  port.setBreak(false);
  step("raise RTS, drop DTR, read the lines");
  port.setControlLines({ rts: true, dtr: false });
  deepEqual(port.modemLines(), { cts: true, dsr: false, ri: false, dcd: true });
  step("count and discard what waits");
  equal(port.inputWaiting(), 0);
  equal(port.outputWaiting(), 0);
  port.discard("input");
  port.discard("output");
  step("close");
  await port.close(await letOutputGo(port));
}
