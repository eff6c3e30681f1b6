// The options of a hub, and the members that calls of it name. Pure.

import { ConfigurationError, SerialError } from "anyserial";
import { checkOptions, invalid, type OptionSpec } from "anyserial/arguments";
import { checkDirectory, checkFunction } from "../arguments/checks.ts";
import type { HubOptions } from "../model/types.ts";

const CONFIG_FIELD = "it belongs to the configuration, the first argument";

const OPTIONS: OptionSpec = {
  known: ["directory", "onEvent"],
  elsewhere: {
    capture: CONFIG_FIELD,
    cluster: CONFIG_FIELD,
    cwd: "write directory",
    listen: CONFIG_FIELD,
    networks: CONFIG_FIELD,
    signal: "leave it out: close() ends a hub",
  },
  bare: { string: "directory", function: "onEvent" },
};

/**
 * Checks the options of a hub.
 *
 * @throws `ConfigurationError` `ERR_INVALID_ARG_VALUE` — one of them is wrong or unknown.
 */
export function checkHubOptions(options: HubOptions): void {
  checkOptions(options, OPTIONS);
  const { directory, onEvent } = options;
  if (directory !== undefined) checkDirectory(directory);
  if (onEvent !== undefined) checkFunction("onEvent", onEvent);
}

/** Checks the arguments of `on()`. */
export function checkSubscription(type: unknown, listener: unknown): void {
  if (type !== "event" && type !== "traffic" && type !== "lines") {
    throw invalid("type", type, '"event", "traffic" or "lines"');
  }
  checkFunction("listener", listener);
}

/** Builds the error for a member that a hub does not have. */
export function noSuchMember(name: string, known: Iterable<string>): ConfigurationError {
  return new ConfigurationError(`Invalid "member": ${name} is no member of this hub`, {
    code: "ERR_INVALID_ARG_VALUE",
    hint: `pass the network and the member, such as ${[...known].join(", ")}`,
  });
}

/** Builds the error for a change of a hub that is closed. */
export function closedError(): SerialError {
  return new SerialError("Cannot change the hub: it is closed", {
    code: "ERR_HUB_STOPPING",
    operation: "configure",
    hint: "make another one with createHub()",
  });
}
