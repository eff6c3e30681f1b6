// The configuration of a hub: from a YAML file, a text or an object to a `HubConfig`, or to everything
// that is wrong with it, by file, line and field.

import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { Document, LineCounter, parseDocument } from "yaml";
import type { HubConfig } from "../types.ts";
import { CAPTURE_FIELDS, LISTEN_FIELDS } from "./fields.ts";
import { networks } from "./networks.ts";
import { Place, type Source } from "./place.ts";
import { type ConfigProblem, HubConfigError } from "./problem.ts";
import { type Fields, object } from "./readers.ts";
import { isLoopback, readHostPort } from "./values.ts";

const FILE_BYTES_MAX = 1024 * 1024;

/** Options of {@link checkHubConfig}. */
export interface CheckOptions {
  /** Name of the file, for messages. @defaultValue "hub.yaml" */
  readonly file?: string | undefined;
  /** Folder that relative paths start from. @defaultValue the folder of `file` */
  readonly directory?: string | undefined;
}

/** What {@link checkHubConfig} found: a configuration, or problems. */
export type ConfigCheck =
  | { readonly config: HubConfig; readonly problems: readonly [] }
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
  const { file = "hub.yaml" } = options;
  const directory = options.directory ?? dirname(resolve(file));
  const lines = new LineCounter();
  const isTooLong = Buffer.byteLength(text) > FILE_BYTES_MAX;
  const document = parseDocument(isTooLong ? "" : text, {
    lineCounter: lines,
    prettyErrors: false,
  });
  const source: Source = { document, lines, file, problems: [] };
  const problem = { file, field: "", value: undefined, hint: undefined };
  if (isTooLong) {
    source.problems.push({ ...problem, line: 1, column: 1, reason: "the file exceeds 1 MiB" });
  }
  for (const { message, pos } of [...document.errors, ...document.warnings]) {
    const at = lines.linePos(pos[0]);
    source.problems.push({ ...problem, line: at.line, column: at.col, reason: message });
  }
  return checkSource(source, directory);
}

/**
 * Checks a configuration that is an object already.
 *
 * @param value Anything; sizes and durations may be text, as in a file.
 * @param directory Folder that relative paths start from.
 * @returns The configuration, with sizes in bytes and durations in milliseconds.
 * @throws {@link HubConfigError} `ERR_INVALID_ARG_VALUE` — something in it is wrong.
 */
export function validateHubConfig(value: unknown, directory: string = process.cwd()): HubConfig {
  const document = new Document(value);
  const source: Source = { document, lines: undefined, file: undefined, problems: [] };
  const { config, problems } = checkSource(source, directory);
  if (config === undefined) throw new HubConfigError(problems);
  return config;
}

function checkSource(source: Source, directory: string): ConfigCheck {
  const { problems } = source;
  if (problems.length > 0) return { config: undefined, problems };
  const node = source.document.contents ?? undefined;
  const root = new Place(source, { node }, "");
  const config = object<HubConfig>(rootFields(directory), ["networks"]).read(root);
  if (config?.listen !== undefined) checkListen(root, config.listen);
  if (config === undefined || problems.length > 0) {
    return { config: undefined, problems: problems.sort(byPosition) };
  }
  return { config, problems: [] };
}

function rootFields(directory: string): Fields {
  return {
    networks: { reader: networks(directory), help: "" },
    capture: { reader: object(CAPTURE_FIELDS, ["file"]), help: "" },
    listen: { reader: object(LISTEN_FIELDS), help: "" },
  };
}

function checkListen(root: Place, listen: NonNullable<HubConfig["listen"]>): void {
  const host = readHostPort(listen.http)?.host;
  if (host === undefined || isLoopback(host) || listen.allowRemote === true) return;
  const entries =
    root
      .entries()
      .find(({ key }) => key === "listen")
      ?.place.entries() ?? [];
  const place = entries.find(({ key }) => key === "http")?.place;
  place?.report(
    "is reachable from other machines: give an address of this one, such as 127.0.0.1:7070",
    "or set listen.allowRemote: true",
    JSON.stringify(listen.http),
  );
}

function byPosition(a: ConfigProblem, b: ConfigProblem): number {
  return (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0);
}
