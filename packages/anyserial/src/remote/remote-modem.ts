// The modem lines behind an RFC 2217 server. The server notifies of them only while a call waits for them, and for a
// while after that.

import { UnsupportedFeatureError } from "../errors/errors.ts";
import { MODEM_LINES, type ModemLineCounts, type ModemLines } from "../model/modem-lines.ts";
import { clearTimeout, clockMs, setTimeout } from "../process/timers.ts";
import { MODEM_STATE } from "./com-port.ts";
import { Pending } from "./pending.ts";
import type { RemoteLine } from "./remote-line.ts";

/** Servers that poll once a second notify within this time, in milliseconds. */
const NOTIFICATION_MS = 1500;
/** A server that has not notified by then is polled, as pySerial's wants it, in milliseconds. */
const POLL_MS = 400;
/** Notifications stay on for this long after they were last needed, in milliseconds. */
const LINGER_MS = 10_000;

/** Modem lines of one connection. */
export class RemoteModem {
  readonly #path: string;
  readonly #line: RemoteLine;
  readonly #holdAnswer: () => () => void;
  readonly #waiting = new Pending();
  readonly #counts = { cts: 0, dsr: 0, ri: 0, dcd: 0 };
  #lines: ModemLines | undefined;
  #isOn = false;
  #notifiesAtOnce = false;
  #starting: Promise<ModemLines> | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(path: string, line: RemoteLine, holdAnswer: () => () => void) {
    this.#path = path;
    this.#line = line;
    this.#holdAnswer = holdAnswer;
    line.say({ kind: "modemStateMask", value: 0 }); // by RFC 2217 a server begins to notify at once
  }

  /** Edges that were notified. */
  get counts(): ModemLineCounts {
    return { ...this.#counts };
  }

  /**
   * Levels now. Most servers notify of them whenever the mask is set; of the others those of the last notification
   * are known.
   */
  async sample(): Promise<ModemLines> {
    if (this.#isOn && this.#lines !== undefined && !this.#notifiesAtOnce) {
      this.#linger();
      return this.#lines;
    }
    this.#starting ??= this.#start().finally(() => {
      this.#starting = undefined;
    });
    return await this.#starting;
  }

  /** Resolves at the next notification. Rejects with the signal's reason. */
  async waitChange(signal: AbortSignal): Promise<void> {
    const release = this.#holdAnswer();
    try {
      clearTimeout(this.#timer);
      await this.#waiting.wait(signal);
    } finally {
      release();
      this.#linger();
    }
  }

  /** The server notified of a state, as bits of `MODEM_STATE`. */
  notified(state: number): void {
    const lines: ModemLines = {
      cts: (state & MODEM_STATE.cts) !== 0,
      dsr: (state & MODEM_STATE.dsr) !== 0,
      ri: (state & MODEM_STATE.ri) !== 0,
      dcd: (state & MODEM_STATE.dcd) !== 0,
    };
    const changed = {
      cts: MODEM_STATE.ctsChanged,
      dsr: MODEM_STATE.dsrChanged,
      ri: MODEM_STATE.riChanged,
      dcd: MODEM_STATE.dcdChanged,
    };
    for (const name of MODEM_LINES) {
      const isOther = this.#lines !== undefined && this.#lines[name] !== lines[name];
      if (isOther) this.#counts[name] += 1;
      else if ((state & changed[name]) !== 0 && this.#lines !== undefined) this.#counts[name] += 2; // there and back
    }
    this.#lines = lines;
    this.#waiting.end();
  }

  /** The connection has ended. */
  end(error: Error): void {
    clearTimeout(this.#timer);
    this.#waiting.fail(error);
  }

  async #start(): Promise<ModemLines> {
    const release = this.#holdAnswer();
    const late = AbortSignal.timeout(NOTIFICATION_MS);
    const poll = setTimeout(() => this.#line.say({ kind: "modemState", value: 0 }), POLL_MS);
    const askedAt = clockMs();
    try {
      this.#line.say({ kind: "modemStateMask", value: 255 });
      await this.#waiting.wait(late);
      this.#notifiesAtOnce = clockMs() - askedAt < POLL_MS;
    } catch (error) {
      if (!late.aborted) throw error;
    } finally {
      clearTimeout(poll);
      release();
      this.#isOn = true; // what is known until then may be old
      this.#linger();
    }
    if (this.#lines !== undefined) return this.#lines;
    throw new UnsupportedFeatureError(
      `Cannot read the modem lines of port "${this.#path}": the server does not notify of them`,
      { code: "ERR_SERIAL_UNSUPPORTED", path: this.#path, operation: "modemLines" },
    );
  }

  #linger(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (this.#waiting.size > 0) return;
      this.#isOn = false;
      this.#line.say({ kind: "modemStateMask", value: 0 });
    }, LINGER_MS);
    this.#timer.unref();
  }
}
