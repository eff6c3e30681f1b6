// The I/O registry through IOKit and Core Foundation: <IOKit/IOKitLib.h>, <mach/message.h>. Loaded
// by the path of the framework on first use; other systems do not have it. No thread and no
// callback: a notification is a message on a mach port, and only its arrival counts, because the
// iterators have the changes.

import { SerialError, type SerialErrorDetails } from "../errors/errors.ts";
import type { Ffi, NativeLibrary, Pointer } from "../ffi/ffi.ts";
import { bindCoreFoundation, type CoreFoundation, type Reference } from "./core-foundation.ts";
import type { IoChanges, IoEntry, IoNotifications, IoRegistry } from "./io-registry.ts";

/** Since macOS 11 the file is in the dynamic loader's cache only: loading it by this path works. */
const FRAMEWORK = "/System/Library/Frameworks/IOKit.framework/IOKit";
/** MACH_PORT_NULL stands for kIOMainPortDefault. */
const MAIN_PORT = 0;
const SERVICE_PLANE = "IOService";
const NULL: Pointer = 0n;
/** `<IOKit/IOKitKeys.h>` */
const kIOFirstMatchNotification = "IOServiceFirstMatch";
const kIOTerminatedNotification = "IOServiceTerminate";
/** `<mach/message.h>` */
const MACH_RCV_MSG = 0x2;
const MACH_RCV_TIMEOUT = 0x100;
const MACH_RCV_TIMED_OUT = 0x1000_4003;
const MACH_RCV_TOO_LARGE = 0x1000_4004;
/** A notification is under 200 bytes with its trailer. */
const MESSAGE_BYTES = 1024;

interface IoKitCalls {
  readonly matching: (className: string) => Reference;
  readonly matchingServices: (main: number, matching: Pointer, iterator: Uint8Array) => number;
  readonly next: (iterator: number) => number;
  readonly release: (object: number) => number;
  readonly parent: (entry: number, plane: string, parent: Uint8Array) => number;
  readonly children: (entry: number, plane: string, iterator: Uint8Array) => number;
  readonly conformsTo: (entry: number, className: string) => number;
  readonly property: (
    entry: number,
    key: Pointer,
    allocator: Pointer,
    options: number,
  ) => Reference;
  readonly createPort: (main: number) => Reference;
  readonly machPort: (port: Pointer) => number;
  readonly destroyPort: (port: Pointer) => void;
  readonly addNotification: (
    port: Pointer,
    type: string,
    matching: Pointer,
    callback: Pointer,
    context: Pointer,
    iterator: Uint8Array,
  ) => number;
}

interface MachCalls {
  readonly receive: (
    message: Uint8Array,
    option: number,
    sendSize: number,
    receiveSize: number,
    port: number,
    timeoutMs: number,
    notify: number,
  ) => number;
  readonly destroy: (message: Uint8Array) => void;
}

/**
 * Opens the registry; only macOS has it.
 *
 * @param ffi Foreign-function interface.
 * @throws {@link SerialError} `ERR_SERIAL_IOKIT` — the frameworks do not load.
 */
export function openIoKit(ffi: Ffi): IoRegistry {
  try {
    const calls = bindIoKit(ffi.load(FRAMEWORK));
    const mach = bindMach(ffi.program());
    return new IoKit(calls, mach, bindCoreFoundation(ffi));
  } catch (cause) {
    throw refusal("IOKit did not load", { cause });
  }
}

function bindIoKit(library: NativeLibrary): IoKitCalls {
  return {
    matching: library.bind("IOServiceMatching", "pointer", ["string"]),
    matchingServices: library.bind("IOServiceGetMatchingServices", "int", [
      "uint",
      "pointer",
      "bytes",
    ]),
    next: library.bind("IOIteratorNext", "uint", ["uint"]),
    release: library.bind("IOObjectRelease", "int", ["uint"]),
    parent: library.bind("IORegistryEntryGetParentEntry", "int", ["uint", "string", "bytes"]),
    children: library.bind("IORegistryEntryGetChildIterator", "int", ["uint", "string", "bytes"]),
    conformsTo: library.bind("IOObjectConformsTo", "int", ["uint", "string"]),
    property: library.bind("IORegistryEntryCreateCFProperty", "pointer", [
      "uint",
      "pointer",
      "pointer",
      "uint",
    ]),
    createPort: library.bind("IONotificationPortCreate", "pointer", ["uint"]),
    machPort: library.bind("IONotificationPortGetMachPort", "uint", ["pointer"]),
    destroyPort: library.bind("IONotificationPortDestroy", "void", ["pointer"]),
    addNotification: library.bind("IOServiceAddMatchingNotification", "int", [
      "pointer",
      "string",
      "pointer",
      "pointer",
      "pointer",
      "bytes",
    ]),
  };
}

function bindMach(library: NativeLibrary): MachCalls {
  return {
    receive: library.bind("mach_msg", "int", [
      "bytes",
      "int",
      "uint",
      "uint",
      "uint",
      "uint",
      "uint",
    ]),
    destroy: library.bind("mach_msg_destroy", "void", ["bytes"]),
  };
}

class IoKit implements IoRegistry {
  readonly #calls: IoKitCalls;
  readonly #mach: MachCalls;
  readonly #foundation: CoreFoundation;

  constructor(calls: IoKitCalls, mach: MachCalls, foundation: CoreFoundation) {
    this.#calls = calls;
    this.#mach = mach;
    this.#foundation = foundation;
  }

  services(className: string): IoEntry[] {
    const cell = new Uint32Array(1);
    // The call consumes the dictionary, also when it fails.
    const matching = this.#matching(className);
    const result = this.#calls.matchingServices(MAIN_PORT, matching, bytesOf(cell));
    check("IOServiceGetMatchingServices", result);
    return this.#finish(cell[0] as number);
  }

  parent(entry: IoEntry): IoEntry | undefined {
    const cell = new Uint32Array(1);
    const result = this.#calls.parent(entry, SERVICE_PLANE, bytesOf(cell));
    return result === 0 && cell[0] !== 0 ? cell[0] : undefined;
  }

  children(entry: IoEntry): IoEntry[] {
    const cell = new Uint32Array(1);
    const result = this.#calls.children(entry, SERVICE_PLANE, bytesOf(cell));
    return result === 0 ? this.#finish(cell[0] as number) : [];
  }

  isA(entry: IoEntry, className: string): boolean {
    return this.#calls.conformsTo(entry, className) !== 0;
  }

  property(entry: IoEntry, key: string): string | number | undefined {
    return this.#foundation.withString(key, (name) => {
      if (name === null) return undefined;
      const value = this.#calls.property(entry, name, NULL, 0);
      if (value === null) return undefined;
      try {
        return this.#foundation.read(value);
      } finally {
        this.#foundation.release(value);
      }
    });
  }

  release(entry: IoEntry): void {
    this.#calls.release(entry);
  }

  notify(className: string): IoNotifications {
    const port = this.#calls.createPort(MAIN_PORT);
    if (port === null) throw failed("IONotificationPortCreate", 0);
    const iterators: number[] = [];
    const close = (): void => {
      for (const iterator of iterators) this.#calls.release(iterator);
      this.#calls.destroyPort(port);
    };
    try {
      for (const type of [kIOFirstMatchNotification, kIOTerminatedNotification]) {
        iterators.push(this.#addNotification(port, type, className));
      }
      const [arrivals, departures] = iterators as [number, number];
      const machPort = this.#calls.machPort(port);
      const take = (): IoChanges => {
        this.#receiveAll(machPort);
        return { arrived: this.#drain(arrivals), gone: this.#drain(departures) };
      };
      // Services that are there already are reported first; taking them arms the notification.
      for (const entries of Object.values(take())) for (const one of entries) this.release(one);
      return { machPort, take, close };
    } catch (error) {
      close();
      throw error;
    }
  }

  #addNotification(port: Pointer, type: string, className: string): number {
    const cell = new Uint32Array(1);
    const matching = this.#matching(className); // consumed, as above
    // Without a callback: nothing dispatches the messages of this port.
    const add = this.#calls.addNotification;
    check("IOServiceAddMatchingNotification", add(port, type, matching, NULL, NULL, bytesOf(cell)));
    return cell[0] as number;
  }

  #matching(className: string): Pointer {
    const matching = this.#calls.matching(className);
    if (matching === null) throw failed("IOServiceMatching", 0);
    return matching;
  }

  /** A message carries a right to its iterator, which is given back; it says nothing else of use. */
  #receiveAll(machPort: number): void {
    const message = new Uint8Array(MESSAGE_BYTES);
    const option = MACH_RCV_MSG | MACH_RCV_TIMEOUT;
    for (;;) {
      const result = this.#mach.receive(message, option, 0, message.length, machPort, 0, 0);
      if (result === MACH_RCV_TIMED_OUT) return;
      if (result === MACH_RCV_TOO_LARGE) continue; // the kernel has dropped it
      check("mach_msg", result);
      this.#mach.destroy(message);
    }
  }

  #finish(iterator: number): IoEntry[] {
    try {
      return this.#drain(iterator);
    } finally {
      this.#calls.release(iterator);
    }
  }

  #drain(iterator: number): IoEntry[] {
    const entries: IoEntry[] = [];
    for (let entry = this.#calls.next(iterator); entry !== 0; entry = this.#calls.next(iterator)) {
      entries.push(entry);
    }
    return entries;
  }
}

function bytesOf(cell: Uint32Array): Uint8Array {
  return new Uint8Array(cell.buffer);
}

function check(syscall: string, result: number): void {
  if (result !== 0) throw failed(syscall, result);
}

function failed(syscall: string, result: number): SerialError {
  const code = `0x${(result >>> 0).toString(16)}`;
  return refusal(`${syscall} failed (${code})`, { syscall });
}

function refusal(
  reason: string,
  details: Pick<SerialErrorDetails, "syscall" | "cause">,
): SerialError {
  return new SerialError(`Cannot ask the system for its ports: ${reason}`, {
    ...details,
    code: "ERR_SERIAL_IOKIT",
    hint: "name the path of the port: opening does not need the list",
  });
}
