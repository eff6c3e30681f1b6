// Changes of the list of ports as an async iterator: compares the list with the one before whenever
// the backend reports a change. Nothing is polled while no caller waits.

import { abortable, signalOf, type WaitOptions, waiting } from "../abort/abort.ts";
import { onAbort } from "../abort/on-abort.ts";
import type { OptionSpec } from "../arguments/options.ts";
import { invalid, isBoolean } from "../arguments/validate.ts";
import type { Backend, PortWatch } from "../backend/backend.ts";
import type { PortInfo } from "../model/port-info.ts";
import { Mutex } from "../process/mutex.ts";
import { listOf } from "./port-list.ts";
import { watchPorts } from "./watch-ports.ts";

/** Options of `watchSerialPorts()`. */
export interface WatchOptions extends WaitOptions {
  /**
   * First reports, as `added`, the ports that are there already.
   * @defaultValue `false`
   */
  readonly initial?: boolean | undefined;
}

/** A port that came or went. */
export interface PortEvent {
  /** `added` when its node is there, `removed` when it is gone. */
  readonly type: "added" | "removed";
  /** The known properties of the port; a removed one has those of its `added` event. */
  readonly port: PortInfo;
}

type Result = IteratorResult<PortEvent, undefined>;

const WATCH: OptionSpec = { ...waiting("initial"), bare: {} };

const DONE: Result = { done: true, value: undefined };

/** Events from the first `next()` on. */
export class PortEvents implements AsyncIterableIterator<PortEvent, undefined> {
  readonly #selectBackend: () => Promise<Backend>;
  readonly #signal: AbortSignal | undefined;
  readonly #reportsInitial: boolean;
  readonly #keepsAlive: boolean;
  readonly #found: PortEvent[] = [];
  #forgetSignal: (() => void) | undefined;
  readonly #known = new Map<string, PortInfo>();
  #watch: PortWatch | undefined;
  readonly #calls = new Mutex();
  #isOver = false;

  /**
   * @param select Finds the backend.
   * @param options Which ports to report, and how the iterator ends.
   * @param how.keepsAlive A pending `next()` keeps the process alive; by default it does.
   */
  constructor(
    select: () => Promise<Backend>,
    options: WatchOptions,
    { keepsAlive = true }: { readonly keepsAlive?: boolean } = {},
  ) {
    this.#keepsAlive = keepsAlive;
    this.#signal = signalOf(options, WATCH);
    const { initial = false } = options;
    if (!isBoolean(initial)) throw invalid("initial", initial, "a boolean");
    this.#selectBackend = select;
    this.#reportsInitial = initial;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Calls queue up: each gets an event of its own. */
  next(): Promise<Result> {
    return this.#calls.run(() => this.#next());
  }

  /** Also ends a pending `next()`. */
  async return(): Promise<Result> {
    this.#end();
    return DONE;
  }

  async #next(): Promise<Result> {
    try {
      this.#signal?.throwIfAborted();
      if (this.#isOver) return DONE;
      this.#watch ??= await this.#start();
      while (!this.#isOver) {
        const event = this.#found.shift();
        if (event !== undefined) return { done: false, value: event };
        await this.#check(this.#watch);
      }
      this.#signal?.throwIfAborted();
      return DONE;
    } catch (error) {
      this.#end();
      throw error;
    }
  }

  async #start(): Promise<PortWatch> {
    const backend = await this.#selectBackend();
    // Watching starts before the first list, so that nothing is missed between the two.
    const watch = watchPorts(backend);
    this.#watch = watch;
    this.#forgetSignal = this.#signal && onAbort(this.#signal, () => this.#end());
    if (this.#isOver || this.#signal?.aborted === true) this.#end();
    const ports = await this.#list();
    if (this.#reportsInitial) this.#found.push(...ports.map((port) => event("added", port)));
    for (const port of ports) this.#known.set(port.path, port);
    return watch;
  }

  async #check(watch: PortWatch): Promise<void> {
    const change = await watch.next(this.#keepsAlive);
    if (change === undefined) return;
    const ports = await this.#list();
    const paths = new Set(ports.map(({ path }) => path));
    for (const port of this.#known.values()) {
      if (paths.has(port.path) && !change.gone.has(port.path)) continue;
      this.#known.delete(port.path);
      this.#found.push(event("removed", port));
    }
    for (const port of ports) {
      // A record stays as it was reported: the change that announces a replacement may be yet to
      // come.
      if (this.#known.has(port.path)) continue;
      this.#known.set(port.path, port);
      this.#found.push(event("added", port));
    }
  }

  async #list(): Promise<PortInfo[]> {
    return abortable(listOf(await this.#selectBackend(), "native"), this.#signal);
  }

  #end(): void {
    this.#isOver = true;
    this.#forgetSignal?.();
    this.#watch?.close();
  }
}

function event(type: PortEvent["type"], port: PortInfo): PortEvent {
  return Object.freeze({ type, port });
}
