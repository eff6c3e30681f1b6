// One connection to a server: its socket and its protocol.

import type { Socket } from "node:net";
import type { ModemLines } from "../model/modem-lines.ts";
import { clearTimeout, setTimeout } from "../process/timers.ts";
import { escapeIac } from "../remote/telnet.ts";
import { ClientOutput, type ClientOutputParts } from "./client-output.ts";
import { ClientWatch } from "./client-watch.ts";
import { ComPortServer } from "./com-port-server.ts";
import type { SequenceClock } from "./reset-sequence.ts";
import type { ServedLine } from "./served-line.ts";

/**
 * A client that has sent its last byte is given this long for an answer, in milliseconds; each
 * answer starts the time again.
 */
const HALF_CLOSED_MS = 1000;
/** A client that is to be disconnected has so long to read its rest, in milliseconds. */
const FINISH_MS = 1000;

/** A client, for the owner of the port. */
export interface ClientState {
  /** Address of the client. */
  readonly peer: string;
  /** Bytes that wait for it. */
  readonly waiting: number;
  /** Bytes that it has lost so far. */
  readonly dropped: number;
}

/** The surroundings of one client. */
export interface ClientParts extends Omit<ClientOutputParts, "encode" | "onSent"> {
  readonly peer: string;
  /** `undefined` for raw bytes. */
  readonly line: ServedLine | undefined;
  readonly signature: string;
  /** Nothing either way for this long ends it, in milliseconds; 0 for never. */
  readonly idleMs: number;
  readonly mayControl: () => boolean;
  readonly maySet: () => boolean;
  readonly mayTalk: () => boolean;
  /** Takes bytes of the client. */
  readonly onData: (bytes: Uint8Array) => Promise<void> | undefined;
  /** The client asks for other notifications than before. */
  readonly onWants: () => void;
  readonly onEnd: (reason: string | undefined) => void;
  readonly clock?: SequenceClock | undefined;
}

export class ServedClient implements ClientState {
  readonly peer: string;
  readonly #socket: Socket;
  readonly #parts: ClientParts;
  readonly #protocol: ComPortServer | undefined;
  readonly #output: ClientOutput;
  readonly #chunks: Uint8Array[] = [];
  #isTaking = false;
  #wants = "false false";
  #timer: NodeJS.Timeout | undefined;
  readonly #watch: ClientWatch;
  #isHalfClosed = false;
  #isFinishing = false;
  #hasEnded = false;
  #reason: string | undefined;

  constructor(socket: Socket, parts: ClientParts) {
    this.#socket = socket;
    this.#parts = parts;
    this.peer = parts.peer;
    const { line, mayControl, maySet, signature, clock } = parts;
    const encode = line === undefined ? copyOf : (bytes: Uint8Array) => ownCopy(bytes);
    const watch = new ClientWatch(socket, parts.idleMs, (reason) => this.dismiss(reason));
    this.#watch = watch;
    const output = new ClientOutput(socket, { ...parts, encode, onSent: () => watch.sent() });
    this.#output = output;
    if (line !== undefined) {
      this.#protocol = new ComPortServer({
        line,
        mayControl,
        maySet,
        signature,
        clock,
        send: (bytes) => output.write(bytes),
        data: (bytes) => (parts.mayTalk() ? parts.onData(bytes) : undefined),
        onSuspend: (isSuspended) => {
          output.isSuspended = isSuspended;
        },
      });
    }
    socket.on("data", (chunk: Uint8Array) => this.#received(chunk));
    socket.on("end", () => this.#halfClosed());
    socket.on("error", (error: Error) => {
      this.#reason ??= error.message;
    });
    socket.on("close", () => this.#ended());
    this.#protocol?.start();
  }

  get waiting(): number {
    return this.#output.waiting;
  }

  get dropped(): number {
    return this.#output.dropped;
  }

  /** The client sends no more, and may still receive. */
  get isHalfClosed(): boolean {
    return this.#isHalfClosed;
  }

  get wantsLineErrors(): boolean {
    return this.#protocol?.wantsLineErrors ?? false;
  }

  get wantsModemLines(): boolean {
    return this.#protocol?.wantsModemLines ?? false;
  }

  /**
   * Passes on data of the port.
   *
   * @param bytes Copied.
   * @param mayWait Whether the port may be held back for this client now.
   * @returns A promise to await before the next call.
   */
  output(bytes: Uint8Array, mayWait: () => boolean): Promise<void> | undefined {
    const waiting = this.#output.data(bytes, mayWait);
    this.#passed();
    return waiting;
  }

  /** As {@link ClientOutput.waitNoMore}. */
  waitNoMore(): void {
    this.#output.waitNoMore();
  }

  /** As {@link ClientOutput.tryData}. */
  tryOutput(bytes: Uint8Array): number {
    const taken = this.#output.tryData(bytes);
    if (taken > 0) this.#passed();
    return taken;
  }

  modemLinesChanged(lines: ModemLines): void {
    this.#protocol?.modemLinesChanged(lines);
  }

  lineError(error: "break" | "framing" | "parity" | "overrun"): void {
    this.#protocol?.lineError(error);
  }

  /** Disconnects the client. @param reason For the event of its end. */
  dismiss(reason: string): void {
    this.#reason ??= reason;
    this.#socket.destroy();
    this.#ended();
  }

  /** Ends the connection when its queue is sent; does not wait long, and takes no more: there is no port for it. */
  finish(reason: string): void {
    this.#reason ??= reason;
    this.#isFinishing = true;
    this.#socket.pause();
    this.#socket.end();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#socket.destroy(), FINISH_MS);
    this.#timer.unref();
  }

  /** Another client waits for its place: finds out soon whether it is still there. */
  hurry(): void {
    this.#watch.hurry();
  }

  #passed(): void {
    this.#watch.active();
    if (this.#isHalfClosed) this.#endLater();
  }

  #received(chunk: Uint8Array): void {
    this.#watch.active();
    this.#chunks.push(chunk);
    if (!this.#isTaking) void this.#takeAll();
  }

  /** One chunk after the other; nothing more is read while one has to be waited for. */
  async #takeAll(): Promise<void> {
    this.#isTaking = true;
    try {
      for (let chunk = this.#chunks.shift(); chunk !== undefined; chunk = this.#chunks.shift()) {
        const waiting = this.#take(chunk);
        if (waiting !== undefined) {
          this.#socket.pause();
          await waiting;
        }
        while (!this.#hasEnded && this.#output.isCongested) {
          this.#socket.pause();
          await this.#output.waitForRoom();
        }
      }
    } catch (error) {
      this.dismiss(error instanceof Error ? error.message : String(error));
    }
    this.#isTaking = false;
    if (this.#socket.isPaused() && !this.#isFinishing) this.#socket.resume();
  }

  #take(chunk: Uint8Array): Promise<void> | undefined {
    if (this.#protocol === undefined) {
      return this.#parts.mayTalk() ? this.#parts.onData(chunk) : undefined;
    }
    const waiting = this.#protocol.receive(chunk);
    if (waiting !== undefined) return waiting.then(() => this.#checkWants());
    this.#checkWants();
    return undefined;
  }

  #checkWants(): void {
    const wants = `${this.wantsLineErrors} ${this.wantsModemLines}`;
    if (wants === this.#wants) return;
    this.#wants = wants;
    this.#parts.onWants();
  }

  /** Its bytes are passed on, and an answer still reaches it. */
  #halfClosed(): void {
    this.#isHalfClosed = true;
    if (this.#protocol === undefined) this.#endLater();
    else this.#socket.end(); // no client of RFC 2217 ends its side alone
  }

  #endLater(): void {
    this.#watch.endIdle();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#socket.end(), HALF_CLOSED_MS);
  }

  #ended(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    clearTimeout(this.#timer);
    this.#watch.close();
    this.#output.end();
    void this.#protocol?.end().catch(() => undefined); // the port is gone
    this.#parts.onEnd(this.#reason);
  }
}

function copyOf(bytes: Uint8Array): Uint8Array {
  return bytes.slice();
}

/** An encoder that had nothing to double gives back the view that it was given. */
function ownCopy(bytes: Uint8Array): Uint8Array {
  const encoded = escapeIac(bytes);
  return encoded === bytes ? bytes.slice() : encoded;
}
