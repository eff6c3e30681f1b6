// serialSessions: the loop that everybody writes, written once. Waits by events of the folders that
// the path goes through, or by hot-plug for a filter; a port that another program holds is retried, and so
// is every port where the system refuses to watch.

import { abortable, type WaitOptions } from "../abort/abort.ts";
import type { Backend } from "../backend/backend.ts";
import { type SerialConfigInput, settingsFor } from "../config/config.ts";
import type { PortFilter } from "../discovery/port-filter.ts";
import { watchPath } from "../discovery/watch-path.ts";
import { watchPorts } from "../discovery/watch-ports.ts";
import {
  isSerialError,
  PortBusyError,
  PortNotFoundError,
  PortPermissionError,
  SerialDisconnectedError,
} from "../errors/errors.ts";
import { spellingHint } from "../errors/spelling.ts";
import { PullIterator } from "../io/pull-iterator.ts";
import { selectBackend } from "../platform/select.ts";
import { sleep } from "../process/timers.ts";
import { isRemote } from "../remote/address.ts";
import { openMatching, openSerialPort } from "./open.ts";
import { type OpenOptions, openOptions } from "./open-options.ts";
import { isPathTarget, targetOf } from "./open-target.ts";
import type { SerialPort } from "./serial-port.ts";

/** Between two attempts at a port that another program holds, in milliseconds. */
const SHORTEST_RETRY_MS = 100;
const LONGEST_RETRY_MS = 2000;
/** Between two attempts at a port on another machine, in milliseconds. */
const LONGEST_REMOTE_RETRY_MS = 5000;

/**
 * Opens a port each time that its device is there: when it is plugged in, and again after it was
 * gone. Every setting is applied each time.
 *
 * The port of a round belongs to the loop's body: it is closed when the body asks for the next
 * round, and a body that breaks off closes its port too. The next round starts when the port was
 * disconnected, or closed by the body, and the device is there.
 *
 * Where the system refuses to watch, as at the limit of inotify, the port is tried once a second, and a process
 * warning of type `SerialWatchWarning` says so.
 *
 * @param target Path of the port, or a link to it such as `/dev/serial/by-id/…`, or a
 *   {@link PortFilter} that one port at a time matches, whatever its path is then.
 * @param config Settings that differ from the defaults.
 * A port on another machine, or of a backend of your own, has no such events: it is tried again after 0.1 s, 0.2 s, … up to every 5 s.
 *
 * @param options.signal Ends the loop by rejecting.
 * @param options.tls Certificates, for an address such as `rfc2217+tls://host:port`.
 * @param options.backend A backend of your own.
 * @returns An endless iterator over freshly opened ports.
 * @throws {@link ConfigurationError} `ERR_INVALID_ARG_VALUE` — an argument is wrong;
 *   `ERR_SERIAL_AMBIGUOUS` — several ports match the filter.
 * @throws The errors of `openSerialPort()` that waiting does not cure.
 * @throws `signal.reason` — the signal is aborted.
 * @example
 * ```ts
 * import { serialSessions } from "anyserial";
 *
 * for await (const port of serialSessions("/dev/ttyUSB0", { baudRate: 9600 })) {
 *   try {
 *     for await (const chunk of port) console.log(chunk);
 *   } catch {
 *     console.log("unplugged: waiting for it to come back");
 *   }
 * }
 * ```
 */
export function serialSessions(
  target: string | PortFilter,
  config: SerialConfigInput = {},
  options: OpenOptions = {},
): AsyncGenerator<SerialPort, undefined> {
  let opener: Opener | undefined;
  let port: SerialPort | undefined;
  const end = async (): Promise<void> => await port?.close();
  const next = async (signal: AbortSignal): Promise<SerialPort> => {
    opener ??= openerOf(target, config, options);
    await end();
    port = await opener(signal);
    return port;
  };
  return new PullIterator({ next, end }, { signal: options?.signal });
}

/** How to open. */
interface SessionOptions extends WaitOptions {
  readonly config: SerialConfigInput;
}

type Opener = (signal: AbortSignal) => Promise<SerialPort>;

function openerOf(
  target: string | PortFilter,
  config: SerialConfigInput,
  options: OpenOptions,
): Opener {
  const wanted = targetOf(target);
  settingsFor("open", config);
  const { tls, backend } = openOptions(options, isPathTarget(wanted) ? wanted.path : undefined);
  if (!isPathTarget(wanted)) {
    return async (signal) =>
      openWhenMatching(backend ?? (await selectBackend()), wanted, { config, signal });
  }
  if (backend !== undefined || isRemote(wanted.path)) {
    let wasOpen = false;
    return async (signal) => {
      const port = await openWhenReached(wanted.path, { config, tls, backend, signal, wasOpen });
      wasOpen = true;
      return port;
    };
  }
  return async (signal) => openWhenThere(await selectBackend(), wanted.path, { config, signal });
}

/** Opens a port on another machine or of a caller's backend, as soon as it can be reached and is free. */
async function openWhenReached(
  path: string,
  { config, wasOpen, ...options }: SessionOptions & OpenOptions & { readonly wasOpen: boolean },
): Promise<SerialPort> {
  for (
    let pauseMs = SHORTEST_RETRY_MS;
    ;
    pauseMs = Math.min(pauseMs * 2, LONGEST_REMOTE_RETRY_MS)
  ) {
    try {
      return await openSerialPort(path, config, options);
    } catch (error) {
      // A server that has answered before is cut off.
      if (!isCuredByWaiting(error) && !(wasOpen && isUnanswered(error))) throw error;
    }
    await abortable(sleep(pauseMs, { signal: options.signal }), options.signal);
  }
}

/**
 * Opens the port that a filter means, as soon as there is one.
 *
 * Callers have `serialSessions()`.
 */
export async function openWhenMatching(
  backend: Backend,
  filter: PortFilter,
  options: SessionOptions,
): Promise<SerialPort> {
  return openByEvents(backend, () => openMatching(backend, filter, options), options);
}

/**
 * Opens the port of a path, as soon as it is there.
 *
 * Callers have `serialSessions()`.
 */
export async function openWhenThere(
  backend: Backend,
  path: string,
  options: SessionOptions,
): Promise<SerialPort> {
  const { config, signal } = options;
  const attempt = (): Promise<SerialPort> => openSerialPort(path, config, { signal });
  // Where ports are no files, there are no folders to watch.
  if (backend.canonicalPath !== undefined) return openByEvents(backend, attempt, options);
  const patience = new Patience();
  for (;;) {
    // Watching starts before the attempt, so that nothing is missed between the two.
    const change = watchPath(path, backend.isDeviceFolderSilent ? watchPorts(backend) : undefined);
    try {
      return await attempt();
    } catch (error) {
      if (!isCuredByWaiting(error) || isMisspelt(error, path)) throw error;
      await patience.wait(error, change.next, signal);
    } finally {
      change.stop();
    }
  }
}

/** Tries at each event of hot-plug. */
async function openByEvents(
  backend: Backend,
  attempt: () => Promise<SerialPort>,
  { signal }: WaitOptions,
): Promise<SerialPort> {
  signal?.throwIfAborted();
  const patience = new Patience();
  const watch = watchPorts(backend); // before the attempt, so that nothing is missed between the two
  try {
    for (;;) {
      try {
        return await attempt();
      } catch (error) {
        if (!isCuredByWaiting(error)) throw error;
        await patience.wait(error, watch.next(), signal);
      }
    }
  } finally {
    watch.close();
  }
}

/** Missing, not yet permitted (udev sets that after the node exists), or still held by a dying session. */
function isCuredByWaiting(error: unknown): boolean {
  return (
    error instanceof PortNotFoundError ||
    error instanceof PortPermissionError ||
    error instanceof PortBusyError ||
    error instanceof SerialDisconnectedError
  );
}

function isUnanswered(error: unknown): boolean {
  return isSerialError(error) && error.code === "ERR_SERIAL_NO_ANSWER";
}

/** No port will ever be at such a path: the hint of the error says what to write. */
function isMisspelt(error: unknown, path: string): boolean {
  return error instanceof PortNotFoundError && spellingHint(path, false) !== undefined;
}

/**
 * Waits for a change. While another program holds the port the wait is limited: the kernel reports
 * when a device comes, but not when a lock on it goes, so a held port is tried again after 0.1 s,
 * 0.2 s, … up to every 2 s. Nothing is polled while the device is missing.
 */
class Patience {
  #retryMs = SHORTEST_RETRY_MS;

  async wait(
    error: unknown,
    change: Promise<unknown>,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    if (!(error instanceof PortBusyError)) {
      this.#retryMs = SHORTEST_RETRY_MS;
      await abortable(change, signal);
      return;
    }
    const retry = new AbortController();
    try {
      const later = sleep(this.#retryMs, { signal: retry.signal });
      await abortable(Promise.race([change, later]), signal);
    } finally {
      retry.abort();
    }
    this.#retryMs = Math.min(this.#retryMs * 2, LONGEST_RETRY_MS);
  }
}
