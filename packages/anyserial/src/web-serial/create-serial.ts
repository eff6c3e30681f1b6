// createSerial() and installWebSerial(): Web Serial for a program, and at the place where a program of
// a browser looks for it.

import { checkOptions } from "../arguments/options.ts";
import { checkPath } from "../arguments/path.ts";
import { invalid } from "../arguments/validate.ts";
import type { PortFilter } from "../discovery/port-filter.ts";
import { createPortInfo, type PortInfo } from "../model/port-info.ts";
import { chooserOf, type PortChoice, type PortChooser, predicateOf } from "./choose.ts";
import { createNativeService } from "./native-service.ts";
import { Serial } from "./serial.ts";
import { SerialPort } from "./serial-port.ts";
import type { SerialService } from "./service.ts";

/** A port that discovery does not find: its path or address, and properties that it is given. */
export type NamedPort = string | (Partial<PortInfo> & Pick<PortInfo, "path">);

/** Options of {@link createSerial}. */
export interface SerialInit {
  /**
   * Ports of this system that a program may be offered, as a filter or a predicate; `{}` offers ports without
   * USB ids too.
   * @defaultValue ports of USB devices
   */
  readonly ports?: PortChoice | undefined;
  /**
   * Further ports: paths, such as those of emulated ports, and addresses such as `rfc2217://host:port`.
   * An object gives a port USB ids and other properties: `{ path, vid, pid }`.
   * @defaultValue none
   */
  readonly others?: readonly NamedPort[] | undefined;
  /**
   * Chooses a port when the program calls `requestPort()`: a function, or a filter that one port
   * matches. `{}` takes the only port that matches the program's own filters.
   * @defaultValue `requestPort()` rejects with `NotFoundError`
   */
  readonly choose?: PortChooser | PortFilter | undefined;
  /**
   * Ports that are granted without a choice: `getPorts()` has them from the start, and `forget()` does
   * not take them away.
   * @defaultValue none
   */
  readonly grant?: PortChoice | undefined;
  /**
   * Where ports come from, such as `createFakeSerialService()` of `anyserial/testing`; then `ports` and
   * `others` are without effect.
   * @defaultValue this system
   */
  readonly service?: SerialService | undefined;
}

const INIT = {
  known: ["choose", "grant", "ports", "others", "service"],
  elsewhere: {
    filter: "write ports",
    filters: "write ports",
    paths: "write others",
    chooser: "write choose",
  },
};

/**
 * Makes a `Serial`, the interface of `navigator.serial`, over the ports of this system.
 *
 * Nothing is granted until the program calls `requestPort()`, unless `grant` says so.
 *
 * @param init Which ports are offered, and who chooses.
 * @returns The interface; each one has permissions of its own.
 * @throws `ConfigurationError` `ERR_INVALID_ARG_VALUE` — an option is wrong.
 * @example
 * ```ts
 * import { createSerial } from "anyserial/web-serial";
 *
 * const serial = createSerial({ choose: (ports) => ports[0] });
 * const port = await serial.requestPort({ filters: [{ usbVendorId: 0x303a }] });
 * await port.open({ baudRate: 115_200 });
 * ```
 */
export function createSerial(init: SerialInit = {}): Serial {
  checkOptions(init, INIT);
  const { choose, grant, service } = init;
  if (service !== undefined && typeof service?.list !== "function") {
    throw invalid("service", service, "a SerialService, such as createFakeSerialService() makes");
  }
  return new Serial({
    service: service ?? nativeService(init),
    choose: chooserOf(choose),
    isByPolicy: grant === undefined ? () => false : predicateOf("grant", grant),
  });
}

/** The global object of a program, as far as it concerns Web Serial. */
interface Scope {
  navigator?: unknown;
}

/**
 * Puts Web Serial where programs of a browser look for it: at `navigator.serial`, with the classes
 * `Serial` and `SerialPort` as globals. Where there is no `navigator`, as in Node.js 20, it is made.
 *
 * @param scope The global object.
 * @param init As for {@link createSerial}; or a `Serial` to install.
 * @returns The value of `navigator.serial` from now on; another call replaces it.
 * @throws As {@link createSerial}.
 * @example
 * ```ts
 * import { installWebSerial } from "anyserial/web-serial";
 *
 * installWebSerial(globalThis, { choose: { vid: 0x303a } });
 * await import("./page.js" as string); // uses navigator.serial
 * ```
 */
export function installWebSerial(scope: object, init: SerialInit | Serial = {}): Serial {
  if (typeof scope !== "object" || scope === null) {
    throw invalid("scope", scope, { expected: "an object", hint: "pass globalThis" });
  }
  const serial = init instanceof Serial ? init : createSerial(init);
  const own: Scope = scope;
  if (typeof own.navigator !== "object" || own.navigator === null) define(scope, "navigator", {});
  define(own.navigator as object, "serial", serial);
  define(scope, "Serial", Serial);
  define(scope, "SerialPort", SerialPort);
  return serial;
}

function define(object: object, name: string, value: unknown): void {
  Object.defineProperty(object, name, { value, configurable: true, writable: true });
}

function nativeService({ ports, others = [] }: SerialInit): SerialService {
  if (!Array.isArray(others)) throw invalid("others", others, "an array of paths");
  return createNativeService({
    isOffered: ports === undefined ? undefined : predicateOf("ports", ports),
    others: others.map(namedPort),
  });
}

function namedPort(port: NamedPort): PortInfo {
  const known = typeof port === "string" ? { path: port } : port;
  checkPath(known?.path);
  return createPortInfo(known);
}
