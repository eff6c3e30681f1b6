// Everything that the checks decide on: gathered once, plain data, so that a recorded set of facts is
// a test. `undefined` means that it could not be seen.

import type { PortInfo, PortInspection } from "anyserial";
import type { SerialDevice } from "anyserial/internal";

/** The machine and the process. */
export interface SystemFacts {
  readonly platform: string;
  readonly kernel: string;
  readonly arch: string;
  /** Runtime and its version. */
  readonly runtime: string;
  /** `ID` of /etc/os-release. */
  readonly distribution: string | undefined;
  readonly isContainer: boolean;
  readonly isWsl: boolean;
  /** /sys/class/tty can be listed. */
  readonly hasSysfs: boolean;
  /** Why this user may watch no files; `undefined` where it may. */
  readonly watchFailure?: WatchFailureFacts | undefined;
}

/** The limits of inotify, one of which is reached. */
export interface WatchFailureFacts {
  /** `EMFILE` at the limit of instances, `ENOSPC` at that of watches. */
  readonly code: string;
  readonly maxInstances: number | undefined;
  readonly maxWatches: number | undefined;
  /** Processes with most instances, as far as this user sees them. */
  readonly holders: readonly {
    readonly pid: number;
    readonly name: string;
    readonly instances: number;
  }[];
}

/** The user that runs the command. */
export interface UserFacts {
  readonly name: string;
  readonly uid: number;
  /** Group ids of this session. */
  readonly groups: readonly number[];
  /** Groups that the user database gives, by name: a new session would have them. */
  readonly memberOf: readonly string[];
}

/** The file at the path. */
export interface NodeFacts {
  readonly kind: "missing" | "dangling-link" | "device" | "other";
  /** Where a link leads, resolved as far as it goes. */
  readonly target: string | undefined;
  /** Permission bits; of the device, not of a link. */
  readonly mode: number | undefined;
  readonly uid: number | undefined;
  readonly gid: number | undefined;
  readonly owner: string | undefined;
  readonly group: string | undefined;
}

/** A process that has the port open. */
export interface HolderFacts {
  readonly pid: number;
  readonly name: string;
  readonly command: string;
  /** It holds an flock on the device. */
  readonly hasLock: boolean;
}

/** The process that made an emulated port: it has the controller of the pty open. */
export interface MakerFacts {
  readonly pid: number;
  readonly name: string;
  readonly command: string;
}

/** Why a call of the library failed. */
export interface FailureFacts {
  readonly name: string;
  readonly code: string;
  readonly message: string;
  /** The library's hint. */
  readonly hint?: string | undefined;
  /** Message of the error's cause. */
  readonly cause?: string | undefined;
}

/** Settings of the adapter in sysfs. */
export interface AdapterFacts {
  readonly driver: string | undefined;
  /** FTDI latency timer, in milliseconds. */
  readonly latencyTimerMs: number | undefined;
  readonly latencyTimerFile: string | undefined;
  readonly isLatencyTimerWritable: boolean;
  /** USB power management: `auto` may suspend the adapter. */
  readonly powerControl: string | undefined;
  readonly powerControlFile: string | undefined;
}

/** Result of requesting a rate. */
export interface RateFacts {
  /** Rate asked for, in baud. */
  readonly asked: number;
  /** Rate read back, in baud; `undefined` when the driver refused. */
  readonly taken: number | undefined;
  readonly failure: FailureFacts | undefined;
}

/** ModemManager. */
export interface ModemManagerFacts {
  readonly pid: number;
  /** A udev rule makes it ignore the device; `undefined` where this cannot be read. */
  readonly ignoresDevice: boolean | undefined;
}

/** A port that a process of this user has open. */
export interface OpenPortFacts {
  readonly path: string;
  readonly pid: number;
  readonly name: string;
  /** Bytes waiting to be read by it. */
  readonly unreadBytes: number | undefined;
}

/** A USB adapter that is plugged in and that no driver has taken. */
export interface UnboundAdapterFacts {
  /** USB vendor and product id, four hexadecimal digits each. */
  readonly vid: string;
  readonly pid: string;
  /** Driver that knows it. */
  readonly driver: string;
}

/** All of it. */
export interface Facts {
  /** The examined path; `undefined` when the whole machine is examined. */
  readonly path: string | undefined;
  /** Why the library can use no port at all. */
  readonly koffi: FailureFacts | undefined;
  readonly system: SystemFacts;
  readonly user: UserFacts;
  readonly node: NodeFacts | undefined;
  /** Ports that discovery sees. */
  readonly ports: readonly PortInfo[];
  /** Terminals beside the path, such as `/dev/ttyUSB0` beside `/dev/ttyUSB1`. */
  readonly siblings: readonly string[];
  /** Links of /dev/serial that lead nowhere. */
  readonly danglingLinks: readonly string[];
  readonly info: PortInfo | undefined;
  readonly holders: readonly HolderFacts[];
  readonly maker: MakerFacts | undefined;
  /** First and second inspection, a moment apart; counters that differ are rising now. */
  readonly inspections: readonly PortInspection[];
  readonly failure: FailureFacts | undefined;
  readonly rate: RateFacts | undefined;
  readonly adapter: AdapterFacts | undefined;
  readonly modemManager: ModemManagerFacts | undefined;
  /** Kernel messages about the port and its driver, newest last; `undefined` where not readable. */
  readonly kernelLog: readonly string[] | undefined;
  readonly openPorts: readonly OpenPortFacts[];
  readonly unboundAdapters: readonly UnboundAdapterFacts[];
  /** Serial devices that Windows knows, also those that are no port now. */
  readonly devices: readonly SerialDevice[];
}
