// Pairs of COM ports under Wine, with a null-modem cable that scripts/wine/cable.mjs holds on the Linux
// side and that a test can cut.

import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { createInterface } from "node:readline";
import { openSerialPort, type SerialConfigInput } from "anyserial";
import type { SuitePair } from "anyserial/testing/conformance";

interface Answer {
  readonly id: number;
  readonly names?: readonly string[];
  readonly error?: string;
}

let connection: Promise<Socket> | undefined;
let lastId = 0;
const waiting = new Map<number, (answer: Answer) => void>();

/** Modem lines are emulated: the shim is there. */
export const hasModemLines: boolean = (process.env["ANYSERIAL_WINE_LINES"] ?? "") !== "";

/** A cable whose ports were not opened yet. */
export interface Cable {
  /** Names of its ports. */
  readonly names: readonly string[];
  /** Unplugs the first port. */
  unplug(): Promise<void>;
  /** Sets the ring indicator of the first port. */
  ring(on: boolean): Promise<void>;
  close(): Promise<void>;
}

/** Lays a cable between two ports; with `echo`, from one port to itself. */
export async function layCable(request: "open" | "echo" = "open"): Promise<Cable> {
  const { id, names = [] } = await ask({ request });
  const say = async (told: object): Promise<void> => void (await ask({ cable: id, ...told }));
  return {
    names,
    unplug: () => say({ request: "unplug" }),
    ring: (on) => say({ request: "ring", on }),
    close: () => say({ request: "close" }),
  };
}

/** Opens two connected ports. */
export async function openCable(config: {
  readonly a: SerialConfigInput;
  readonly b: SerialConfigInput;
}): Promise<SuitePair> {
  const cable = await layCable();
  const [a, b] = cable.names as [string, string];
  return {
    a: await openSerialPort(a, config.a),
    b: await openSerialPort(b, config.b),
    hooks: { disconnect: () => cable.unplug(), setRing: (asserted) => cable.ring(asserted) },
    refusedConfig: { baudRate: 12_345 },
    close: () => cable.close(),
  };
}

async function ask(request: object): Promise<Answer> {
  connection ??= connectToCables();
  const socket = await connection;
  const id = ++lastId;
  const answered = new Promise<Answer>((resolve) => waiting.set(id, resolve));
  socket.ref();
  socket.write(`${JSON.stringify({ id, ...request })}\n`);
  const answer = await answered;
  if (waiting.size === 0) socket.unref();
  if (answer.error !== undefined) throw new Error(answer.error);
  return answer;
}

async function connectToCables(): Promise<Socket> {
  const connected = connect(Number(process.env["ANYSERIAL_WINE_CABLES"]), "127.0.0.1");
  await once(connected, "connect");
  createInterface({ input: connected }).on("line", (line) => {
    const answer = JSON.parse(line) as Answer;
    waiting.get(answer.id)?.(answer);
    waiting.delete(answer.id);
  });
  return connected;
}
