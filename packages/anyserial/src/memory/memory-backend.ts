// The in-memory backend: ports without a kernel, for tests and for `loop://`. The port itself is in
// memory-port.ts; the device behind it, down to the wires, in memory-end.ts.

import { invalid, isBoolean, isIntegerIn, isOneOf } from "../arguments/validate.ts";
import type { Backend, BackendPort, BlockingPort, OpenRequest } from "../backend/backend.ts";
import type { EffectiveConfig } from "../config/config.ts";
import { PortBusyError, PortNotFoundError, UnsupportedFeatureError } from "../errors/errors.ts";
import type { SerialCapabilities } from "../model/capabilities.ts";
import { MEMORY_LINE_ERRORS, type MemoryLineError } from "./byte-queue.ts";
import { MemoryDriver, type MemoryDriverOptions } from "./driver.ts";
import type { FaultPlan } from "./fault-plan.ts";
import { MemoryEnd } from "./memory-end.ts";
import { MemoryPort } from "./memory-port.ts";

/** Options of an in-memory port. */
export interface MemoryPortOptions extends MemoryDriverOptions {
  /**
   * Capacity of the port's input queue, and of its output queue, 2 to 16777216 bytes.
   * @defaultValue 4096
   */
  readonly bufferBytes?: number | undefined;
  /** Faults of this port. */
  readonly faults?: FaultPlan | undefined;
}

/** A test's access to one end of the cable, behind the port. */
export interface MemoryHooks {
  /** Unplugs the device: waiting operations reject, bytes queued in it are lost. */
  disconnect(): void;
  /** Plugs the device in again, so that it can be reopened. */
  reconnect(): void;
  /**
   * Lets the port receive a broken character, right behind the bytes received so far.
   *
   * @param error Kind of the error; `overrun` and `bufferOverflow` are counted only.
   * @param byte The character as it arrives, 0 to 255; without a meaning for a break.
   */
  injectError(error: MemoryLineError, byte?: number): void;
  /** Sets the ring indicator of the port. */
  setRing(asserted: boolean): void;
  /** Settings in force in the driver, also while the port is closed. */
  settings(): EffectiveConfig;
}

/** One end of a cable: a backend that opens it, at its path, and its hooks. */
export interface MemorySocket {
  /** Address that the backend opens. */
  readonly path: string;
  /** Opens the port; one at a time. */
  readonly backend: Backend;
  readonly hooks: MemoryHooks;
  /** As `hooks.injectError()`, behind the bytes that the other end has sent so far. */
  injectErrorBehind(error: MemoryLineError, byte?: number): void;
}

const DEFAULT_BUFFER_BYTES = 4096;
const MOST_BUFFER_BYTES = 16 * 1024 * 1024;

/**
 * Lays a null-modem cable: RTS arrives as CTS, DTR as DSR and DCD, and no byte is ever lost on the
 * way: a full receiver holds the sender back.
 *
 * @param a Options of the first port.
 * @param b Options of the second port.
 * @returns Its two ends; bytes sent while the other end is closed are lost.
 * @throws {@link ConfigurationError} `ERR_INVALID_ARG_VALUE` — an option is out of range.
 */
export function createMemoryCable(
  a: MemoryPortOptions = {},
  b: MemoryPortOptions = {},
): { readonly a: MemorySocket; readonly b: MemorySocket } {
  const ends = { a: createEnd("memory://a", a), b: createEnd("memory://b", b) };
  ends.a.connect(ends.b);
  return { a: createSocket(ends.a), b: createSocket(ends.b) };
}

/**
 * Makes a port that is connected to itself: RTS arrives as its own CTS, DTR as its own DSR and DCD.
 *
 * @param options Options of the port.
 * @returns Its only end.
 * @throws {@link ConfigurationError} `ERR_INVALID_ARG_VALUE` — an option is out of range.
 */
export function createMemoryLoop(options: MemoryPortOptions = {}): MemorySocket {
  return createSocket(createEnd("loop://", options));
}

/** Opens `loop://` addresses: every port is a loop of its own. */
export const loopBackend: Backend = createBackend((path) => createEnd(path, {}));

function createEnd(path: string, options: MemoryPortOptions): MemoryEnd {
  const { bufferBytes = DEFAULT_BUFFER_BYTES } = options;
  if (!isIntegerIn(bufferBytes, 2, MOST_BUFFER_BYTES)) {
    throw invalid("bufferBytes", bufferBytes, `an integer from 2 to ${MOST_BUFFER_BYTES} (bytes)`);
  }
  const { faults } = options;
  if (faults !== undefined && typeof faults.next !== "function") {
    throw invalid("faults", faults, {
      expected: "a FaultPlan",
      hint: "write new FaultPlan({ … })",
    });
  }
  const driver = new MemoryDriver(options);
  return new MemoryEnd({ path, driver, bufferBytes, faults });
}

function checkLineError(error: unknown, byte: unknown): void {
  if (!isOneOf(error, MEMORY_LINE_ERRORS)) {
    throw invalid("error", error, `one of ${MEMORY_LINE_ERRORS.join(", ")}`);
  }
  if (!isIntegerIn(byte, 0, 255)) throw invalid("byte", byte, "an integer from 0 to 255");
}

function createSocket(end: MemoryEnd): MemorySocket {
  return {
    path: end.path,
    backend: createBackend((path) => (path === end.path ? end : undefined), end.driver.platform),
    hooks: {
      disconnect: () => end.disconnect(),
      reconnect: () => end.reconnect(),
      injectError: (error, byte = 0) => {
        checkLineError(error, byte);
        end.fail(error, byte);
      },
      setRing: (asserted) => {
        if (!isBoolean(asserted)) throw invalid("asserted", asserted, "a boolean");
        end.setRing(asserted);
      },
      settings: () => end.driver.effectiveConfig(),
    },
    injectErrorBehind: (error, byte = 0) => {
      checkLineError(error, byte);
      end.failBehind(error, byte);
    },
  };
}

function createBackend(
  find: (path: string) => MemoryEnd | undefined,
  platform: SerialCapabilities = new MemoryDriver().platform,
): Backend {
  return {
    name: "memory",
    platformCapabilities: () => platform,
    open: async ({ path, config, onRefusal }: OpenRequest): Promise<BackendPort> => {
      const end = find(path);
      if (!end?.isPresent) throw notFound(path);
      if (end.isOpen) throw busy(path);
      return MemoryPort.open(end, config, onRefusal);
    },
    openBlocking: ({ path }: OpenRequest): BlockingPort => {
      throw notBlocking(path);
    },
  };
}

function notFound(path: string): PortNotFoundError {
  return new PortNotFoundError(`Cannot open port "${path}": no such port in memory (ENOENT)`, {
    code: "ENOENT",
    path,
    operation: "open",
  });
}

function busy(path: string): PortBusyError {
  return new PortBusyError(`Cannot open port "${path}": it is open already (EBUSY)`, {
    code: "EBUSY",
    path,
    operation: "open",
    hint: "close the port that is open: an in-memory port is opened once at a time",
  });
}

function notBlocking(path: string): UnsupportedFeatureError {
  return new UnsupportedFeatureError(
    `Cannot open port "${path}" for blocking use: while it waits, no other port could send to it`,
    {
      code: "ERR_SERIAL_UNSUPPORTED",
      path,
      operation: "open",
      hint: "use openSerialPort(), or a pty pair from openPtyPair()",
    },
  );
}
