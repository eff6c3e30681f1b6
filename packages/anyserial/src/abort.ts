// AbortSignal glue: a canceled operation rejects with the signal's own reason.

import { unknownOption } from "./option-names.ts";
import { invalid, isRecord } from "./validate.ts";

/**
 * Follows a promise until a signal is aborted; the work itself is not stopped.
 *
 * @param work Promise to follow; a late rejection is swallowed.
 * @param signal `undefined` never aborts.
 * @returns What the promise gives.
 * @throws `signal.reason` — the signal is aborted first.
 */
export function abortable<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}

/**
 * Runs work under the earlier of two signals. AbortSignal.any() leaves a trace on its sources for each
 * call (Node.js 20), which adds up on one that lives as long as a port.
 *
 * @param lasting Signal that lives long.
 * @param signal The caller's; `undefined` never aborts.
 * @param work What to run; the signal that it gets is aborted with the reason of the one that was.
 * @returns What the work gives.
 */
export async function underEither<T>(
  lasting: AbortSignal,
  signal: AbortSignal | undefined,
  work: (either: AbortSignal) => Promise<T>,
): Promise<T> {
  if (signal === undefined) return await work(lasting);
  const either = new AbortController();
  const onLasting = (): void => either.abort(lasting.reason);
  const onSignal = (): void => either.abort(signal.reason);
  if (lasting.aborted) onLasting();
  else if (signal.aborted) onSignal();
  lasting.addEventListener("abort", onLasting);
  signal.addEventListener("abort", onSignal);
  try {
    return await work(either.signal);
  } finally {
    lasting.removeEventListener("abort", onLasting);
    signal.removeEventListener("abort", onSignal);
  }
}

/**
 * Takes the signal out of the options of an operation that may wait.
 *
 * @param options What the caller gave.
 * @returns The signal, if one was given.
 * @throws {@link ConfigurationError} `ERR_INVALID_ARG_VALUE` — no object, no signal, or a time limit
 *   under another name, which would go unheard.
 */
export function signalOf(options: WaitOptions): AbortSignal | undefined {
  if (!isRecord(options)) throw invalid("options", options, "an object");
  if ("timeout" in options) throw unknownOption("timeout", options["timeout"], ["signal"]);
  if ("timeoutMs" in options) throw unknownOption("timeoutMs", options["timeoutMs"], ["signal"]);
  const { signal } = options as WaitOptions;
  if (signal === undefined || typeof signal?.aborted === "boolean") return signal;
  throw invalid("signal", signal, "an AbortSignal");
}

/** Options of an operation that may wait. */
export interface WaitOptions {
  /** Stops waiting: the call rejects with `signal.reason`. */
  readonly signal?: AbortSignal | undefined;
}
