// `createHub()`: a hub that runs, or nothing at all.

import type { Hub, HubConfig, HubOptions } from "../model/types.ts";
import { RunningHub, type Seams } from "./hub.ts";

/**
 * Starts a hub.
 *
 * @param config Networks and their members.
 * @param options Folder for relative paths, and a listener that also receives the first events.
 * @returns The running hub; it keeps the process alive until `close()`.
 * @throws `ConfigurationError` — the configuration is wrong (`problems` names every field), or a path
 *   cannot be used.
 * @throws `PortBusyError` `ERR_HUB_LOCKED` — another hub has one of the paths.
 * @throws `PortBusyError` `EEXIST` — something that is no link of a hub is at one of the paths.
 * @throws `SerialError` `EMFILE`, … — the system has no ptys or descriptors left.
 * @example
 * ```ts
 * import { createHub } from "@anyserial/hub";
 *
 * await using hub = await createHub({
 *   networks: {
 *     plant: { members: { meter: { port: "/tmp/meter" }, logger: { port: "/tmp/logger" } } },
 *   },
 * });
 * console.log(hub.snapshot().networks);
 * ```
 */
export async function createHub(config: HubConfig, options: HubOptions = {}): Promise<Hub> {
  return createHubWith({}, config, options);
}

/** {@link createHub}, for tests that let system calls fail. */
export async function createHubWith(
  seams: Seams,
  config: HubConfig,
  options: HubOptions = {},
): Promise<Hub> {
  const hub = new RunningHub(options, seams);
  try {
    await hub.apply(config);
  } catch (error) {
    await hub.close();
    throw error;
  }
  return hub;
}
