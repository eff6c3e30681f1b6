// THE CONTRACT between the library and a platform: how ports are opened, found and controlled. Their bytes
// are in channel.ts, emulated ports in emulated-port.ts. The conformance suite in testing/backend-suite.ts
// checks every promise written here, for every backend.
//
// Shared rules:
// - Methods without a promise never wait in the kernel, but for those that are called so.
// - Every failure is a SerialError that names the path and the operation.
// - After close() nothing else is called; close() is called once.

import type { EffectiveConfig, SerialConfig } from "../config/config.ts";
import type { LineTuning } from "../config/line-tuning.ts";
import type { OnRefusal, Outcome } from "../config/refusals.ts";
import type { SerialCapabilities } from "../model/capabilities.ts";
import type { LineErrorCounts } from "../model/line-error-counts.ts";
import type { ControlLines, ModemLineCounts, ModemLines } from "../model/modem-lines.ts";
import type { PortInfo } from "../model/port-info.ts";
import type { SerialDevice } from "../model/serial-device.ts";
import type { BlockingChannel, OpenPort } from "./channel.ts";
import type { EmulatedBackendPort } from "./emulated-port.ts";
import type { PortInspection } from "./port-inspection.ts";
import type { LinkOptions, PortLink } from "./port-link.ts";

/** What to open and how. */
export interface OpenRequest {
  /** Path or address. */
  readonly path: string;
  /** Validated settings. The policy was already applied to everything that the platform lacks. */
  readonly config: SerialConfig;
  /** What to do when the driver refuses an optional feature. */
  readonly onRefusal: OnRefusal;
  /** Certificates for a connection to another machine. */
  readonly tls?: TlsOptions | undefined;
  /** Details that stay in force until the port is closed; a backend without them ignores it. */
  readonly tuning?: LineTuning | undefined;
}

/** Certificates for an address with `+tls`, in PEM. */
export interface TlsOptions {
  /**
   * Authority of the server's certificate.
   * @defaultValue those of the runtime
   */
  readonly ca?: string | Uint8Array | undefined;
  /** Certificate of this client, with `key`. */
  readonly cert?: string | Uint8Array | undefined;
  /** Private key of this client. */
  readonly key?: string | Uint8Array | undefined;
  /**
   * Name in the server's certificate.
   * @defaultValue the host of the address
   */
  readonly servername?: string | undefined;
}

/** A kind of system. */
export interface Backend {
  /** `linux`, `memory`, … */
  readonly name: string;

  /** Capabilities of the platform; frozen, the same record every time. */
  platformCapabilities(): SerialCapabilities;

  /**
   * Opens and configures a port.
   *
   * Guarantee: the port is raw; with `discardInputOnOpen` bytes received before are discarded, as
   * early as they can be distinguished from new ones; it does not become the controlling terminal
   * and is not inherited by child processes. On failure nothing is left: no descriptor, no lock, no
   * changed setting.
   */
  open(request: OpenRequest): Promise<BackendPort>;

  /** The same port for blocking use; {@link Backend.open} and its guarantees otherwise. */
  openBlocking(request: OpenRequest): BlockingPort;

  /** Inspects a port without changing it; missing where the platform cannot. */
  readonly inspect?: (path: string) => PortInspection;

  /** Makes an emulated port; missing where the platform makes no ptys. */
  readonly createPty?: (name: string | undefined) => Promise<EmulatedBackendPort>;

  /** Claims a path for the link to a pty; there wherever ptys are made. */
  readonly claimLink?: (path: string, options: LinkOptions) => PortLink;

  /**
   * Lists ports as they are now, in no order; missing where the platform has no discovery.
   * Guarantee: a port that goes meanwhile is left out, it never makes the list fail.
   */
  readonly list?: (source: ListSource) => Promise<PortInfo[]>;

  /** The same by the source `native`, for a caller that blocks. */
  readonly listNow?: () => PortInfo[];

  /**
   * Describes one port, by its path or a link to it; `undefined` for a port that discovery does not
   * know.
   */
  readonly describe?: (path: string) => Promise<PortInfo | undefined>;

  /** Lists the devices that the system knows, ports or not; missing where it has no such list. */
  readonly devices?: () => Promise<SerialDevice[]>;

  /**
   * Brings the spellings of a port's path to one, to be compared; opens nothing. Missing where ports are
   * files, which links lead to.
   */
  readonly canonicalPath?: (path: string) => string;

  /** Starts to watch for ports that come and go; missing where the platform reports none. */
  readonly watch?: () => PortWatch;

  /**
   * The file system has no events for device nodes that come and go: only {@link Backend.watch}
   * has.
   */
  readonly isDeviceFolderSilent?: boolean;
}

/** Where a platform gets its list from: the kernel, or the database of udev. */
export type ListSource = "native" | "udev";

/** Reports when to read the list again. */
export interface PortWatch {
  /**
   * Waits for the next change; one call at a time. Guarantee: every change since the watch began is
   * reported; one report may stand for several.
   *
   * @param keepsAlive A pending call keeps the process alive, by default; `false` is a wish, which
   *   Linux grants.
   * @returns `undefined` after `close()`, also for a call that is pending then.
   */
  next(keepsAlive?: boolean): Promise<PortChange | undefined>;
  /** Stops; idempotent. */
  close(): void;
}

/** A change of the device nodes; the list shows which ports came. */
export interface PortChange {
  /** Paths of nodes that went, also where another one took the same name at once. */
  readonly gone: ReadonlySet<string>;
}

/** The output of a port, as it is waited for. */
export interface DrainedPort {
  /** Reads the settings back from the driver. */
  effectiveConfig(): EffectiveConfig;
  /** Accepted bytes are at the other side at once, as those of a pty are: nothing is ever queued. */
  readonly queuesNothing?: boolean;
  /** Bytes accepted that have not been handed to the hardware. */
  outputWaiting(): number;
  /**
   * Fails when queued bytes did not go out, though the queue is empty: the device went away, or a
   * write failed without a caller that waited for it.
   *
   * @param hadToWait The queue was not empty before.
   */
  checkSent(hadToWait: boolean): void;
  /** The transmitter is empty too; `undefined` where the driver cannot say. */
  isTransmitterEmpty(): boolean | undefined;
  /**
   * Resolves when the transmitter is empty, without blocking the event loop; called after
   * {@link DrainedPort.isTransmitterEmpty}, and missing where that always knows. Rejects with the
   * signal's reason.
   */
  flush?(signal: AbortSignal): Promise<void>;
  /**
   * The longest time that a number of bytes is given at the end of a port, in milliseconds; by
   * default some more than the line needs at its rate.
   */
  longestOutputMs?(bytes: number): number;
}

/** The answer of a call of {@link BackendPort} whose line may be at another machine. */
export type Answer = void | Promise<void>;

/** Calls of an open port that are answered at once. */
export interface PortControl extends DrainedPort {
  /** File descriptor; `undefined` where the platform has none. */
  readonly fd: number | undefined;
  /** The platform's record, refined by probes without side effects. */
  readonly capabilities: SerialCapabilities;
  /** The answer to the latest configuration, at first to that of opening. */
  readonly outcome: Outcome;
  /** Received bytes are PARMRK-escaped while `lineErrors` is `mark`. */
  readonly marksErrors: boolean;

  /**
   * Applies settings in one commit. Guarantee: on failure the settings from before are in force
   * again. Reads back and compares: a setting that the driver silently changed is a refusal, too.
   *
   * @returns The settings in force, and the refusals that were left out.
   * @throws {@link SerialError} — the driver fails, or refuses a setting and `onRefusal` is `stop`.
   */
  configure(config: SerialConfig, onRefusal: OnRefusal): Outcome;

  /** Bytes that a read would get now. */
  inputWaiting(): number;
  /** Discards queued bytes. */
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
  /** Whether the driver hands over received bytes at once, where it reports that. */
  isLowLatency?(): boolean | undefined;
  /** As {@link PortControl.lineErrorCounts}, and nothing where the driver does not count: an error takes a while. */
  lineErrorCountsIfAny?(): LineErrorCounts | undefined;
  /** Line errors counted by the driver; fails with `UnsupportedFeatureError` where it does not. */
  lineErrorCounts(): LineErrorCounts;

  /** Puts settings back, at process exit; the descriptor stays with the system. */
  restoreAtExit(): void;
}

/**
 * An open serial port. Where the line is at another machine, `configure`, `discard`, `setBreak` and
 * `setControlLines` return a promise of the answer.
 */
export interface BackendPort extends OpenPort, Omit<PortControl, "configure" | "modemLines"> {
  /** As {@link PortControl.configure}; a promise where the line is at another machine. */
  configure(config: SerialConfig, onRefusal: OnRefusal): Outcome | Promise<Outcome>;
  restoreAtExit(): void;
  /** Samples the input lines; a promise where they are at another machine. */
  modemLines(): ModemLines | Promise<ModemLines>;
  /** Resolves when the input lines may have changed. Rejects with the signal's reason. */
  waitModemLineChange(signal: AbortSignal): Promise<void>;
}

/** An open port for blocking use. */
export interface BlockingPort extends BlockingChannel, PortControl {
  /** Blocks until the transmitter is empty, where {@link DrainedPort.isTransmitterEmpty} cannot say. */
  flushBlocking(): void;
  /** Restores the settings that the port changed, and closes it. */
  closeBlocking(): void;
}
