// The options of a service, and their checks. Pure.

import { checkOptions, checkPath, invalid, type OptionSpec } from "anyserial/arguments";
import { checkFile, checkFunction } from "../arguments/checks.ts";
import type { LogStatus } from "../model/status.ts";
import type { HubEvent } from "../model/types.ts";

/** Options of `startHubService()`. */
export interface HubServiceOptions {
  /** Configuration file. */
  readonly file: string;
  /** Receives all events, from the start on. */
  readonly onEvent: (event: HubEvent) => void;
  /** A client asked over a socket that the hub stops: the owner must call `close()`. */
  readonly onStop: () => void;
  /** Returns the losses of the owner's log: a part of the status. */
  readonly log?: (() => LogStatus | undefined) | undefined;
  /**
   * Folder for recordings that are started in the page, absolute or from the working directory on.
   * @defaultValue the folder of `capture.file`, else of the configuration file
   */
  readonly captureFolder?: string | undefined;
  /**
   * Notifies systemd, if it started the process; takes its variables out of the environment, so that
   * programs of the hub do not get them. @defaultValue false
   */
  readonly systemd?: boolean | undefined;
}

const SERVICE: OptionSpec = {
  known: ["file", "onEvent", "onStop", "log", "captureFolder", "systemd"],
  elsewhere: { config: "write file: a service reads its configuration, and reads it again" },
  bare: { string: "file" },
};

/** Checks the options of a service. */
export function checkServiceOptions(options: HubServiceOptions): void {
  checkOptions(options, SERVICE);
  checkFile(options.file, "hub.yaml");
  checkFunction("onEvent", options.onEvent);
  checkFunction("onStop", options.onStop);
  const { systemd } = options;
  if (systemd !== undefined && typeof systemd !== "boolean") {
    throw invalid("systemd", systemd, "a boolean");
  }
  const { captureFolder } = options;
  if (captureFolder !== undefined)
    checkPath(captureFolder, { name: "captureFolder", example: "." });
  if (options.log !== undefined) checkFunction("log", options.log);
}
