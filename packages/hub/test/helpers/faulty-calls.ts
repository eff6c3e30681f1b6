// Objects whose calls fail by plan. The calls that were made are recorded: a test lets each of them fail,
// without a list of its own that could be short of one.

import { constants } from "node:os";
import type { Pauses } from "../../dist/engine/backoff.js";
import type { MemberPauses } from "../../dist/engine/pauses.js";

/** Names of all errors that this system knows. */
export const ERRNO_NAMES: readonly string[] = Object.keys(constants.errno);

const SOON: Pauses = { firstMs: 0, secondMs: 1, longestMs: 1, stableMs: 1 };
/** A member that fails hundreds of times in a test is not waited for. */
export const NO_PAUSES: MemberPauses = { renewal: SOON, replacement: SOON, opening: SOON };

/** Lets calls fail. */
export class FaultyCalls {
  /** Names of the calls that were made so far. */
  readonly made = new Set<string>();
  readonly #counts = new Map<string, number>();
  /** Calls that fail every time. */
  readonly broken = new Set<string>();
  /** The port takes nothing, as one that is not read. */
  isFull = false;
  #failing = "";
  #codes: readonly string[] = [];

  /** Lets the next calls of a name fail, each with another error. */
  failWithEach(call: string, codes: readonly string[]): void {
    this.#failing = call;
    this.#codes = codes;
  }

  /** Number of failures that are still to come. */
  get left(): number {
    return this.#codes.length;
  }

  /** How often a call was made. */
  count(call: string): number {
    return this.#counts.get(call) ?? 0;
  }

  /** A call is made. */
  enter(call: string): void {
    this.made.add(call);
    this.#counts.set(call, this.count(call) + 1);
    if (this.broken.has(call)) throw errorOf(call, "EIO");
    const [code, ...rest] = this.#codes;
    if (call !== this.#failing || code === undefined) return;
    this.#codes = rest;
    throw errorOf(call, code);
  }

  /** The same object, whose methods and accessors fail by plan. */
  wrap<T extends object>(name: string, target: T): T {
    return new Proxy(target, {
      get: (_, key) => {
        const call = `${name}.${String(key)}`;
        const value: unknown = Reflect.get(target, key, target);
        if (typeof value === "function") {
          return (...args: readonly unknown[]): unknown => {
            if (key !== "close") this.enter(call);
            if (key === "trySend" && this.isFull) return 0;
            const result: unknown = Reflect.apply(value, target, args);
            if (key === "close") this.enter(call); // a closed descriptor is gone, whatever the answer
            return call === "port.subscribe" ? this.wrap("listening", result as object) : result;
          };
        }
        if (isAccessor(target, key)) this.enter(call);
        return value;
      },
    });
  }
}

function errorOf(call: string, code: string): Error {
  const errno = constants.errno[code as keyof typeof constants.errno];
  return Object.assign(new Error(`${call} failed (${code})`), { code, errno, syscall: call });
}

/** An accessor may ask the system; a field cannot fail. */
function isAccessor(target: object, key: PropertyKey): boolean {
  const descriptor = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(target), key);
  return descriptor?.get !== undefined;
}
