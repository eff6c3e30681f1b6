// THE CONTRACT between the library and a platform. One asynchronous interface; how a platform
// waits (readiness, completion, memory) is its own affair. The conformance suite in
// testing/backend-suite.ts checks every promise written here, for every backend.
//
// Shared rules:
// - Methods without a promise never wait in the kernel.
// - Every failure is a SerialError that names the path and the operation.
// - After close() nothing else is called; close() is called once.

import type { SerialCapabilities } from "../capabilities.ts";
import type { EffectiveConfig, SerialConfig } from "../config.ts";
import type { SerialError } from "../errors.ts";
import type { ControlLines, ModemLineCounts, ModemLines } from "../modem-lines.ts";
import type { PortInfo } from "../port-info.ts";
import type { PortInspection } from "../port-inspection.ts";
import type { SerialDevice } from "../serial-device.ts";

/**
 * Settles what the driver refused or silently changed, by the caller's policy: throws the error
 * under `raise`, warns once or does nothing otherwise.
 */
export type SettleUnsupported = (setting: string, error: SerialError) => void;

/** What to open and how. */
export interface OpenRequest {
  /** Path or address. */
  readonly path: string;
  /** Validated settings, with everything that the platform cannot do already settled. */
  readonly config: SerialConfig;
  /** Called when the driver refuses an optional feature: returns to go on without it. */
  readonly settle: SettleUnsupported;
}

/** Errors on the line, counted since the driver was loaded. */
export interface LineErrorCounts {
  /** Characters without a valid stop bit. */
  readonly framing: number;
  /** Characters with the wrong parity. */
  readonly parity: number;
  /** Characters lost in the hardware. */
  readonly overrun: number;
  /** Breaks received. */
  readonly break: number;
  /** Characters lost because the kernel's buffer was full. */
  readonly bufferOverflow: number;
}

/** A kind of system. */
export interface Backend {
  /** `linux`, `memory`, … */
  readonly name: string;

  /** What the platform can do; frozen, the same record every time. */
  platformCapabilities(): SerialCapabilities;

  /**
   * Opens and configures a port.
   *
   * Guarantee: the port is raw, its input is empty, it does not become the controlling terminal
   * and is not inherited by child processes. On failure nothing is left: no descriptor, no lock,
   * no changed setting.
   */
  open(request: OpenRequest): Promise<BackendPort>;

  /** The same port for blocking use; {@link Backend.open} and its guarantees otherwise. */
  openBlocking(request: OpenRequest): BlockingPort;

  /** Looks at a port without changing it; missing where the platform cannot. */
  readonly inspect?: (path: string) => PortInspection;

  /** Makes an emulated port; missing where the platform makes no ptys. */
  readonly createPty?: (name: string | undefined) => PtyBackendPort;

  /**
   * Lists ports as they are now, in no order; missing where the platform has no discovery.
   * Guarantee: a port that goes meanwhile is left out, it never makes the list fail.
   */
  readonly list?: (source: ListSource) => Promise<PortInfo[]>;

  /** Describes one port, by its path or a link to it; `undefined` for what discovery does not know. */
  readonly describe?: (path: string) => Promise<PortInfo | undefined>;

  /** Lists the devices that the system knows, ports or not; missing where it has no such list. */
  readonly devices?: () => Promise<SerialDevice[]>;

  /**
   * Brings the spellings of a port's path to one, to be compared; opens nothing. Missing where ports are
   * files, which links lead to.
   */
  readonly canonicalPath?: (path: string) => string;

  /** Starts to watch for ports that come and go; missing where the platform tells of none. */
  readonly watch?: () => PortWatch;

  /** The file system tells nothing of device nodes that come and go: only {@link Backend.watch} does. */
  readonly isDeviceFolderSilent?: boolean;
}

/** Where a platform gets its list from: the kernel, or the database of udev. */
export type ListSource = "native" | "udev";

/** Tells when to look at the list again. */
export interface PortWatch {
  /**
   * Waits for the next change; one call at a time. Guarantee: no change since the watch began goes
   * untold, several may be told as one. A pending call keeps the process alive.
   *
   * @returns `undefined` after `close()`, also for a call that is pending then.
   */
  next(): Promise<PortChange | undefined>;
  /** Stops; idempotent. */
  close(): void;
}

/** What happened to the device nodes; which ports came is for the list to say. */
export interface PortChange {
  /** Paths of nodes that went, also where another one took the same name at once. */
  readonly gone: ReadonlySet<string>;
}

/** What an open port answers at once, whichever way its bytes are waited for. */
export interface PortControl {
  /** File descriptor; `undefined` where the platform has none. */
  readonly fd: number | undefined;
  /** The platform's record, refined by probes without side effects. */
  readonly capabilities: SerialCapabilities;
  /** Received bytes are PARMRK-escaped while `lineErrors` is `mark`. */
  readonly marksErrors: boolean;

  /**
   * Applies settings in one commit. Guarantee: on failure the settings from before are in force
   * again. Reads back and compares: what the driver silently changed goes to `settle`.
   */
  configure(config: SerialConfig, settle: SettleUnsupported): void;
  /** Reads the settings back from the driver. */
  effectiveConfig(): EffectiveConfig;

  /** Bytes that a receive would get now. */
  inputWaiting(): number;
  /** Bytes that the kernel has not handed to the hardware. */
  outputWaiting(): number;
  /** Throws away what is queued. */
  discard(queue: "input" | "output"): void;

  /** Asserts or clears the break condition. */
  setBreak(asserted: boolean): void;
  /** Samples the input lines. */
  modemLines(): ModemLines;
  /** Sets the named output lines, leaves the others. */
  setControlLines(lines: ControlLines): void;
  /** Edges counted by the driver; `undefined` where it does not count. */
  modemLineCounts(): ModemLineCounts | undefined;
  /** Whether an edge that the levels show already may be counted later; not where this is missing. */
  countsLinesLate?(): boolean;
  /** Line errors counted by the driver; fails with `UnsupportedFeatureError` where it does not. */
  lineErrorCounts(): LineErrorCounts;

  /** Puts settings back, at process exit; the descriptor stays with the system. */
  restoreAtExit(): void;
}

/** An open port. At most one read and one write are pending at a time. */
export interface BackendPort extends PortControl {
  /** System calls made for data, for `stats()`; updated in place. */
  readonly counters: IoCounters;
  /**
   * Called once, from a task of its own, when the device goes away while nobody waits on it.
   */
  onDisconnect: ((error: SerialError) => void) | undefined;

  /**
   * Reads 1 to `into.length` bytes. Answers at once with the count when bytes are there, else with
   * a promise. The promise settles to 0 only after {@link BackendPort.cancelRead}, and then no byte
   * was consumed. Rejects or throws with `SerialDisconnectedError` when the device is gone.
   */
  read(into: Uint8Array): number | Promise<number>;
  /** Ends the pending read; without one it does nothing. */
  cancelRead(): void;

  /**
   * Writes 1 to `data.length` bytes of a view that is not empty. Answers at once when the kernel
   * takes some, else with a promise that settles to 0 only after {@link BackendPort.cancelWrite}.
   */
  write(data: Uint8Array): number | Promise<number>;
  /** Ends the pending write; without one it does nothing. */
  cancelWrite(): void;
  /** Writes what the kernel takes at once: 0 when its buffer is full. */
  tryWrite(data: Uint8Array): number;

  /**
   * Resolves when the kernel's output queue is empty; with `exact`, when the transmitter's own
   * FIFO is empty too. Rejects with the signal's reason.
   */
  drain(exact: boolean, signal: AbortSignal): Promise<void>;

  /** Resolves when the input lines may have changed. Rejects with the signal's reason. */
  waitModemLineChange(signal: AbortSignal): Promise<void>;

  /**
   * Puts back what the port changed outside its own settings and closes it. Bytes still queued go
   * out for as long as the line needs; the rest is discarded.
   *
   * @returns Bytes discarded.
   */
  close(): Promise<number>;
  /** Closes without waiting, for a port that was garbage-collected. */
  abandon(): void;
}

/** An open port for blocking use: each call waits in the kernel for at most `timeoutMs`. */
export interface BlockingPort extends PortControl {
  /** Reads 1 to `into.length` bytes; 0 when the time is over. */
  readBlocking(into: Uint8Array, timeoutMs: number): number;
  /** Writes some bytes; 0 when the time is over. */
  writeBlocking(data: Uint8Array, timeoutMs: number): number;
  /** Waits until the output is out; `false` when the time is over. */
  drainBlocking(exact: boolean, timeoutMs: number): boolean;
  /** Waits without doing anything else. */
  sleepBlocking(durationMs: number): void;
  /** Puts back what the port changed and closes it. */
  closeBlocking(): void;
}

/**
 * The controller of an emulated port. Reads and writes what the application writes and reads; an
 * application that is not there is waited for, never an error.
 */
export interface PtyBackendPort extends BackendPort {
  /** Path that an application opens. */
  readonly devicePath: string;
  /** Somebody has the device open. */
  isApplicationOpen(): boolean;
  /** Bytes that the application could read now and has not. */
  unreadBytes(): number;
  /** Throws away what the application has not read. */
  discardUnread(): void;
  /** A write would be accepted, at least in part. */
  isWritable(): boolean;
  /** How the application has set its terminal. */
  terminalMode(): TerminalMode;
  /** Called when the device may have been opened or closed; does not keep the process alive. */
  onPresence: (() => void) | undefined;
  /** Reads what is there now; 0 when nothing is. */
  tryRead(into: Uint8Array): number;
  /**
   * Calls a listener when a read may find something: in place of waiting reads, edge-triggered.
   * Keeps the process alive; `undefined` ends it.
   */
  listen(listener: ReadinessListener | undefined): void;
  /** Has the listener told, once, when a write would find room. */
  tellWritable(): void;
}

/** Hears when a port is ready. */
export interface ReadinessListener {
  /** Read until a read finds less than it asked for. @returns Whether anything was read. */
  onReadable(): boolean;
  onWritable(): void;
}

/** Modes of a terminal that matter for raw bytes. */
export interface TerminalMode {
  /** Bytes pass as they are: no line editing and no output processing. */
  readonly raw: boolean;
  /** What is sent to the application comes back. */
  readonly echo: boolean;
}

/** System calls made for data. */
export interface IoCounters {
  readCalls: number;
  writeCalls: number;
  /** Calls that found nothing to read or no room. */
  wouldBlock: number;
  /** Times that an operation waited. */
  waits: number;
}

/** Builds counters at zero. */
export function createIoCounters(): IoCounters {
  return { readCalls: 0, writeCalls: 0, wouldBlock: 0, waits: 0 };
}
