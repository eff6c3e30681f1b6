// The ports of this system for Web Serial: those that discovery finds, and paths and addresses that the
// caller names.

import { existsSync, watch } from "node:fs";
import { access, constants } from "node:fs/promises";
import type { SerialConfigInput } from "../config/config.ts";
import { listSerialPorts } from "../discovery/discovery.ts";
import { type PortEvent, PortEvents } from "../discovery/port-events.ts";
import { type WatchFolder, watchPath } from "../discovery/watch-path.ts";
import { UnsupportedFeatureError } from "../errors/errors.ts";
import type { PortInfo } from "../model/port-info.ts";
import { selectBackend } from "../platform/select.ts";
import { openSerialPort } from "../port/open.ts";
import { sleep } from "../process/timers.ts";
import type { OpenedPort, SerialService } from "./service.ts";

/** udev gives a new node its permissions within some milliseconds; after this many it has none to give. */
const ACCESS_MS = 1000;
const ACCESS_STEP_MS = 20;
/** Deno's `fs.watch()` begins to watch some milliseconds after it was called; in these it misses everything. */
const WATCHES_LATE = process.versions["deno"] !== undefined;
const WATCHING_MS = 100;

/** Which ports there are. */
export interface NativePorts {
  /**
   * Of those that discovery finds.
   * @defaultValue those of USB devices
   */
  readonly isOffered?: ((port: PortInfo) => boolean) | undefined;
  /** Further ports; their paths may be addresses such as `rfc2217://host:port`. */
  readonly others: readonly PortInfo[];
}

/** Where ports are found. */
export interface Discovery {
  list(): Promise<readonly PortInfo[]>;
  /** Reports ports that come and go. @returns Stops. */
  follow(onEvent: (event: PortEvent) => void): () => void;
}

const SYSTEM: Discovery = { list: () => listSerialPorts(), follow: followDiscovery };

/** Makes the service. */
export function createNativeService(
  { isOffered = isUsb, others }: NativePorts,
  discovery: Discovery = SYSTEM,
): SerialService {
  const named = new Set(others.map(({ path }) => path));
  const isFound = (port: PortInfo): boolean => !named.has(port.path) && isOffered(port);
  return {
    list: async () => [...(await found(discovery)).filter(isFound), ...others.filter(isThere)],
    watch: (onEvent) => {
      const stops = others
        .filter(({ path }) => isFile(path))
        .map((port) => followPath(port, onEvent));
      const stop = discovery.follow((event) => {
        if (isFound(event.port)) onEvent(event);
      });
      return () => {
        for (const each of [stop, ...stops]) each();
      };
    },
    open: (port: PortInfo, config: SerialConfigInput): Promise<OpenedPort> =>
      openSerialPort(port.path, config),
  };
}

/** A system without discovery has the named ports only. */
async function found(discovery: Discovery): Promise<readonly PortInfo[]> {
  try {
    return await discovery.list();
  } catch (error) {
    if (error instanceof UnsupportedFeatureError) return [];
    throw error;
  }
}

function followDiscovery(onEvent: (event: PortEvent) => void): () => void {
  const events = new PortEvents(selectBackend, {}, { keepsAlive: false });
  const follow = async (): Promise<void> => {
    for await (const event of events) {
      if (event.type === "added") void untilAccessible(event.port.path).then(() => onEvent(event));
      else onEvent(event);
    }
  };
  follow().catch(() => undefined); // a system that reports nothing: the list is read when it is asked for
  return () => void events.return();
}

/** A program that opens a port as soon as it is there must be allowed to. */
async function untilAccessible(path: string): Promise<void> {
  for (let waitedMs = 0; waitedMs < ACCESS_MS; waitedMs += ACCESS_STEP_MS) {
    try {
      await access(path, constants.R_OK | constants.W_OK);
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EACCES") return; // not a file, or gone
    }
    await sleep(ACCESS_STEP_MS, { ref: false });
  }
}

const watchQuietly: WatchFolder = ((path: string, _options: object, listener: () => void) =>
  watch(path, { persistent: false }, listener)) as WatchFolder;

/** Reports whether a path leads to a port, after each change on the way there. */
function followPath(port: PortInfo, onEvent: (event: PortEvent) => void): () => void {
  let isStopped = false;
  let stop = (): void => undefined;
  const follow = async (): Promise<void> => {
    let reported: boolean | undefined = isThere(port);
    while (!isStopped) {
      const change = watchPath(port.path, undefined, watchQuietly);
      stop = () => change.stop();
      const isNow = isThere(port);
      if (isNow === reported) {
        if (WATCHES_LATE) await sleep(WATCHING_MS, { ref: false });
        if (WATCHES_LATE && isNow) onEvent({ type: "added", port });
        if (!WATCHES_LATE || isThere(port) === isNow) await change.next;
        reported = undefined; // it may go and come back before the next look
      } else {
        onEvent({ type: isNow ? "added" : "removed", port });
        reported = isNow;
      }
      change.stop();
    }
  };
  void follow();
  return () => {
    isStopped = true;
    stop();
  };
}

function isUsb({ vid }: PortInfo): boolean {
  return vid !== undefined;
}

function isThere({ path }: PortInfo): boolean {
  return !isFile(path) || existsSync(path);
}

function isFile(path: string): boolean {
  return !/^[a-z][a-z0-9+.-]*:\/\//i.test(path);
}
