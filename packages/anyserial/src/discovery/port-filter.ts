// PortFilter: which port is meant, by what is known about it. Pure.

import { types } from "node:util";
import { checkOptions, type OptionSpec } from "../arguments/options.ts";
import { SETTING_NAMES } from "../arguments/settings.ts";
import { invalid, isIntegerIn } from "../arguments/validate.ts";
import type { PortInfo } from "../model/port-info.ts";

/**
 * Properties that a port must have; others do not matter. A text must be equal, a regular
 * expression must match.
 */
export interface PortFilter {
  /** USB vendor id, 0 to 65535. */
  readonly vid?: number | undefined;
  /** USB product id, 0 to 65535. */
  readonly pid?: number | undefined;
  /** USB serial number. */
  readonly serialNumber?: string | RegExp | undefined;
  /** Path of the port, or of a link to it. */
  readonly path?: string | RegExp | undefined;
  /** Last part of the path. */
  readonly name?: string | RegExp | undefined;
  /** Text for people. */
  readonly description?: string | RegExp | undefined;
  /** The same text as pySerial's `hwid`. */
  readonly hardwareId?: string | RegExp | undefined;
  /** Manufacturer as the device names it. */
  readonly manufacturer?: string | RegExp | undefined;
  /** Product as the device names it. */
  readonly product?: string | RegExp | undefined;
  /** USB path. */
  readonly location?: string | RegExp | undefined;
  /** Name of the USB interface. */
  readonly interface?: string | RegExp | undefined;
  /** Kernel driver. */
  readonly driver?: string | RegExp | undefined;
  /** The path that stays the same. */
  readonly stablePath?: string | RegExp | undefined;
}

const NUMBERS = ["vid", "pid"] as const;
const TEXTS = [
  "serialNumber",
  "path",
  "name",
  "description",
  "hardwareId",
  "manufacturer",
  "product",
  "location",
  "interface",
  "driver",
  "stablePath",
] as const;

const NAMES: readonly string[] = [...NUMBERS, ...TEXTS];

const SETTINGS = Object.fromEntries(
  SETTING_NAMES.map((name) => [
    name.toLowerCase(),
    `settings are the second argument: openSerialPort(path, { ${name} })`,
  ]),
);

const FILTER: OptionSpec = {
  parameter: "filter",
  known: NAMES,
  elsewhere: {
    ...SETTINGS,
    autoopen: "leave it out: a port is open when openSerialPort() has resolved",
    comname: "write path",
    friendlyname: "write description",
    locationid: "write location",
    productid: "write pid",
    signal: "pass it in the last argument: { signal }",
    vendorid: "write vid",
  },
  bare: { string: "path", number: "vid" },
};

/**
 * Returns whether an object is a port that discovery found, or a copy of it: every field is there,
 * and no other. Anything else is a filter.
 */
export function isPortInfo(target: PortInfo | PortFilter): target is PortInfo {
  return (
    Object.keys(target).length === NAMES.length &&
    NAMES.every((name) => Object.hasOwn(target, name)) &&
    typeof target.path === "string" &&
    Object.values(target).every((value) => !types.isRegExp(value))
  );
}

/**
 * Checks a filter.
 *
 * @param filter The caller's filter.
 * @returns A frozen copy of its properties.
 * @throws {@link ConfigurationError} `ERR_INVALID_ARG_VALUE` — a property is unknown or has a wrong
 *   value.
 */
export function createPortFilter(filter: PortFilter): PortFilter {
  checkOptions(filter, FILTER);
  const wanted = Object.entries(filter).filter(([, value]) => value !== undefined);
  for (const [name, value] of wanted) checkProperty(name, value);
  return Object.freeze(Object.fromEntries(wanted));
}

/** Returns whether a filter has no property. */
export function isEmptyFilter(filter: PortFilter): boolean {
  return Object.values(filter).every((value) => value === undefined);
}

/**
 * Returns whether a port matches.
 *
 * @param port The known properties of the port.
 * @param filter Properties that it must have.
 * @returns `true` when each of them holds; `path` and `stablePath` are compared as they are.
 */
export function matchesFilter(port: PortInfo, filter: PortFilter): boolean {
  return (
    NUMBERS.every((name) => filter[name] === undefined || filter[name] === port[name]) &&
    TEXTS.every((name) => matchesText(port[name], filter[name]))
  );
}

/**
 * Formats a filter for a message.
 *
 * @param filter The filter.
 * @returns `vid 0403, pid 6001, serialNumber "A1"`.
 */
export function describeFilter(filter: PortFilter): string {
  const parts = Object.entries(filter)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name} ${wordValue(value)}`);
  return parts.length === 0 ? "any property" : parts.join(", ");
}

function checkProperty(name: string, value: unknown): void {
  if ((NUMBERS as readonly string[]).includes(name)) {
    if (!isIntegerIn(value, 0, 0xffff)) throw invalid(name, value, "an integer from 0 to 65535");
  } else if (!(typeof value === "string" || types.isRegExp(value))) {
    throw invalid(name, value, "a string or a regular expression");
  }
}

function matchesText(text: string | undefined, wanted: string | RegExp | undefined): boolean {
  if (wanted === undefined || text === wanted) return true;
  // search() ignores the state that test() keeps in a global expression.
  return types.isRegExp(wanted) && text !== undefined && text.search(wanted) !== -1;
}

function wordValue(value: unknown): string {
  if (typeof value === "number") return value.toString(16).toUpperCase().padStart(4, "0");
  return types.isRegExp(value) ? String(value) : JSON.stringify(value);
}
