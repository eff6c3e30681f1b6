// The first argument of openSerialPort() and serialSessions(): a path, a port that discovery found,
// or properties that one port has. Pure.

import { checkPath } from "../arguments/path.ts";
import { invalid } from "../arguments/validate.ts";
import {
  createPortFilter,
  isEmptyFilter,
  isPortInfo,
  type PortFilter,
} from "../discovery/port-filter.ts";
import type { PortInfo } from "../model/port-info.ts";

export interface PathTarget {
  readonly path: string;
  /** The record that was given in place of a path. */
  readonly info: PortInfo | undefined;
}

/**
 * Reads a target.
 *
 * @param target The caller's argument.
 * @returns A path, or a filter where more than the path is asked for.
 * @throws {@link ConfigurationError} `ERR_INVALID_ARG_VALUE` — it is none of these.
 */
export function targetOf(target: string | PortInfo | PortFilter): PathTarget | PortFilter {
  if (typeof target !== "object" || target === null) {
    checkPath(target);
    return { path: target, info: undefined };
  }
  if (isPortInfo(target)) {
    checkPath(target.path);
    return { path: target.path, info: target };
  }
  const filter = createPortFilter(target);
  const { path, ...others } = filter;
  if (isEmptyFilter(filter)) throw invalid("filter", target, "at least one property of the port");
  if (typeof path !== "string" || !isEmptyFilter(others)) return filter;
  checkPath(path);
  return { path, info: undefined };
}

/** Distinguishes a path from a filter. */
export function isPathTarget(target: PathTarget | PortFilter): target is PathTarget {
  return "info" in target;
}
