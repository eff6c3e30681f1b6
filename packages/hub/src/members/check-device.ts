// The handlers of a device. Pure.

import { checkOptions, type OptionSpec } from "anyserial/arguments";
import { checkFunction } from "../arguments/checks.ts";

const DEVICE: OptionSpec = {
  parameter: "definition",
  known: ["onStart", "onMessage"],
  elsewhere: {
    ondata: "write onMessage",
    onstop: "listen to context.signal, which is aborted then",
  },
  bare: { function: "onMessage" },
};

/**
 * Checks the behavior of a device. An object may hold more than its handlers, but no handler that is
 * never called.
 *
 * @throws `ConfigurationError` `ERR_INVALID_ARG_VALUE` — it is no object, or a handler is unknown.
 */
export function checkDevice(definition: object): void {
  if (typeof definition !== "object" || definition === null) checkOptions(definition, DEVICE);
  for (const [name, handler] of Object.entries(definition)) {
    if (!/^on/i.test(name) || handler === undefined) continue;
    checkOptions({ [name]: handler }, DEVICE);
    checkFunction(name, handler);
  }
}
