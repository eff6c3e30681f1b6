// serialSessions: the loop that everybody writes, written once. Waits by events of the folders that
// the path goes through, or by hot-plug for a filter; only a port that somebody else holds is retried.

import { existsSync, type FSWatcher, readlinkSync, watch } from "node:fs";
import { dirname, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { abortable, signalOf, type WaitOptions } from "./abort.ts";
import type { Backend, PortWatch } from "./backend/backend.ts";
import { selectBackend } from "./backend/select.ts";
import { createSerialConfig, type SerialConfigInput } from "./config.ts";
import {
  PortBusyError,
  PortNotFoundError,
  PortPermissionError,
  SerialDisconnectedError,
} from "./errors.ts";
import { openMatching, openSerialPort } from "./open.ts";
import { noWatch } from "./port-events.ts";
import { createPortFilter, isEmptyFilter, type PortFilter } from "./port-filter.ts";
import type { SerialPort } from "./serial-port.ts";
import { invalid } from "./validate.ts";

/** Between two attempts at a port that somebody else holds, in milliseconds. */
const SHORTEST_RETRY_MS = 100;
const LONGEST_RETRY_MS = 2000;

/** Links are followed this far, as the kernel does at most 40 times. */
const MOST_LINKS = 8;

/**
 * Opens a port each time that its device is there: when it is plugged in, and again after it was
 * gone. Every setting is applied anew each time.
 *
 * The port of a round belongs to the loop's body: it is closed when the body asks for the next
 * round, and a body that breaks off closes its port too. The next round starts when the port was
 * disconnected, or closed by the body, and the device is there.
 *
 * @param target Path of the port, or a link to it such as `/dev/serial/by-id/…`, or a
 *   {@link PortFilter} that one port at a time matches, whatever its path is then.
 * @param config Settings that differ from the defaults.
 * @param options.signal Ends the loop by rejecting.
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
export async function* serialSessions(
  target: string | PortFilter,
  config: SerialConfigInput = {},
  options: WaitOptions = {},
): AsyncGenerator<SerialPort, undefined> {
  createSerialConfig(config);
  const openNext = openerOf(target, { config, signal: signalOf(options) });
  for (;;) {
    const port = await openNext();
    try {
      yield port;
    } finally {
      await port.close();
    }
  }
}

/** How to open. */
interface SessionOptions extends WaitOptions {
  readonly config: SerialConfigInput;
}

function openerOf(target: string | PortFilter, options: SessionOptions): () => Promise<SerialPort> {
  if (typeof target === "string") {
    return async () => openWhenThere(await selectBackend(), target, options);
  }
  const filter = createPortFilter(target);
  if (isEmptyFilter(filter)) throw invalid("filter", target, "at least one property of the port");
  return async () => openWhenMatching(await selectBackend(), filter, options);
}

/**
 * Opens the port that a filter means, as soon as there is one.
 *
 * @internal Callers have `serialSessions()`.
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
 * @internal Callers have `serialSessions()`.
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
    const change = watchPath(path, backend.isDeviceFolderSilent ? backend.watch?.() : undefined);
    try {
      return await attempt();
    } catch (error) {
      if (!isCuredByWaiting(error)) throw error;
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
  if (backend.watch === undefined) throw noWatch(backend);
  const patience = new Patience();
  const watch = backend.watch(); // before the attempt, so that nothing is missed between the two
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

/**
 * Waits for a change, and for no longer than makes sense while somebody else has the port: the
 * kernel tells when a device comes, but not when a lock on it goes, so a held port is tried again
 * after 0.1 s, 0.2 s, … up to every 2 s. Nothing is looked at while the device is missing.
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
      const later = sleep(this.#retryMs, undefined, { signal: retry.signal });
      await abortable(Promise.race([change, later]), signal);
    } finally {
      retry.abort();
    }
    this.#retryMs = Math.min(this.#retryMs * 2, LONGEST_RETRY_MS);
  }
}

interface PathChange {
  /** Resolves at the next change since the watch began. */
  readonly next: Promise<unknown>;
  stop(): void;
}

/** Watches every folder that decides what a path leads to, and hot-plug where the folders are silent. */
function watchPath(path: string, hotPlug: PortWatch | undefined): PathChange {
  let notify = (): void => undefined;
  const changed = new Promise<void>((resolveChange) => {
    notify = resolveChange;
  });
  const watchers = foldersOf(path).flatMap((folder) => watchFolder(folder, notify));
  const next = hotPlug === undefined ? changed : Promise.race([changed, hotPlug.next()]);
  next.catch(() => undefined); // nobody may come to wait for it
  return {
    next,
    stop: () => {
      hotPlug?.close();
      for (const watcher of watchers) watcher.close();
    },
  };
}

function watchFolder(folder: string, onChange: () => void): FSWatcher[] {
  try {
    return [watch(folder, { persistent: true }, onChange).on("error", onChange)];
  } catch {
    return []; // it does not exist: the nearest one that does is in the list as well
  }
}

/** The folder of the path, of every link on the way, and their parents up to one that exists. */
function foldersOf(path: string): string[] {
  const folders = new Set<string>();
  let at = resolve(path);
  for (let links = 0; links < MOST_LINKS; links++) {
    for (let folder = dirname(at); ; folder = dirname(folder)) {
      folders.add(folder);
      if (folder === dirname(folder) || existsSync(folder)) break;
    }
    try {
      at = resolve(dirname(at), readlinkSync(at));
    } catch {
      break; // no link, or nothing there
    }
  }
  return [...folders];
}
