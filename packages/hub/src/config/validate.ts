// Validation of a configuration, whether it comes from a file or is given as an object: one table of
// fields, and the rules between them.

import { ConfigurationError } from "anyserial";
import { checkDirectory } from "../arguments/checks.ts";
import type { CaptureConfig, HubConfig } from "../model/types.ts";
import { checkCluster, cluster } from "./cluster.ts";
import type { ConfigNode, Source } from "./config-node.ts";
import { defaultsOf, type WithDefaults, withDefaults } from "./defaults.ts";
import { checkRemote } from "./endpoints.ts";
import { CAPTURE_FIELDS } from "./fields.ts";
import { listenFields } from "./listen-fields.ts";
import { networks } from "./networks.ts";
import { HubConfigError, isFatal } from "./problem.ts";
import { type Fields, object } from "./readers.ts";
import { ValueNode } from "./value-node.ts";

/**
 * Checks a configuration that is an object already.
 *
 * @param value Anything; sizes and durations may be text, as in a file. It is copied.
 * @param directory Folder that relative paths start from.
 * @returns The configuration, with sizes in bytes and durations in milliseconds.
 * @throws {@link HubConfigError} `ERR_INVALID_ARG_VALUE` — something in it is wrong; `problems` has all.
 */
export function validateHubConfig(value: unknown, directory: string = process.cwd()): HubConfig {
  checkDirectory(directory);
  const source: Source = { file: undefined, problems: [] };
  const config = attempt(() => readConfig(new ValueNode(source, value, ""), directory));
  if (config !== undefined && !source.problems.some(isFatal)) return config;
  // The name of a file in node of what is in it, most likely.
  const isText = typeof value === "string";
  const hint = "read the file first: await loadHubConfig(path), of @anyserial/hub/config";
  const { problems } = source;
  throw new HubConfigError(isText ? problems.map((one) => ({ ...one, hint })) : problems);
}

const CAPTURE = object<CaptureConfig>(CAPTURE_FIELDS, ["file"]);
const CAPTURE_DEFAULTS = defaultsOf<CaptureConfig>(CAPTURE_FIELDS);

/**
 * Checks the configuration of a recording.
 *
 * @param value Anything.
 * @returns The configuration with its defaults.
 * @throws {@link HubConfigError} `ERR_INVALID_ARG_VALUE` — something in it is wrong; `problems` has all.
 */
export function validateCapture(value: unknown): WithDefaults<CaptureConfig> {
  const source: Source = { file: undefined, problems: [] };
  const config = attempt(() => CAPTURE.read(new ValueNode(source, value, "capture")));
  if (config === undefined || source.problems.length > 0) throw new HubConfigError(source.problems);
  return withDefaults(CAPTURE_DEFAULTS, config);
}

/**
 * Reads a configuration.
 *
 * @param root Its node; problems are reported there.
 * @param directory Folder that relative paths start from.
 * @returns The readable part: use it only if no problem was reported.
 */
export function readConfig(root: ConfigNode, directory: string): HubConfig | undefined {
  const config = object<HubConfig>(rootFields(directory), ["networks"]).read(root);
  if (config?.listen !== undefined) checkListen(root, config.listen);
  if (config !== undefined) checkCluster(root, config);
  return config;
}

function rootFields(directory: string): Fields {
  return {
    networks: { reader: networks(directory), help: "" },
    capture: { reader: CAPTURE, help: "" },
    listen: { reader: object(listenFields(directory)), help: "" },
    cluster: { reader: cluster(), help: "" },
  };
}

function checkListen(root: ConfigNode, listen: NonNullable<HubConfig["listen"]>): void {
  const node = root.entries().find(({ key }) => key === "listen")?.node ?? root;
  checkRemote(node, { field: "http", address: listen.http, isAllowed: listen.allowRemote });
}

/** A proxy may throw whatever is asked of it. */
function attempt<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new ConfigurationError("Cannot use the configuration: it cannot be read", {
      code: "ERR_INVALID_ARG_VALUE",
      operation: "configure",
      cause: error,
      hint: "give an object of plain data",
    });
  }
}
