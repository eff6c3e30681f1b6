// The receive family of an open port: which attempt is made, and where the bytes go.

import type { SerialConfig } from "../config/config.ts";
import { ConfigurationError } from "../errors/errors.ts";
import type { Bytes } from "../model/bytes.ts";
import { Input, type MarkingLine } from "./input.ts";
import { NOTHING_NOW } from "./lane.ts";
import type { LineEvent } from "./parmrk.ts";
import type { PortLifecycle } from "./port-lifecycle.ts";

/** Receives for one port. */
export class Receiver {
  readonly #core: PortLifecycle;
  readonly #input: Input;

  /**
   * @param core The port.
   * @param line Of a port that can mark errors.
   */
  constructor(core: PortLifecycle, line: MarkingLine | undefined) {
    const { path, port, config } = core;
    this.#core = core;
    this.#input = new Input({ path, port, line, config });
  }

  /** Bytes read from the kernel since open. */
  get bytes(): number {
    return this.#input.bytes;
  }

  /** Data bytes that were read from the kernel and not taken. */
  get held(): number {
    return this.#input.held;
  }

  /**
   * Changes the configuration.
   *
   * @param next The requested settings.
   * @param commit Brings it into force, in the port's own configuration too.
   */
  reconfigure(
    next: Pick<SerialConfig, "lineErrors" | "parity">,
    commit: () => void | Promise<void>,
  ): void | Promise<void> {
    this.#core.run("configure", () => this.#input.reconfiguring(next));
    const answer = commit();
    if (answer !== undefined) return answer.then(() => this.#reconfigured());
    this.#reconfigured();
    return undefined;
  }

  #reconfigured(): void {
    this.#input.reconfigured(this.#core.config);
    this.#core.reading.tryAgain(); // waiting bytes may be received by another rule now
  }

  /** The input queue was discarded. */
  cleared(): void {
    this.#input.cleared();
  }

  /** Takes back bytes that the caller could not use: they are received next. */
  giveBack(data: Bytes): void {
    this.giveBackEvent({ kind: "data", data });
  }

  /** Takes back an event that the caller could not use: it is received next. */
  giveBackEvent(event: LineEvent): void {
    this.#input.giveBack(event);
    this.#core.reading.tryAgain();
  }

  /** Counts the bytes that a receive would get now. */
  inputWaiting(): number {
    const count = this.#core.run("inputWaiting", () => this.#input.inputWaiting());
    this.#core.reading.tryAgain(); // bytes that were decoded to be counted have no event of their own
    return count;
  }

  /** Receives into memory of the port: a view that is the caller's to keep. */
  receive(most: number, signal?: AbortSignal): Bytes | Promise<Bytes> {
    const { reading } = this.#core;
    reading.check();
    signal?.throwIfAborted();
    const input = this.#input;
    const { memory } = input;
    const offer = memory.offer(most);
    const giveUp = (reason: unknown): unknown => {
      memory.return(offer);
      return reason;
    };
    const attempt = (): Bytes | typeof NOTHING_NOW => {
      const count = input.tryReceive(offer);
      return count === 0 ? NOTHING_NOW : memory.take(offer, count);
    };
    return reading.run({ attempt, failed: giveUp, aborted: giveUp }, signal);
  }

  /**
   * Receives into the caller's memory: 1 byte or more, at once where they are there.
   *
   * @param into Memory.
   * @param signal Stops waiting.
   * @param closed Builds the error of a port that is closed meanwhile; by default the one that says so.
   */
  receiveInto(
    into: Uint8Array,
    signal?: AbortSignal,
    closed?: () => unknown,
  ): number | Promise<number> {
    const { reading } = this.#core;
    reading.check();
    signal?.throwIfAborted();
    const attempt = (): number | typeof NOTHING_NOW => this.#input.tryReceive(into) || NOTHING_NOW;
    return reading.run(closed === undefined ? { attempt } : { attempt, closed }, signal);
  }

  /** The next event in wire order. */
  receiveEvent(signal?: AbortSignal): LineEvent | Promise<LineEvent> {
    const { reading } = this.#core;
    reading.check();
    signal?.throwIfAborted();
    const attempt = (): LineEvent | typeof NOTHING_NOW => {
      if (this.#core.config.lineErrors !== "mark") throw notMarking(this.#core.path);
      return this.#input.tryReceiveEvent() ?? NOTHING_NOW;
    };
    return reading.run({ attempt }, signal);
  }
}

function notMarking(path: string): ConfigurationError {
  return new ConfigurationError(
    `Cannot receive events from port "${path}": lineErrors is "count"`,
    {
      code: "ERR_SERIAL_NOT_MARKING",
      path,
      operation: "receiveEvents",
      hint: 'open the port with lineErrors: "mark", or configure() it so',
    },
  );
}
