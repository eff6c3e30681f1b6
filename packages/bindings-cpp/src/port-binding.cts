// An open port as SerialPortStream wants it: a port of anyserial behind the interface of a binding.

import type {
  BindingPortInterface,
  OpenOptions,
  PortStatus,
  SetOptions,
  UpdateOptions,
} from "@serialport/bindings-interface";
import type { Core, CorePort, CoreTransfers } from "./core.cts";
import { type Call, translated } from "./error-text.cts";
import { BindingsError, notOpen } from "./errors.cts";
import type { Platform } from "./settings.cts";
import type {
  DarwinOpenOptions,
  LinuxOpenOptions,
  LinuxPortStatus,
  LinuxSetOptions,
  WindowsOpenOptions,
} from "./types.cts";

/**
 * What a binding hands over after opening.
 *
 * @internal
 */
export interface Opened<O> {
  readonly core: Core;
  readonly port: CorePort;
  readonly options: O;
}

/** A port without a descriptor of the system: a COM port, or one on another machine. */
const NO_DESCRIPTOR = -1;
/** State that is no part of the public type: a private field would tell the class from that of the original. */
const STATE: unique symbol = Symbol("state");

interface State {
  readonly core: Core;
  readonly port: CorePort;
  readonly transfers: CoreTransfers;
  readonly platform: Platform;
  writing: Promise<void> | null;
}

/** An open port; each system has its class. */
class PortBinding<O extends { path: string; baudRate: number }> {
  readonly openOptions: O;
  /** The descriptor; -1 where the system has none for the port, `null` once it is closed. */
  fd: number | null;
  /** @internal */
  readonly [STATE]: State;

  /** @internal */
  constructor({ core, port, options }: Opened<O>, platform: Platform) {
    this.openOptions = options;
    this.fd = port.fd ?? NO_DESCRIPTOR;
    this[STATE] = { core, port, transfers: core.transfersOf(port), platform, writing: null };
  }

  /** `true` until `close()` is called, also after the device is gone. */
  get isOpen(): boolean {
    return this.fd !== null;
  }

  /**
   * Resolves when the port can no longer be used: with the cause when the device went away, with `undefined`
   * after `close()`.
   *
   * @internal
   */
  get closed(): Promise<Error | undefined> {
    return this[STATE].port.closed;
  }

  /**
   * Closes the port; a read and a write that wait are canceled.
   *
   * @throws {@link Error} it is not open.
   */
  async close(): Promise<void> {
    check(this);
    this.fd = null;
    await this[STATE].port.close();
  }

  /**
   * Reads bytes as soon as any are there.
   *
   * @param buffer Gets them.
   * @param offset Where to begin, in bytes.
   * @param length Most bytes to read.
   * @returns The buffer, and the number of bytes, 1 or more.
   * @throws {@link BindingsError} `canceled` is `true` after `close()`; else the device is gone.
   */
  async read(
    buffer: Buffer,
    offset: number,
    length: number,
  ): Promise<{ buffer: Buffer; bytesRead: number }> {
    checkRange(buffer, offset, length);
    check(this);
    try {
      const into = new Uint8Array(buffer.buffer, buffer.byteOffset + offset, length);
      const received = this[STATE].transfers.receiveInto(into, canceled);
      // Awaited only where it has to be: each await takes its time from the stream.
      return { buffer, bytesRead: typeof received === "number" ? received : await received };
    } catch (error) {
      throw failure(this, error, "read");
    }
  }

  /**
   * Writes bytes.
   *
   * @param buffer Bytes; must not change until the promise is settled.
   * @returns Resolves when the system has them.
   * @throws {@link BindingsError} `canceled` is `true` after `close()`; else the device is gone.
   */
  async write(buffer: Buffer): Promise<void> {
    if (!Buffer.isBuffer(buffer)) throw new TypeError('"buffer" is not a Buffer');
    check(this);
    const state = this[STATE];
    const before = state.writing;
    const sent = before === null ? sendNow(this, buffer) : sendAfter(before, this, buffer);
    if (sent === undefined) return;
    const writing = settled(this, sent);
    state.writing = writing;
    try {
      await writing;
    } finally {
      if (state.writing === writing) state.writing = null;
    }
  }

  /**
   * Changes the rate.
   *
   * @param options.baudRate Symbols per second.
   * @throws {@link BindingsError} the driver refuses it.
   */
  async update(options: UpdateOptions): Promise<void> {
    checkOptions(options);
    if (typeof options.baudRate !== "number") {
      throw new TypeError('"options.baudRate" is not a number');
    }
    await request(this, "baudRate", (port) => port.configure({ baudRate: options.baudRate }));
  }

  /**
   * Sets break, DTR and RTS, each of them also where another one fails. A port without such lines, as an
   * emulated one, has nothing to set.
   *
   * @param options Levels; a missing one is off.
   * @throws {@link BindingsError} the driver refuses one.
   */
  async set(options: SetOptions): Promise<void> {
    checkOptions(options);
    const { brk, dtr, lowLatency, rts } = options as LinuxSetOptions;
    await request(this, "set", async (port) => {
      const hasLines = port.capabilities.modemLines !== "unsupported";
      const lines = { dtr: Boolean(dtr), rts: Boolean(rts) };
      const results = await Promise.allSettled([
        port.setBreak(Boolean(brk)),
        hasLines && port.setControlLines(lines),
        lowLatency !== undefined && port.configure({ lowLatency: Boolean(lowLatency) }),
      ]);
      const failed = results.find(({ status }) => status === "rejected");
      if (failed !== undefined) throw (failed as PromiseRejectedResult).reason;
    });
  }

  /**
   * Reads the input lines.
   *
   * @throws {@link BindingsError} the port has none.
   */
  async get(): Promise<PortStatus> {
    const { cts, dcd, dsr } = await request(this, "get", (port) => port.modemLines());
    return { cts, dsr, dcd };
  }

  /**
   * Reads the rate that the driver has in force.
   *
   * @throws {@link BindingsError} the device is gone.
   */
  async getBaudRate(): Promise<{ baudRate: number }> {
    const { baudRate } = await request(this, "baudRate", (port) => port.effectiveConfig());
    return { baudRate };
  }

  /**
   * Discards received bytes that were not read, and written bytes that were not sent.
   *
   * @throws {@link BindingsError} the device is gone.
   */
  async flush(): Promise<void> {
    await request(this, "flush", async (port) => {
      await port.discardInput();
      await port.discardOutput();
    });
  }

  /**
   * Waits until everything that was written is sent.
   *
   * @throws {@link BindingsError} the device is gone, or the port is closed meanwhile.
   */
  async drain(): Promise<void> {
    check(this);
    await this[STATE].writing;
    await request(this, "drain", (port) => port.drainExact());
  }
}

type AnyBinding = PortBinding<{ path: string; baudRate: number }>;

function check(binding: AnyBinding): void {
  if (!binding.isOpen) throw notOpen();
}

async function request<T>(
  binding: AnyBinding,
  call: Call,
  make: (port: CorePort) => Promise<T>,
): Promise<T> {
  check(binding);
  try {
    return await make(binding[STATE].port);
  } catch (error) {
    throw failure(binding, error, call);
  }
}

/** @returns A promise where the write has to wait. */
function sendNow(binding: AnyBinding, buffer: Buffer): Promise<unknown> | undefined {
  try {
    return binding[STATE].transfers.send(buffer);
  } catch (error) {
    throw failure(binding, error, "write");
  }
}

async function sendAfter(
  before: Promise<void>,
  binding: AnyBinding,
  buffer: Buffer,
): Promise<void> {
  await before.catch(() => undefined); // its caller gets the error
  await binding[STATE].transfers.send(buffer);
}

async function settled(binding: AnyBinding, sent: Promise<unknown>): Promise<void> {
  try {
    await sent;
  } catch (error) {
    throw failure(binding, error, "write");
  }
}

/**
 * The error of a read or a write whose port is closed. A program that closes its port gets it each time, and its stack
 * would take as long as all system calls of the closing: it has none.
 */
function canceled(): BindingsError {
  const { stackTraceLimit } = Error;
  Reflect.set(Error, "stackTraceLimit", 0); // a program may have frozen it
  const error = new BindingsError("Canceled", { canceled: true });
  Reflect.set(Error, "stackTraceLimit", stackTraceLimit);
  return error;
}

function failure(binding: AnyBinding, error: unknown, call: Call): unknown {
  if (error instanceof BindingsError) return error;
  if (!binding.isOpen) return canceled();
  const { baudRate, path } = binding.openOptions;
  return translated(error, { call, path, baudRate, platform: binding[STATE].platform });
}

/** An open port on Linux, and on the systems without a binding of their own. */
export class LinuxPortBinding
  extends PortBinding<Required<LinuxOpenOptions>>
  implements BindingPortInterface
{
  /** Only `open()` of the binding makes one. */
  constructor(made: never);
  /** @internal */
  constructor(opened: Opened<Required<LinuxOpenOptions>>);
  constructor(opened: Opened<Required<LinuxOpenOptions>>) {
    super(opened, "linux");
  }

  /** Reads the input lines, and whether the driver hands over received bytes at once. */
  override async get(): Promise<LinuxPortStatus> {
    const lines = await super.get();
    const { core, port } = this[STATE];
    return { ...lines, lowLatency: core.isLowLatency(port) === true };
  }

  /** As {@link PortBinding.set}, with `lowLatency`. */
  override async set(options: LinuxSetOptions): Promise<void> {
    await super.set(options);
  }
}

/** An open port on macOS. */
export class DarwinPortBinding
  extends PortBinding<Required<DarwinOpenOptions>>
  implements BindingPortInterface
{
  /** Only `open()` of the binding makes one. */
  constructor(made: never);
  /** @internal */
  constructor(opened: Opened<Required<DarwinOpenOptions>>);
  constructor(opened: Opened<Required<DarwinOpenOptions>>) {
    super(opened, "darwin");
  }
}

/** An open port on Windows. */
export class WindowsPortBinding
  extends PortBinding<Required<OpenOptions>>
  implements BindingPortInterface
{
  /** Only `open()` of the binding makes one. */
  constructor(made: never);
  /** @internal */
  constructor(opened: Opened<Required<WindowsOpenOptions>>);
  constructor(opened: Opened<Required<WindowsOpenOptions>>) {
    super(opened, "win32");
  }

  /** The write that waits. */
  get writeOperation(): Promise<void> | null {
    return this[STATE].writing;
  }
}

function checkOptions(options: unknown): void {
  if (options === null || typeof options !== "object" || Array.isArray(options)) {
    throw new TypeError('"options" is not an object');
  }
}

function checkRange(buffer: Buffer, offset: number, length: number): void {
  if (!Buffer.isBuffer(buffer)) throw new TypeError('"buffer" is not a Buffer');
  checkInteger("offset", offset);
  checkInteger("length", length);
  if (buffer.length < offset + length) throw new Error("buffer is too small");
}

function checkInteger(name: string, value: number): void {
  if (typeof value === "number" && !Number.isNaN(value)) return;
  const got = Number.isNaN(value) ? "NaN" : typeof value;
  throw new TypeError(`"${name}" is not an integer got "${got}"`);
}
