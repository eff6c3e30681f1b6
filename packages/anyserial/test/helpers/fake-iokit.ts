// IOKit, Core Foundation and mach messages as C functions over a tree, behind the FFI seam: created
// objects are counted, releasing one too early or twice fails, and each call can be made to fail.

import type { CType, Ffi, NativeLibrary, Pointer } from "../../dist/ffi/ffi.js";
import type { IoNode } from "./io-tree.ts";

type Implementation = (...args: never[]) => unknown;

const IOKIT = "/System/Library/Frameworks/IOKit.framework/IOKit";
const FOUNDATION = "/System/Library/Frameworks/CoreFoundation.framework/CoreFoundation";
const UTF8 = 0x0800_0100;
const TYPE_IDS = { string: 7, number: 22, boolean: 21 };
const TIMED_OUT = 0x1000_4003;
/** kIOReturnNoMemory and the like: any number but 0. */
const REFUSED = 0x2bd | 0xe000_0000 | 0;

interface Notification {
  readonly className: string;
  readonly type: string;
  readonly pending: IoNode[];
  isArmed: boolean;
}

/** The frameworks of one machine. */
export class FakeIoKit implements Ffi {
  /** Libraries that were loaded, by path. */
  readonly loaded: string[] = [];
  /** Signatures by symbol. */
  readonly bound = new Map<string, string>();
  /** Calls by symbol, in order. */
  readonly calls: string[] = [];
  /** Rights that came with messages and were given back. */
  messagesDestroyed = 0;
  /** Functions that fail from now on. */
  readonly failing = new Set<string>();
  /** Result of the next mach_msg, in place of a message. */
  nextMessage: number | undefined;
  readonly #root: IoNode;
  /** Core Foundation objects, with their reference counts. */
  readonly #objects = new Map<Pointer, { readonly value: unknown; count: number }>();
  /** io_object_t: entries, iterators, notifications. */
  readonly #handles = new Map<number, IoNode | IoNode[] | Notification>();
  readonly #ports = new Set<Pointer>();
  #messages = 0;
  #next = 0x1000;

  constructor(root: IoNode) {
    this.#root = root;
  }

  /** Created and unreleased objects, io_objects and ports. */
  get alive(): number {
    return this.#objects.size + this.#handles.size + this.#ports.size;
  }

  /** A service comes or goes: the kernel sends a message to those that have taken all before. */
  happens(type: "IOServiceFirstMatch" | "IOServiceTerminate", service: IoNode): void {
    for (const handle of this.#handles.values()) {
      if (!("isArmed" in handle) || handle.type !== type) continue;
      handle.pending.push(service);
      if (handle.isArmed) this.#messages++;
      handle.isArmed = false;
    }
  }

  program(): NativeLibrary {
    return this.#library(this.#mach);
  }

  load(path: string): NativeLibrary {
    this.loaded.push(path);
    if (path === IOKIT) return this.#library(this.#ioKit);
    if (path === FOUNDATION) return this.#library(this.#foundation);
    throw new Error(`no library at ${path}`);
  }

  errno(): number {
    throw new Error("these functions set no errno");
  }

  callback(): Pointer {
    throw new Error("nothing calls back");
  }

  #library(functions: Record<string, Implementation>): NativeLibrary {
    const bind = <F>(symbol: string, returns: CType, ...[parameters]: [readonly CType[]]): F => {
      const implementation = functions[symbol];
      if (implementation === undefined) throw new Error(`no function ${symbol}`);
      this.bound.set(symbol, `${returns} ${parameters.join(" ")}`.trim());
      const call = (...args: never[]): unknown => {
        if (args.length !== parameters.length)
          throw new Error(`${symbol}: ${args.length} arguments`);
        this.calls.push(symbol);
        return implementation(...args);
      };
      return call as F;
    };
    return { has: (symbol) => Object.hasOwn(functions, symbol), address: () => 0n, bind };
  }

  readonly #ioKit: Record<string, Implementation> = {
    IOServiceMatching: (name: string) =>
      this.#fails("IOServiceMatching") ? null : this.#create({ matching: name }),
    IOServiceGetMatchingServices: (main: number, matching: Pointer, into: Uint8Array) => {
      if (main !== 0) throw new Error("not the main port");
      const className = this.#consume(matching);
      if (this.#fails("IOServiceGetMatchingServices")) return REFUSED;
      return this.#out(into, this.#hand(this.#ofClass(className)));
    },
    IOIteratorNext: (iterator: number) => {
      const handle = this.#handle(iterator);
      const rest = Array.isArray(handle) ? handle : (handle as Notification).pending;
      const node = rest.shift();
      if (node !== undefined) return this.#hand(node);
      if ("isArmed" in handle) handle.isArmed = true;
      return 0;
    },
    IOObjectRelease: (object: number) => {
      this.#handle(object);
      this.#handles.delete(object);
      return 0;
    },
    IOObjectConformsTo: (object: number, name: string) =>
      (this.#handle(object) as IoNode).classes.includes(name) ? 1 : 0,
    IORegistryEntryGetParentEntry: (entry: number, ...[plane, into]: [string, Uint8Array]) => {
      if (plane !== "IOService") throw new Error(`no plane ${plane}`);
      const child = this.#handle(entry) as IoNode;
      const parent = allOf(this.#root).find(({ children }) => children.includes(child));
      if (parent === undefined || this.#fails("IORegistryEntryGetParentEntry")) return REFUSED;
      return this.#out(into, this.#hand(parent));
    },
    IORegistryEntryGetChildIterator: (entry: number, ...[plane, into]: [string, Uint8Array]) => {
      if (plane !== "IOService") throw new Error(`no plane ${plane}`);
      const { children } = this.#handle(entry) as IoNode;
      if (this.#fails("IORegistryEntryGetChildIterator")) return REFUSED;
      return this.#out(into, this.#hand([...children]));
    },
    IORegistryEntryCreateCFProperty: (entry: number, ...rest: [Pointer, Pointer, number]) => {
      const [key, allocator, options] = rest;
      if (allocator !== 0n || options !== 0) throw new Error("unexpected options");
      const name = this.#object(key).value as string;
      const value = (this.#handle(entry) as IoNode).properties[name];
      return value === undefined ? null : this.#create(value);
    },
    IONotificationPortCreate: (main: number) => {
      if (main !== 0) throw new Error("not the main port");
      if (this.#fails("IONotificationPortCreate")) return null;
      const port = BigInt(this.#next++);
      this.#ports.add(port);
      return port;
    },
    IONotificationPortGetMachPort: (port: Pointer) => {
      if (!this.#ports.has(port)) throw new Error("no such port");
      return 0x1203;
    },
    IONotificationPortDestroy: (port: Pointer) => {
      if (!this.#ports.delete(port)) throw new Error("no such port");
    },
    IOServiceAddMatchingNotification: (
      port: Pointer,
      ...[type, matching, callback, context, into]: [string, Pointer, Pointer, Pointer, Uint8Array]
    ) => {
      if (!this.#ports.has(port)) throw new Error("no such port");
      if (callback !== 0n || context !== 0n) throw new Error("a callback that nothing dispatches");
      const className = this.#consume(matching);
      if (this.#fails(`IOServiceAddMatchingNotification ${type}`)) return REFUSED;
      const pending = type === "IOServiceFirstMatch" ? this.#ofClass(className) : [];
      return this.#out(into, this.#hand({ className, type, pending, isArmed: false }));
    },
  };

  readonly #foundation: Record<string, Implementation> = {
    CFStringCreateWithCString: (allocator: Pointer, ...[text, encoding]: [string, number]) => {
      if (allocator !== 0n || encoding !== UTF8) throw new Error("unexpected encoding");
      return this.#fails("CFStringCreateWithCString") ? null : this.#create(text);
    },
    CFRelease: (object: Pointer) => {
      const held = this.#object(object);
      if (--held.count === 0) this.#objects.delete(object);
    },
    CFGetTypeID: (object: Pointer) => {
      const { value } = this.#object(object);
      return TYPE_IDS[typeof value as keyof typeof TYPE_IDS] ?? 19;
    },
    CFStringGetTypeID: () => TYPE_IDS.string,
    CFNumberGetTypeID: () => TYPE_IDS.number,
    CFStringGetLength: (string: Pointer) => (this.#object(string).value as string).length,
    CFStringGetCString: (string: Pointer, ...rest: [Uint8Array, number, number]) => {
      const [into, size, encoding] = rest;
      const bytes = Buffer.from(`${this.#object(string).value}\0`, "utf8");
      if (encoding !== UTF8 || size !== into.length) throw new Error("unexpected encoding or size");
      if (bytes.length > size || this.#fails("CFStringGetCString")) return 0;
      into.set(bytes);
      return 1;
    },
    CFNumberGetValue: (number: Pointer, ...[type, into]: [number, Uint8Array]) => {
      if (type !== 4) throw new Error("not kCFNumberSInt64Type");
      if (this.#fails("CFNumberGetValue")) return 0;
      new DataView(into.buffer).setBigInt64(0, BigInt(this.#object(number).value as number), true);
      return 1;
    },
  };

  readonly #mach: Record<string, Implementation> = {
    mach_msg: (...args: [Uint8Array, number, number, number, number, number, number]) => {
      const [message, option, sendSize, receiveSize, port, timeoutMs] = args;
      if (option !== 0x102 || sendSize !== 0 || timeoutMs !== 0) throw new Error("would block");
      if (receiveSize !== message.length || port !== 0x1203) throw new Error("unexpected message");
      const scripted = this.nextMessage;
      this.nextMessage = undefined;
      if (scripted !== undefined) return scripted;
      if (this.#messages === 0) return TIMED_OUT;
      this.#messages--;
      return 0;
    },
    mach_msg_destroy: () => {
      this.messagesDestroyed++;
    },
  };

  #fails(symbol: string): boolean {
    return this.failing.has(symbol);
  }

  #ofClass(className: string): IoNode[] {
    return allOf(this.#root).filter(({ classes }) => classes.includes(className));
  }

  #create(value: unknown): Pointer {
    const pointer = BigInt(this.#next++);
    this.#objects.set(pointer, { value, count: 1 });
    return pointer;
  }

  /** IOKit releases the dictionary that it is given, also when it fails. */
  #consume(matching: Pointer): string {
    const { value } = this.#object(matching);
    this.#objects.delete(matching);
    return (value as { matching: string }).matching;
  }

  #object(pointer: Pointer): { readonly value: unknown; count: number } {
    const object = this.#objects.get(pointer);
    if (object === undefined) throw new Error(`object ${pointer} is not alive`);
    return object;
  }

  #hand(value: IoNode | IoNode[] | Notification): number {
    this.#handles.set(this.#next, value);
    return this.#next++;
  }

  #handle(object: number): IoNode | IoNode[] | Notification {
    const handle = this.#handles.get(object);
    if (handle === undefined) throw new Error(`io_object ${object} is not alive`);
    return handle;
  }

  #out(into: Uint8Array, object: number): number {
    if (into.length !== 4) throw new Error("io_object_t has 4 bytes");
    new DataView(into.buffer, into.byteOffset).setUint32(0, object, true);
    return 0;
  }
}

/** Every entry of a tree. */
function allOf(root: IoNode): IoNode[] {
  return [root, ...root.children.flatMap(allOf)];
}
