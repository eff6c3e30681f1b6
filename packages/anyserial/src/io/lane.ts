// One direction of a port: one operation at a time, which tries, waits until the channel is ready, and
// tries again. Abort, fairness, close and disconnect are here and nowhere else.

import { onAbort } from "../abort/on-abort.ts";
import type { Channel } from "../backend/channel.ts";
import { keepAlive, letEnd } from "../backend/keep-alive.ts";
import { actionOf, SerialConcurrencyError, type SerialError } from "../errors/errors.ts";
import { nextTurn, setImmediate } from "../process/timers.ts";

/** After this many operations that did not wait, the event loop runs once. */
const OPERATIONS_PER_TURN = 32;

/** Result of an attempt that found nothing: it is repeated when the channel is ready. */
export const NOTHING_NOW: unique symbol = Symbol("nothing now");
/** Result of an attempt that has more to do and has done enough for one task. */
export const NEXT_TASK: unique symbol = Symbol("next task");

type Later = typeof NOTHING_NOW | typeof NEXT_TASK;

/** A receive or a send, from its first attempt to its end. */
export interface Operation<T> {
  /** Makes one attempt, without waiting. */
  attempt(): T | Later;
  /** The error for the caller in place of one that ended the operation; not for an abort. */
  failed?(error: unknown): unknown;
  /** The error for the caller in place of the signal's reason. */
  aborted?(reason: unknown): unknown;
  /** The error for the caller when the port is closed, in place of the one that says so. */
  closed?(): unknown;
}

/** The port that a lane belongs to. */
export interface LaneHost {
  readonly path: string;
  readonly port: Channel;
  /** Throws when the port can no longer be used. */
  check(operation: string): void;
  /** Takes note of a failure, which may end the port. @returns The error, to be thrown. */
  noticed(error: unknown): unknown;
}

interface Waiter {
  readonly operation: Operation<unknown>;
  readonly resolve: (value: never) => void;
  readonly reject: (error: unknown) => void;
  forgetSignal: (() => void) | undefined;
}

/** One direction. */
export class Lane {
  readonly #host: LaneHost;
  readonly #interest: number;
  readonly #name: "receive" | "send";
  #waiter: Waiter | undefined;
  #isYielding = false;
  #leftInTurn = OPERATIONS_PER_TURN;

  /**
   * @param host The port.
   * @param interest Of the channel.
   * @param name Name of an operation in errors.
   */
  constructor(host: LaneHost, interest: number, name: "receive" | "send") {
    this.#host = host;
    this.#interest = interest;
    this.#name = name;
  }

  /** Fails when an operation cannot start: the port has ended, or another operation has not. */
  check(): void {
    this.#host.check(this.#name);
    if (this.#waiter === undefined && !this.#isYielding) return;
    const { path } = this.#host;
    const action = actionOf(this.#name);
    throw new SerialConcurrencyError(
      `Cannot ${action} port "${path}": another ${this.#name} is still waiting`,
      { code: "ERR_SERIAL_CONCURRENT", path, operation: this.#name },
    );
  }

  /**
   * Runs an operation; {@link Lane.check} comes before it.
   *
   * @param operation What to do.
   * @param signal Stops waiting; not aborted yet.
   * @returns The result, at once when nothing has to be waited for.
   */
  run<T>(operation: Operation<T>, signal: AbortSignal | undefined): T | Promise<T> {
    let result: T | Later;
    try {
      result = operation.attempt();
    } catch (error) {
      throw failure(operation, this.#host.noticed(error));
    }
    if (isLater(result)) return this.#wait(operation, signal, result);
    if (--this.#leftInTurn > 0) return result;
    return this.#endTurn(result);
  }

  /** The channel is ready, or something else changed: waiting operations try again. */
  tryAgain(): void {
    const waiter = this.#waiter;
    if (waiter === undefined) return;
    this.#leftInTurn = OPERATIONS_PER_TURN;
    try {
      const result = waiter.operation.attempt();
      if (isLater(result)) this.#waitOn(result);
      else this.#take(waiter)?.resolve(result as never); // of the operation that it was made for
    } catch (error) {
      this.#fail(waiter, error);
    }
  }

  /** Rejects the waiting operations. */
  fail(error: SerialError): void {
    const waiter = this.#waiter;
    if (waiter !== undefined) this.#take(waiter)?.reject(failure(waiter.operation, error));
  }

  /**
   * The port ends: rejects the waiting operations.
   *
   * @param isClosed Its user closes it; else the device is gone.
   * @param errorOf Builds the error, which takes a while, where an operation waits.
   * @returns Whether an operation waited, and ended by an error of its own.
   */
  end(isClosed: boolean, errorOf: (operation: string) => SerialError): boolean | undefined {
    const waiter = this.#waiter;
    if (waiter === undefined) return undefined;
    const { operation } = waiter;
    const own = isClosed ? operation.closed?.() : undefined;
    this.#take(waiter)?.reject(own ?? failure(operation, errorOf(this.#name)));
    return own !== undefined;
  }

  #wait<T>(operation: Operation<T>, signal: AbortSignal | undefined, found: Later): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const waiter: Waiter = { operation, resolve, reject, forgetSignal: undefined };
      this.#waiter = waiter;
      keepAlive();
      waiter.forgetSignal = signal && onAbort(signal, () => this.#abort(waiter, signal.reason));
      try {
        this.#waitOn(found);
      } catch (error) {
        this.#fail(waiter, error);
      }
    });
  }

  #waitOn(found: Later): void {
    if (found === NEXT_TASK) {
      setImmediate(() => this.tryAgain());
      return;
    }
    const { port } = this.#host;
    port.counters.waits++;
    port.arm(this.#interest);
  }

  #abort(waiter: Waiter, reason: unknown): void {
    const { aborted } = waiter.operation;
    this.#take(waiter)?.reject(
      aborted === undefined ? reason : aborted.call(waiter.operation, reason),
    );
  }

  /** The waiter ends first, so the end of the port has nothing more to reject. */
  #fail(waiter: Waiter, error: unknown): void {
    this.#take(waiter)?.reject(failure(waiter.operation, this.#host.noticed(error)));
  }

  #take(waiter: Waiter): Waiter | undefined {
    if (this.#waiter !== waiter) return undefined;
    this.#waiter = undefined;
    waiter.forgetSignal?.();
    letEnd();
    return waiter;
  }

  async #endTurn<T>(result: T): Promise<T> {
    this.#isYielding = true;
    await nextTurn();
    this.#isYielding = false;
    this.#leftInTurn = OPERATIONS_PER_TURN;
    return result;
  }
}

function isLater(result: unknown): result is Later {
  return result === NOTHING_NOW || result === NEXT_TASK;
}

function failure(operation: Operation<unknown>, error: unknown): unknown {
  return operation.failed === undefined ? error : operation.failed(error);
}
