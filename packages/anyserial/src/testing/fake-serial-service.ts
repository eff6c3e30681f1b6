// createFakeSerialService(): ports for Web Serial that a test plugs in and pulls out, each with the
// device at its other end.

import { checkOptions, type OptionSpec } from "../arguments/options.ts";
import { invalid, isOneOf } from "../arguments/validate.ts";
import { type EffectiveConfig, type SerialConfigInput, settingsFor } from "../config/config.ts";
import type { PortEvent } from "../discovery/port-events.ts";
import { PortNotFoundError } from "../errors/errors.ts";
import type { MemoryLineError } from "../memory/byte-queue.ts";
import {
  createMemoryCable,
  type MemoryPortOptions,
  type MemorySocket,
} from "../memory/memory-backend.ts";
import { createPortInfo, type PortInfo } from "../model/port-info.ts";
import { openWith } from "../port/open.ts";
import type { SerialPort } from "../port/serial-port.ts";
import type { OpenedPort, SerialService } from "../web-serial/service.ts";
import { FAILURES, Failures, type FakeFailure, failing } from "./failing-port.ts";

/** A port to add. */
export interface FakeSerialPortOptions extends MemoryPortOptions {
  /**
   * Path of the port.
   * @defaultValue `/dev/ttyFAKE0`, and so on
   */
  readonly path?: string | undefined;
  /** USB vendor id, 0 to 65535; without it the port is no USB device. */
  readonly vid?: number | undefined;
  /** USB product id, 0 to 65535. */
  readonly pid?: number | undefined;
  /** USB serial number: with it, the device is known again at another path. */
  readonly serialNumber?: string | undefined;
  /** Text for people. */
  readonly description?: string | undefined;
}

/** A port that was added. */
export interface FakeSerialPort {
  /** The port as a chooser gets it; another record after `plugIn()` at another path. */
  readonly info: PortInfo;
  /**
   * The device at the other end of the port: the program reads the bytes that it sends. Its RTS is the
   * program's CTS, its DTR the program's DSR and DCD, and the other way round.
   */
  readonly device: SerialPort;
  /** Settings that the program has in force, also while the port is closed. */
  settings(): EffectiveConfig;
  /** Unplugs the device: pending reads and writes fail, `disconnect` is fired. */
  unplug(): void;
  /**
   * Plugs it in again: `connect` is fired.
   *
   * @param path Another path for the device.
   */
  plugIn(path?: string): void;
  /**
   * Lets the program receive a broken character, behind the bytes that the device has sent so far.
   *
   * @param error Kind of the error; `overrun` and `bufferOverflow` are seen with the next byte.
   * @param byte The character, 0 to 255.
   */
  injectError(error: MemoryLineError, byte?: number): void;
  /** Sets the program's ring indicator. */
  setRing(asserted: boolean): void;
  /**
   * Lets the next operation of the program fail, or the one that is pending.
   *
   * @param operation Which one.
   * @param error The error; by default a `SerialError` with the code `EIO`.
   */
  fail(operation: FakeFailure, error?: Error): void;
}

/** Ports for `createSerial({ service })`. */
export interface FakeSerialService extends SerialService, AsyncDisposable {
  /**
   * Plugs a new device in.
   *
   * @param options Properties of its port; and how its driver differs from one that can do everything.
   * @throws `ConfigurationError` `ERR_INVALID_ARG_VALUE` — an option is wrong, or the path is taken.
   */
  addPort(options?: FakeSerialPortOptions): Promise<FakeSerialPort>;
  /** Unplugs every port, and closes the devices; never rejects. */
  close(): Promise<void>;
}

const PORT: OptionSpec = {
  known: [
    "path",
    "vid",
    "pid",
    "serialNumber",
    "description",
    "bufferBytes",
    "faults",
    "features",
    "takeBaudRate",
  ],
};

/**
 * Makes ports for Web Serial without hardware.
 *
 * @returns A service without ports, for `createSerial({ service })`.
 * @example
 * ```ts
 * import { createFakeSerialService } from "anyserial/testing";
 * import { createSerial } from "anyserial/web-serial";
 *
 * await using service = createFakeSerialService();
 * const fake = await service.addPort({ vid: 0x303a, pid: 0x1001 });
 * const serial = createSerial({ service, choose: {} });
 * const port = await serial.requestPort();
 * await port.open({ baudRate: 115_200 });
 * await fake.device.send(Uint8Array.of(1, 2, 3));
 * fake.injectError("break");
 * fake.unplug();
 * ```
 */
export function createFakeSerialService(): FakeSerialService {
  const ports: FakePort[] = [];
  const watchers = new Set<(event: PortEvent) => void>();
  const close = async (): Promise<void> => {
    for (const port of ports) port.unplug();
    await Promise.all(ports.map(({ device }) => device.close()));
  };
  const report = (event: PortEvent): void => {
    for (const watcher of watchers) watcher(event);
  };
  return {
    list: async () => ports.filter(({ isPresent }) => isPresent).map(({ info }) => info),
    watch: (onEvent) => {
      const watcher = (event: PortEvent): void => onEvent(event);
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    open: async ({ path }, config) => {
      const port = ports.find(({ info, isPresent }) => isPresent && info.path === path);
      if (port !== undefined) return port.open(config);
      throw new PortNotFoundError(`Cannot open port "${path}": no such port (ENOENT)`, {
        code: "ENOENT",
        path,
        operation: "open",
      });
    },
    addPort: async (options = {}) => {
      checkOptions(options, PORT);
      const path = options.path ?? `/dev/ttyFAKE${ports.length}`;
      if (ports.some(({ info }) => info.path === path)) throw invalid("path", path, "a new path");
      const port = await FakePort.create({ ...options, path }, report);
      ports.push(port);
      report({ type: "added", port: port.info });
      return port;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

class FakePort implements FakeSerialPort {
  info: PortInfo;
  readonly device: SerialPort;
  isPresent = true;
  readonly #socket: MemorySocket;
  readonly #failures = new Failures();
  readonly #report: (event: PortEvent) => void;

  constructor(
    info: PortInfo,
    ends: { readonly device: SerialPort; readonly socket: MemorySocket },
    report: (event: PortEvent) => void,
  ) {
    this.info = info;
    this.device = ends.device;
    this.#socket = ends.socket;
    this.#report = report;
  }

  static async create(
    options: FakeSerialPortOptions & { readonly path: string },
    report: (event: PortEvent) => void,
  ): Promise<FakePort> {
    const { path, vid, pid, serialNumber, description, ...driver } = options;
    const { a: socket, b } = createMemoryCable(driver);
    const device = await open(b, {});
    const info = createPortInfo({ path, vid, pid, serialNumber, description });
    return new FakePort(info, { device, socket }, report);
  }

  async open(config: SerialConfigInput): Promise<OpenedPort> {
    this.#failures.throwIfDue("open");
    return failing(await open(this.#socket, config), this.#failures);
  }

  settings(): EffectiveConfig {
    return this.#socket.hooks.settings();
  }

  unplug(): void {
    if (!this.isPresent) return;
    this.isPresent = false;
    this.#socket.hooks.disconnect();
    this.#report({ type: "removed", port: this.info });
  }

  plugIn(path: string = this.info.path): void {
    if (this.isPresent) return;
    this.isPresent = true;
    const { name: _old, ...known } = this.info;
    this.info = createPortInfo({ ...known, path });
    this.#socket.hooks.reconnect();
    this.#report({ type: "added", port: this.info });
  }

  injectError(error: MemoryLineError, byte?: number): void {
    this.#socket.injectErrorBehind(error, byte);
  }

  setRing(asserted: boolean): void {
    this.#socket.hooks.setRing(asserted);
  }

  fail(operation: FakeFailure, error?: Error): void {
    if (!isOneOf(operation, FAILURES)) {
      throw invalid("operation", operation, `one of ${FAILURES.join(", ")}`);
    }
    this.#failures.add(operation, error);
  }
}

function open(socket: MemorySocket, config: SerialConfigInput): Promise<SerialPort> {
  const target = { path: socket.path, info: undefined };
  return openWith(socket.backend, target, settingsFor("other", config));
}
