// The choice of a port for requestPort(): a function of the caller, or a filter that one port matches.

import { invalid } from "../arguments/validate.ts";
import {
  createPortFilter,
  describeFilter,
  matchesFilter,
  type PortFilter,
} from "../discovery/port-filter.ts";
import type { PortInfo } from "../model/port-info.ts";
import { domException } from "./dom-exception.ts";

/** Facts for a chooser that waits for its user. */
export interface Choosing {
  /** Returns whether the program may use a port already. */
  isGranted(port: PortInfo): boolean;
  /**
   * Reports the ports to choose from whenever they change.
   *
   * @param onChange Called with all of them.
   * @returns Stops.
   */
  onChange(onChange: (ports: readonly PortInfo[]) => void): () => void;
}

/**
 * Chooses a port for a program that has asked for one.
 *
 * @param ports Ports that match the program's filters, in natural order of their paths.
 * @param choosing Changes of the list.
 * @returns One of the ports; `undefined` where the user wants none.
 */
export type PortChooser = (
  ports: readonly PortInfo[],
  choosing: Choosing,
) => PortInfo | undefined | Promise<PortInfo | undefined>;

/** A predicate, as a function or as a filter. */
export type PortChoice = PortFilter | ((port: PortInfo) => boolean);

/** Makes a predicate of a choice. */
export function predicateOf(name: string, choice: PortChoice): (port: PortInfo) => boolean {
  if (typeof choice === "function") return (port) => choice(port) === true;
  if (typeof choice !== "object" || choice === null) {
    throw invalid(name, choice, "a function, or a filter such as { vid: 0x0403 }");
  }
  const filter = createPortFilter(choice);
  return (port) => matchesFilter(port, filter);
}

/** Makes a chooser of an option. */
export function chooserOf(choose: PortChooser | PortFilter | undefined): PortChooser {
  if (choose === undefined) return refuse;
  if (typeof choose === "function") return choose;
  const isChosen = predicateOf("choose", choose);
  return (ports) => onlyOne(ports.filter(isChosen), describeFilter(choose));
}

function refuse(): never {
  throw notFound("there is no one to ask: pass choose to createSerial(), a function or a filter");
}

function onlyOne([port, ...others]: readonly PortInfo[], filter: string): PortInfo | undefined {
  if (others.length === 0) return port;
  const paths = [port, ...others].map((one) => one?.path).join(", ");
  throw notFound(`several match ${filter}: ${paths}`);
}

/** Builds the error for a request that ends without a port. */
export function notFound(reason: string): DOMException {
  return domException("NotFoundError", `No port was chosen: ${reason}`);
}
