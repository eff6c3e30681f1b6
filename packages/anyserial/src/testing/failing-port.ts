// A port whose operations fail when a test says so.

import { SerialError } from "../errors/errors.ts";
import type { SerialPort } from "../port/serial-port.ts";
import type { LineEvents, OpenedPort } from "../web-serial/service.ts";

/** An operation of a program that can fail. */
export type FakeFailure = "open" | "read" | "write" | "drain" | "setSignals" | "getSignals";

/** All of them. */
export const FAILURES: readonly FakeFailure[] = [
  "open",
  "read",
  "write",
  "drain",
  "setSignals",
  "getSignals",
];

/** Failures that are due. */
export class Failures {
  readonly #due = new Map<FakeFailure, Error>();
  readonly #waiting = new Map<FakeFailure, (error: Error) => void>();

  /** Lets the next operation fail, or the one that waits. */
  add(operation: FakeFailure, error: Error = injected(operation)): void {
    const fail = this.#waiting.get(operation);
    if (fail === undefined) this.#due.set(operation, error);
    else fail(error);
  }

  /** Fails once. */
  throwIfDue(operation: FakeFailure): void {
    const error = this.#due.get(operation);
    this.#due.delete(operation);
    if (error !== undefined) throw error;
  }

  /**
   * Runs an operation that may wait.
   *
   * @param cancel Ends it, so that nothing is taken by it any more.
   */
  async during<T>(
    operation: FakeFailure,
    work: () => Promise<T>,
    cancel: () => Promise<unknown>,
  ): Promise<T> {
    this.throwIfDue(operation);
    const failed = new Promise<never>((_, reject) => {
      this.#waiting.set(operation, (error) => {
        reject(error);
        void cancel();
      });
    });
    try {
      return await Promise.race([work(), failed]);
    } finally {
      this.#waiting.delete(operation);
    }
  }
}

/** The port, with failures. */
export function failing(port: SerialPort, failures: Failures): OpenedPort {
  const unless = async <T>(operation: FakeFailure, work: () => Promise<T>): Promise<T> => {
    failures.throwIfDue(operation);
    return await work();
  };
  return {
    config: port.config,
    closed: port.closed,
    receive: (options) => port.receive(options),
    receiveEvents: () => failingEvents(port.receiveEvents(), failures),
    send: (data, options) => unless("write", () => port.send(data, options)),
    drainExact: (options) => unless("drain", () => port.drainExact(options)),
    discardInput: () => port.discardInput(),
    discardOutput: () => port.discardOutput(),
    modemLines: () => unless("getSignals", () => port.modemLines()),
    setControlLines: (lines) => unless("setSignals", () => port.setControlLines(lines)),
    setBreak: (asserted) => unless("setSignals", () => port.setBreak(asserted)),
    close: () => port.close(),
  };
}

function failingEvents(events: LineEvents, failures: Failures): LineEvents {
  const end = (): ReturnType<LineEvents["return"]> => events.return(undefined);
  return {
    next: () => failures.during("read", () => events.next(), end),
    return: end,
  };
}

function injected(operation: FakeFailure): SerialError {
  return new SerialError(`Cannot ${operation}: input/output error (EIO)`, {
    code: "EIO",
    operation,
  });
}
