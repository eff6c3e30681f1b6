// The demo's network: two applications' ports and the instrument on a bus, and a port that listens. Its
// files are in a folder of their own, which is gone when the demo is over.

import { rmdirSync, rmSync } from "node:fs";
import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { TOKEN_FILE, writeToken } from "../hub/page-address.ts";
import { DEVICE_FILE } from "./instrument-device.ts";

/** Paths of the demo. */
export interface DemoNetwork {
  /** Configuration file. */
  readonly file: string;
  /** The first application's port: the demo's own. */
  readonly first: string;
  /** The second application's port. */
  readonly second: string;
  /** The port that receives all traffic. */
  readonly tap: string;
  /** Token of the page. */
  readonly token: string;
  /** Removes the demo's files; also called at the exit of the process. */
  remove(): void;
}

/**
 * Writes the demo's configuration.
 *
 * @param directory Folder for the ports' links, made if it is missing; `undefined`: a temporary one.
 * @returns Where everything is.
 * @throws The system's error — a folder or the file cannot be made.
 */
export async function createDemoNetwork(directory: string | undefined): Promise<DemoNetwork> {
  const own = await mkdtemp(join(tmpdir(), "anyserial-demo-"));
  const links = directory === undefined ? own : resolve(directory);
  const made = await mkdir(links, { recursive: true });
  const file = join(own, "hub.yaml");
  const remove = (): void => {
    process.removeListener("exit", remove);
    rmSync(own, { recursive: true, force: true });
    if (made !== undefined) removeEmpty(links);
  };
  process.once("exit", remove);
  const [first, second, tap] = ["ttyS0", "ttyS1", "tap"].map((name) => join(links, name));
  const paths = { first: first ?? "", second: second ?? "", tap: tap ?? "" };
  const token = await writeToken(own);
  await writeFile(file, configOf(paths));
  return { file, ...paths, token, remove };
}

function configOf({ first, second, tap }: Pick<DemoNetwork, "first" | "second" | "tap">): string {
  const quote = (path: string): string => JSON.stringify(path); // JSON is YAML
  return [
    "# The network of anyserial's demo.",
    "networks:",
    "  demo:",
    "    topology: bus",
    "    framing: line",
    "    members:",
    `      app1:       { port: ${quote(first)} }`,
    `      app2:       { port: ${quote(second)} }`,
    `      instrument: { device: ${quote(DEVICE_FILE)} }`,
    `      tap:        { port: ${quote(tap)}, role: tap }`,
    `listen: { http: 127.0.0.1:0, tokenFile: ${TOKEN_FILE} }`,
    "",
  ].join("\n");
}

function removeEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // It is not empty: another program uses it.
  }
}
