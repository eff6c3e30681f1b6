// Which running hub a command means: by --control, by its configuration file, or the only one there is.

import { existsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { loadHubConfig } from "@anyserial/hub/config";
import { ControlClient, controlPathOf, listControlPaths } from "@anyserial/hub/control";
import { SerialError } from "anyserial";

/** File that is meant when none is named. */
export const DEFAULT_FILE = "hub.yaml";

/** Options of the commands that talk to a running hub. */
export const CONTROL_OPTION = {
  kind: "text",
  value: "SOCKET",
  help: "Control socket (default: the one of FILE, or of the only running hub)",
} as const;

/** How a hub is named. */
export interface HubName {
  readonly file: string | undefined;
  readonly control: string | undefined;
}

/**
 * Connects to a running hub.
 *
 * @param name How it is named, if at all.
 * @returns A connection, to be closed.
 * @throws `SerialError` `ERR_HUB_NOT_RUNNING` — it does not run; `ERR_HUB_AMBIGUOUS` — several do.
 */
export async function connectHub({ file, control }: HubName): Promise<ControlClient> {
  if (control !== undefined) return ControlClient.connect(resolve(control));
  if (file !== undefined) return ControlClient.connect(await pathOf(file));
  if (existsSync(DEFAULT_FILE)) {
    const client = await tryConnect(await pathOf(DEFAULT_FILE));
    if (client !== undefined) return client;
  }
  return connectOnly();
}

/** A file that is wrong by now may still name the socket of a hub that runs. */
async function pathOf(file: string): Promise<string> {
  const config = await loadHubConfig(file).catch(() => undefined);
  const given = config?.listen?.control;
  return given === undefined ? controlPathOf(file) : resolve(dirname(resolve(file)), given);
}

async function connectOnly(): Promise<ControlClient> {
  const running: ControlClient[] = [];
  for (const path of listControlPaths()) {
    const client = await tryConnect(path);
    if (client !== undefined) running.push(client);
  }
  const [only, ...more] = running;
  if (only !== undefined && more.length === 0) return only;
  for (const client of running) client.close();
  if (only === undefined) {
    throw new SerialError("Cannot find a running hub", {
      code: "ERR_HUB_NOT_RUNNING",
      hint: "start one: anyserial hub FILE; or name its configuration file or --control",
    });
  }
  throw new SerialError(`Cannot choose a hub: ${running.length} are running`, {
    code: "ERR_HUB_AMBIGUOUS",
    hint: `name its configuration file, or --control: ${running.map(({ path }) => path).join(", ")}`,
  });
}

function tryConnect(path: string): Promise<ControlClient | undefined> {
  return ControlClient.connect(path).catch(() => undefined);
}
