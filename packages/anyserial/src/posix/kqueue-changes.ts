// Nodes that come and go in the device folder, reported by EVFILT_VNODE of kqueue(2). That filter
// names no node and some device file systems do not feed it: the names are compared, and also
// polled while a caller waits.

import { lstatSync } from "node:fs";
import { join } from "node:path";
import type { PortChange } from "../backend/backend.ts";
import { SerialError } from "../errors/errors.ts";
import { clearTimeout, setTimeout } from "../process/timers.ts";
import type { BsdFamilyAbi } from "./bsd-abi.ts";
import type { Libc } from "./libc.ts";
import type { ChangeSource } from "./port-changes.ts";
import { ReadableWait } from "./readable-wait.ts";
import { type KqueueCalls, KqueueChanges, KqueueEvents } from "./readiness/kqueue.ts";
import type { Readiness } from "./readiness/readiness.ts";

/** `<sys/event.h>`: the same on every system. */
const EV_ADD = 0x1;
const EV_CLEAR = 0x20;
const NOTE_WRITE = 0x2;
const NOTE_EXTEND = 0x4;
const NOTE_ATTRIB = 0x8;
const NOTE_LINK = 0x10;
const NO_TIME = new Uint8Array(16);
const POLL_MS = 1000;

/** Dependencies of the watch. */
export interface KqueueChangesParts {
  readonly abi: BsdFamilyAbi;
  readonly kqueue: () => KqueueCalls;
  readonly libc: Libc;
  readonly readiness: Readiness;
  /** Folder of the device nodes. */
  readonly dev: string;
  /** Names of the nodes that are ports. */
  readonly names: () => string[];
  /** How to open the folder: `O_RDONLY`, or `O_EVTONLY` on macOS. */
  readonly openFlags: number;
  /**
   * Interval of polling the names besides, in milliseconds.
   * @defaultValue 1000
   */
  readonly pollMs?: number;
}

interface Running {
  readonly kq: number;
  readonly folder: number;
  readonly readable: ReadableWait;
}

/** Watches the device folder. */
export class KqueueNodeChanges implements ChangeSource {
  readonly #parts: KqueueChangesParts;
  readonly #events: KqueueEvents;
  #calls: KqueueCalls | undefined;
  #running: Running | undefined;
  /** Identity of each node by its path: another one may take the name. */
  #known = new Map<string, string>();

  constructor(parts: KqueueChangesParts) {
    this.#parts = parts;
    this.#events = new KqueueEvents(parts.abi.kqueue, 1);
  }

  start(): void {
    const { abi, dev, libc, openFlags, readiness } = this.#parts;
    this.#calls ??= this.#parts.kqueue();
    const folder = check("open", libc.open(dev, openFlags | abi.O_CLOEXEC));
    let kq = -1;
    try {
      kq = check("kqueue", this.#calls.create());
      check("kevent", this.#calls.change(kq, folderChange(abi, folder)));
      this.#running = { kq, folder, readable: new ReadableWait(readiness, kq) };
    } catch (error) {
      if (kq >= 0) this.#calls.close(kq);
      libc.close(folder);
      throw error;
    }
    this.#known = this.#check();
  }

  stop(): void {
    if (this.#running === undefined) return;
    const { kq, folder, readable } = this.#running;
    this.#running = undefined;
    readable.close();
    this.#calls?.close(kq);
    this.#parts.libc.close(folder);
  }

  async wait(): Promise<void> {
    const { pollMs = POLL_MS } = this.#parts;
    const readable = this.#running?.readable;
    const timer = setTimeout(() => readable?.cancel(), pollMs);
    await readable?.wait().finally(() => clearTimeout(timer));
  }

  cancelWait(): void {
    this.#running?.readable.cancel();
  }

  take(): PortChange | undefined {
    if (this.#running === undefined) return undefined;
    // Takes the event out, so that the next one is reported.
    this.#calls?.wait(this.#running.kq, this.#events.bytes, this.#events.capacity, NO_TIME);
    const before = this.#known;
    const after = this.#check();
    this.#known = after;
    const gone = new Set([...before.keys()].filter((path) => after.get(path) !== before.get(path)));
    const isSame = gone.size === 0 && before.size === after.size;
    return isSame ? undefined : { gone };
  }

  #check(): Map<string, string> {
    const nodes = this.#parts.names().map((name) => join(this.#parts.dev, name));
    return new Map(nodes.map((path) => [path, identityOf(path)]));
  }
}

function folderChange(abi: BsdFamilyAbi, folder: number): Uint8Array {
  return new KqueueChanges(abi.kqueue.kevent).pack({
    ident: folder,
    filter: abi.kqueue.EVFILT_VNODE,
    flags: EV_ADD | EV_CLEAR,
    fflags: NOTE_WRITE | NOTE_EXTEND | NOTE_ATTRIB | NOTE_LINK,
  });
}

function identityOf(path: string): string {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  return stat === undefined ? "" : `${stat.ino} ${stat.rdev}`;
}

function check(syscall: string, result: number): number {
  if (result >= 0) return result;
  throw new SerialError(`Cannot watch devices: ${syscall} failed (errno ${-result})`, {
    code: "ERR_SERIAL_KQUEUE",
    errno: -result,
    syscall,
    hint: "check that the folder of the device nodes is there and that descriptors are left",
  });
}
