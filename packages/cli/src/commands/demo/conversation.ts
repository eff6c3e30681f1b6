// The demo's requests to the instrument with the expected replies, and a client that asks as an
// application would: through the library, by path.

import type { BufferedReader, SerialPort } from "anyserial";
import { sendBytes } from "../../transfer/send-bytes.ts";

/** One question of the conversation. */
export interface Step {
  /** Port to ask on: 0 or 1. */
  readonly port: 0 | 1;
  readonly request: string;
  /** Pattern of a correct reply. */
  readonly expected: RegExp;
}

/** A question that was answered. */
export interface Answer extends Step {
  readonly reply: string;
  /** The reply is as expected. */
  readonly ok: boolean;
  /** From sending to the last byte of the reply, in milliseconds. */
  readonly durationMs: number;
}

/** How long the instrument may take, in milliseconds. */
const REPLY_TIMEOUT_MS = 2000;
const NO_REPLY = "no reply within 2 s: does another program read this port?";
const MEASUREMENT = String.raw`\d+\.\d\d,\d+\.\d{3},\d+\.\d{3}`;

/** The conversation that opens the demo. */
export const OPENING: readonly Step[] = [
  { port: 0, request: "*IDN?", expected: /^anyserial,Simulated PSU-30,/ },
  { port: 0, request: "*RST", expected: /^OK$/ },
  { port: 0, request: "SET 12.5", expected: /^OK$/ },
  { port: 0, request: "SET?", expected: /^12\.500$/ },
  { port: 0, request: "OUTP ON", expected: /^OK$/ },
  { port: 0, request: "MEAS?", expected: /^\d+\.\d\d,12\.500,1\.250$/ },
];

/**
 * Further steps of `--once`: the second port leads to the same instrument, and the instrument
 * reports errors.
 */
export const SECOND_PORT: readonly Step[] = [
  { port: 1, request: "*IDN?", expected: /^anyserial,Simulated PSU-30,/ },
  { port: 1, request: "SET?", expected: /^12\.500$/ },
  { port: 1, request: "MEAS:VOLT?", expected: /^12\.500$/ },
  { port: 1, request: "SET 99", expected: /^ERROR -222,/ },
  { port: 1, request: "BOGUS", expected: /^ERROR -113,/ },
  { port: 1, request: "OUTP OFF", expected: /^OK$/ },
  { port: 0, request: "MEAS:CURR?", expected: /^0\.000$/ },
];

/** The request that the demo repeats. */
export const MEASURE: Step = {
  port: 0,
  request: "MEAS?",
  expected: new RegExp(`^${MEASUREMENT}$`),
};

/** Asks over one open port. */
export class InstrumentClient {
  readonly #port: SerialPort;
  readonly #reader: BufferedReader;

  /** @param port An open port that leads to the instrument. */
  constructor(port: SerialPort) {
    this.#port = port;
    this.#reader = port.reader;
  }

  /**
   * Asks once.
   *
   * @param step What to ask, and what to expect.
   * @param signal Stops waiting.
   * @returns The answer, right or wrong; none within two seconds is a wrong one.
   * @throws `signal.reason` — the signal is aborted. As `SerialPort.receive()`.
   */
  async ask(step: Step, signal: AbortSignal): Promise<Answer> {
    const startedAt = performance.now();
    const reply = await this.#exchange(step.request, signal);
    const durationMs = performance.now() - startedAt;
    return { ...step, reply, ok: step.expected.test(reply), durationMs };
  }

  async #exchange(request: string, signal: AbortSignal): Promise<string> {
    const timeout = AbortSignal.timeout(REPLY_TIMEOUT_MS);
    const either = AbortSignal.any([signal, timeout]);
    this.#reader.takeBuffered(); // a reply that came too late
    await this.#port.discardInput();
    try {
      await sendBytes(this.#port, Buffer.from(`${request}\n`), either);
      const bytes = await this.#reader.receiveUntil("\n", { signal: either });
      return Buffer.from(bytes).toString("utf8").trimEnd();
    } catch (error) {
      if (error !== timeout.reason || signal.aborted) throw error;
      return NO_REPLY;
    }
  }
}
