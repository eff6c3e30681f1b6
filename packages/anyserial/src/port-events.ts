// Ports that come and go as an async iterator: compares the list with the one before whenever the
// backend tells of a change. Nothing is looked at while nobody waits.

import { abortable, type WaitOptions } from "./abort.ts";
import type { Backend, PortWatch } from "./backend/backend.ts";
import { UnsupportedFeatureError } from "./errors.ts";
import type { PortInfo } from "./port-info.ts";
import { listOf } from "./port-list.ts";

/** Options of `watchSerialPorts()`. */
export interface WatchOptions extends WaitOptions {
  /**
   * Tells first, as `added`, of the ports that are there already.
   * @defaultValue `false`
   */
  readonly initial?: boolean | undefined;
}

/** A port that came or went. */
export interface PortEvent {
  /** `added` when its node is there, `removed` when it is gone. */
  readonly type: "added" | "removed";
  /** What is known about it; of one that went, what was told when it came. */
  readonly port: PortInfo;
}

type Result = IteratorResult<PortEvent, undefined>;

const DONE: Result = { done: true, value: undefined };

/** Events from the first `next()` on. */
export class PortEvents implements AsyncIterableIterator<PortEvent, undefined> {
  readonly #selectBackend: () => Promise<Backend>;
  readonly #signal: AbortSignal | undefined;
  readonly #tellsInitial: boolean;
  readonly #found: PortEvent[] = [];
  readonly #onAbort = (): void => this.#end();
  readonly #known = new Map<string, PortInfo>();
  #watch: PortWatch | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #isOver = false;

  /**
   * @param select Finds the backend.
   * @param options What to tell, and how it ends.
   */
  constructor(select: () => Promise<Backend>, { initial = false, signal }: WatchOptions) {
    this.#selectBackend = select;
    this.#tellsInitial = initial;
    this.#signal = signal;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Calls queue up: each gets an event of its own. */
  next(): Promise<Result> {
    const result = this.#turn.then(() => this.#next());
    this.#turn = result.catch(() => undefined);
    return result;
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
        await this.#look(this.#watch);
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
    if (backend.watch === undefined) throw noWatch(backend);
    // Watching starts before the first list, so that nothing is missed between the two.
    const watch = backend.watch();
    this.#watch = watch;
    this.#signal?.addEventListener("abort", this.#onAbort, { once: true });
    if (this.#isOver || this.#signal?.aborted === true) this.#end();
    const ports = await this.#list();
    if (this.#tellsInitial) this.#found.push(...ports.map((port) => event("added", port)));
    for (const port of ports) this.#known.set(port.path, port);
    return watch;
  }

  async #look(watch: PortWatch): Promise<void> {
    const change = await watch.next();
    if (change === undefined) return;
    const ports = await this.#list();
    const paths = new Set(ports.map(({ path }) => path));
    for (const port of this.#known.values()) {
      if (paths.has(port.path) && !change.gone.has(port.path)) continue;
      this.#known.delete(port.path);
      this.#found.push(event("removed", port));
    }
    for (const port of ports) {
      // A record stays as it was told: the change that tells of a replacement may be yet to come.
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
    this.#signal?.removeEventListener("abort", this.#onAbort);
    this.#watch?.close();
  }
}

function event(type: PortEvent["type"], port: PortInfo): PortEvent {
  return Object.freeze({ type, port });
}

/** Builds the error for a platform that tells of no changes. */
export function noWatch(backend: Backend): UnsupportedFeatureError {
  const { platform } = backend.platformCapabilities();
  return new UnsupportedFeatureError(`Cannot watch ports: not available on ${platform}`, {
    code: "ERR_SERIAL_DISCOVERY",
    operation: "watch",
    hint: "list the ports again when it matters which there are",
  });
}
