// AbortSignal glue: a canceled operation rejects with the signal's own reason.

import { checkOptions, isSignal, type OptionSpec } from "../arguments/options.ts";
import { SETTINGS_ELSEWHERE } from "../arguments/settings.ts";
import { invalid } from "../arguments/validate.ts";
import { onAbort } from "./on-abort.ts";

/**
 * Follows a promise until a signal is aborted; the work itself is not stopped.
 *
 * @param work Promise to follow; a late rejection is swallowed.
 * @param signal `undefined` never aborts.
 * @returns The promise's value.
 * @throws `signal.reason` — the signal is aborted first.
 */
export function abortable<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  return new Promise((resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    const forget = onAbort(signal, () => reject(signal.reason));
    work.then(resolve, reject).finally(forget);
  });
}

/**
 * Runs work under the earlier of two signals. AbortSignal.any() leaves a trace on its sources for each
 * call (Node.js 20), which adds up on one that lives as long as a port.
 *
 * @param lasting Signal that lives long.
 * @param signal The caller's; `undefined` never aborts.
 * @param work What to run; the signal that it gets is aborted with the reason of the one that was.
 * @returns The value of the work.
 */
export async function underEither<T>(
  lasting: AbortSignal,
  signal: AbortSignal | undefined,
  work: (either: AbortSignal) => Promise<T>,
): Promise<T> {
  if (signal === undefined) return await work(lasting);
  const either = new AbortController();
  if (lasting.aborted) either.abort(lasting.reason);
  else if (signal.aborted) either.abort(signal.reason);
  const forgetLasting = onAbort(lasting, () => either.abort(lasting.reason));
  const forgetSignal = onAbort(signal, () => either.abort(signal.reason));
  try {
    return await work(either.signal);
  } finally {
    forgetLasting();
    forgetSignal();
  }
}

/** Options of an operation that may wait. */
export interface WaitOptions {
  /** Stops waiting: the call rejects with `signal.reason`. */
  readonly signal?: AbortSignal | undefined;
}

const LIMIT = "write signal: AbortSignal.timeout(milliseconds)";

const SIGNALS = Object.fromEntries(
  ["abort", "abortcontroller", "abortsignal", "cancel", "canceltoken", "controller"].map((name) => [
    name,
    "write signal",
  ]),
);

/**
 * Describes the options of a call that takes a signal.
 *
 * @param others Options beside `signal`; a number in place of the object is taken for the first.
 * @returns The specification for {@link signalOf}.
 */
export function waiting(...others: readonly string[]): OptionSpec {
  const [number] = others;
  return {
    known: [...others, "signal"],
    elsewhere: {
      ...SETTINGS_ELSEWHERE,
      ...SIGNALS,
      deadline: LIMIT,
      timeout: LIMIT,
      timeoutms: LIMIT,
    },
    ...(number === undefined ? {} : { bare: { number } }),
  };
}

/** Options of a call that takes a signal and nothing else. */
const WAITING: OptionSpec = waiting();

/**
 * Checks the options of an operation that may wait, and takes the signal out of them.
 *
 * @param options The caller's options.
 * @param spec Options of the call.
 * @returns The signal, if one was given.
 * @throws {@link ConfigurationError} `ERR_INVALID_ARG_VALUE` — no object, no signal, or an option that
 *   has no effect.
 */
export function signalOf(
  options: WaitOptions,
  spec: OptionSpec = WAITING,
): AbortSignal | undefined {
  checkOptions(options, spec);
  const { signal } = options;
  if (signal === undefined || isSignal(signal)) return signal;
  throw invalid("signal", signal, {
    expected: "an AbortSignal",
    hint: isSignal(signalIn(signal))
      ? "write signal: controller.signal"
      : 'set "signal" to an AbortSignal, such as AbortSignal.timeout(milliseconds)',
  });
}

function signalIn(value: unknown): unknown {
  return typeof value === "object" && value !== null && "signal" in value
    ? value.signal
    : undefined;
}
