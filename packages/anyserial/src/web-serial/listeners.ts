// The listeners of an event target that has a parent: events are captured, reach their target, and
// bubble, as https://dom.spec.whatwg.org/#dispatching-events says. The event targets of the runtimes know no
// parents.

import { onAbort } from "../abort/on-abort.ts";
import { throwUncaught } from "../process/uncaught.ts";
import { invalidState } from "./dom-exception.ts";

/** A function, or an object with `handleEvent()`. */
export type EventCallback = ((event: Event) => void) | { handleEvent(event: Event): void };

/** How a listener is called. */
export interface ListenerOptions {
  readonly capture?: boolean | undefined;
  readonly once?: boolean | undefined;
  readonly passive?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

interface Listener {
  readonly type: string;
  readonly callback: EventCallback;
  readonly capture: boolean;
  readonly once: boolean;
  isRemoved: boolean;
  forgetSignal: (() => void) | undefined;
}

const CAPTURING = 1;
const AT_TARGET = 2;
const BUBBLING = 3;

/** The state of one dispatch. */
interface Dispatch {
  readonly event: Event;
  current: EventTarget | null;
  phase: number;
  isStopped: boolean;
  isStoppedAtOnce: boolean;
}

const dispatching = new WeakSet<Event>();

/** Where a target's listeners are, and who is notified of them. */
export interface ListenersParts {
  readonly target: EventTarget;
  /** Events go on to it. */
  readonly parent?: () => Listeners | undefined;
  /** The listeners changed. */
  readonly onChange?: () => void;
}

/** The listeners of one target. */
export class Listeners {
  readonly #parts: ListenersParts;
  #listeners: readonly Listener[] = [];
  readonly #handlers = new Map<
    string,
    { handler: EventCallback; readonly listener: EventCallback }
  >();

  constructor(parts: ListenersParts) {
    this.#parts = parts;
  }

  /** Returns whether there is a listener for a type of event. */
  has(type: string): boolean {
    return this.#listeners.some((listener) => listener.type === type);
  }

  /** Adds a listener, unless the same one is there. */
  add(type: string, callback: unknown, options: boolean | ListenerOptions | undefined): void {
    const { capture, once, signal } = flatten(options);
    if (signal?.aborted === true || !isCallback(callback)) return;
    if (this.#find(type, callback, capture) !== undefined) return;
    const listener: Listener = {
      type: String(type),
      callback,
      capture,
      once,
      isRemoved: false,
      forgetSignal: signal && onAbort(signal, () => this.#remove(listener)),
    };
    this.#listeners = [...this.#listeners, listener];
    this.#parts.onChange?.();
  }

  /** Removes a listener. */
  remove(type: string, callback: unknown, options: boolean | ListenerOptions | undefined): void {
    const found = this.#find(type, callback, flatten(options).capture);
    if (found !== undefined) this.#remove(found);
  }

  /** The value of an `on…` attribute. */
  handler(type: string): EventCallback | null {
    return this.#handlers.get(type)?.handler ?? null;
  }

  /** Sets an `on…` attribute: the handler keeps its place among the listeners. */
  setHandler(type: string, value: unknown): void {
    const known = this.#handlers.get(type);
    if (typeof value !== "function") {
      if (known !== undefined) this.remove(type, known.listener, false);
      this.#handlers.delete(type);
      return;
    }
    const handler = value as (event: Event) => void;
    if (known !== undefined) {
      known.handler = handler;
      return;
    }
    const { target } = this.#parts;
    const entry = {
      handler: handler as EventCallback,
      listener: (event: Event): void => call(entry.handler, target, event),
    };
    this.#handlers.set(type, entry);
    this.add(type, entry.listener, false);
  }

  /**
   * Dispatches an event at this target.
   *
   * @returns `false` where a listener has prevented the default.
   */
  dispatch(event: Event): boolean {
    if (!(event instanceof Event)) throw new TypeError("The argument is no Event");
    if (dispatching.has(event)) throw invalidState("The event is being dispatched already.");
    const { target, parent } = this.#parts;
    const above = parent?.();
    const path = above === undefined ? [target] : [target, above.#parts.target];
    const dispatch: Dispatch = {
      event,
      current: null,
      phase: 0,
      isStopped: event.cancelBubble, // before it was dispatched
      isStoppedAtOnce: false,
    };
    shape(dispatch, target, path);
    dispatching.add(event);
    if (above !== undefined) above.#invoke(dispatch, CAPTURING, true);
    this.#invoke(dispatch, AT_TARGET, true);
    this.#invoke(dispatch, AT_TARGET, false);
    if (event.bubbles && above !== undefined) above.#invoke(dispatch, BUBBLING, false);
    dispatching.delete(event);
    dispatch.current = null;
    dispatch.phase = 0;
    dispatch.isStopped = false;
    return !event.defaultPrevented;
  }

  #invoke(dispatch: Dispatch, phase: number, capture: boolean): void {
    if (dispatch.isStopped) return;
    const { target } = this.#parts;
    dispatch.current = target;
    dispatch.phase = phase;
    for (const listener of this.#listeners) {
      if (listener.type !== dispatch.event.type || listener.capture !== capture) continue;
      if (listener.isRemoved) continue;
      if (listener.once) this.#remove(listener);
      try {
        call(listener.callback, target, dispatch.event);
      } catch (error) {
        throwUncaught(error);
      }
      if (dispatch.isStoppedAtOnce) return;
    }
  }

  #find(type: string, callback: unknown, capture: boolean): Listener | undefined {
    return this.#listeners.find(
      (one) => one.type === type && one.callback === callback && one.capture === capture,
    );
  }

  #remove(listener: Listener): void {
    listener.isRemoved = true;
    listener.forgetSignal?.();
    this.#listeners = this.#listeners.filter((one) => one !== listener);
    this.#parts.onChange?.();
  }
}

function isCallback(callback: unknown): callback is EventCallback {
  if (callback === null || callback === undefined) return false;
  if (typeof callback === "function" || typeof callback === "object") return true;
  throw new TypeError("The listener is neither a function nor an object");
}

function flatten(options: boolean | ListenerOptions | undefined): {
  readonly capture: boolean;
  readonly once: boolean;
  readonly signal: AbortSignal | undefined;
} {
  if (typeof options !== "object" || options === null) {
    return { capture: Boolean(options), once: false, signal: undefined };
  }
  const { capture, once, signal } = options;
  return { capture: Boolean(capture), once: Boolean(once), signal };
}

function call(callback: EventCallback, target: EventTarget, event: Event): void {
  if (typeof callback === "function") callback.call(target, event);
  else callback.handleEvent(event);
}

/** Gives an event the properties that its own class would only have at a target of the runtime. */
function shape(dispatch: Dispatch, target: EventTarget, path: readonly EventTarget[]): void {
  const stop = (): void => {
    dispatch.isStopped = true;
  };
  const stopAtOnce = (): void => {
    dispatch.isStopped = dispatch.isStoppedAtOnce = true;
  };
  const values = {
    target: () => target,
    srcElement: () => target,
    currentTarget: () => dispatch.current,
    eventPhase: () => dispatch.phase,
    composedPath: () => () => (dispatch.current === null ? [] : [...path]),
    stopPropagation: () => stop,
    stopImmediatePropagation: () => stopAtOnce,
  };
  for (const [name, get] of Object.entries(values)) {
    Object.defineProperty(dispatch.event, name, { get, configurable: true });
  }
  Object.defineProperty(dispatch.event, "cancelBubble", {
    get: () => dispatch.isStopped,
    set: (isCanceled: unknown) => {
      if (isCanceled === true) stop();
    },
    configurable: true,
  });
}
