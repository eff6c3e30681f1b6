// Configuration files: from YAML to a `HubConfig`, or to everything that is wrong with it, by file, line
// and field.

import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { LineCounter, parseDocument } from "yaml";
import { checkFile } from "../arguments/checks.ts";
import type { HubConfig } from "../model/types.ts";
import { type CheckOptions, checkConfigText } from "./check-text.ts";
import { isTooDeep } from "./depth.ts";
import { type ConfigProblem, HubConfigError, isFatal } from "./problem.ts";
import { readConfig } from "./validate.ts";
import { YamlNode, type YamlSource } from "./yaml-node.ts";

const FILE_BYTES_MAX = 1024 * 1024;

/** Result of {@link checkHubConfig}: a configuration with warnings, if any, or problems. */
export type ConfigCheck =
  | { readonly config: HubConfig; readonly problems: readonly ConfigProblem[] }
  | { readonly config: undefined; readonly problems: readonly ConfigProblem[] };

/**
 * Reads a configuration file.
 *
 * @param file Path of a YAML or JSON file, at most 1 MiB.
 * @returns The configuration; paths in it are as written, relative ones start at the file's folder.
 * @throws {@link HubConfigError} `ERR_INVALID_ARG_VALUE` — something in it is wrong; `problems` has all.
 * @throws The system's error — the file cannot be read.
 * @example
 * ```ts
 * import { loadHubConfig } from "@anyserial/hub/config";
 *
 * const config = await loadHubConfig("hub.yaml");
 * ```
 */
export async function loadHubConfig(file: string): Promise<HubConfig> {
  checkFile(file, "hub.yaml");
  const { config, problems } = checkHubConfig(await readFile(file, "utf8"), { file });
  if (config === undefined) throw new HubConfigError(problems);
  return config;
}

/**
 * Checks the text of a configuration file.
 *
 * @param text YAML or JSON.
 * @param options Its name and its folder.
 * @returns The configuration, or all that is wrong with it.
 */
export function checkHubConfig(text: string, options: CheckOptions = {}): ConfigCheck {
  checkConfigText(text, options);
  const { file = "hub.yaml" } = options;
  const directory = options.directory ?? dirname(resolve(file));
  const reason = whyUnread(text);
  const lines = new LineCounter();
  const document = parseDocument(reason === undefined ? text : "", {
    lineCounter: lines,
    prettyErrors: false,
  });
  const source: YamlSource = { document, lines, file, problems: [] };
  const problem = { file, field: "", value: undefined, hint: undefined };
  if (reason !== undefined) source.problems.push({ ...problem, line: 1, column: 1, reason });
  for (const { message, pos } of [...document.errors, ...document.warnings]) {
    const at = lines.linePos(pos[0]);
    source.problems.push({ ...problem, line: at.line, column: at.col, reason: message });
  }
  return checkSource(source, directory);
}

/** Why a text is not even parsed. */
function whyUnread(text: string): string | undefined {
  if (Buffer.byteLength(text) > FILE_BYTES_MAX) return "the file exceeds 1 MiB";
  return isTooDeep(text) ? "the file is nested too deeply" : undefined;
}

function checkSource(source: YamlSource, directory: string): ConfigCheck {
  const { problems, document } = source;
  if (problems.length > 0) return { config: undefined, problems };
  const root = new YamlNode(source, { node: document.contents ?? undefined }, "");
  const config = readConfig(root, directory);
  problems.sort(byPosition);
  if (config === undefined || problems.some(isFatal)) return { config: undefined, problems };
  return { config, problems };
}

function byPosition(a: ConfigProblem, b: ConfigProblem): number {
  return (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0);
}
