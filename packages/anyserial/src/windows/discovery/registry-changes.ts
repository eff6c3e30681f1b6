// Changes of the keys in which Windows keeps its ports: the list of serial devices, which a driver
// fills when its port comes, and the interfaces of COM ports, which are linked a moment later. Why not
// CM_Register_Notification: ADR 0012.

import { SerialError } from "../../errors/errors.ts";
import type { Ffi, Pointer } from "../../ffi/ffi.ts";
import { type EventWaiter, waitForEvents } from "../completion/event-waiter.ts";
import { bindEvents, type EventCalls } from "../completion/events.ts";
import type { Handle } from "../kernel32-calls.ts";
import type { Registry } from "./registry.ts";

const CLASSES = "SYSTEM\\CurrentControlSet\\Control\\DeviceClasses";
/** In each list, the first key that is there is watched, with all below it. */
const KEYS = [
  ["HARDWARE\\DEVICEMAP"],
  [`${CLASSES}\\{86e0d1e0-8089-11d0-9ce4-08003e301f73}`, CLASSES],
] as const;
const ERROR_FILE_NOT_FOUND = 2;
/** A key that was deleted while it was watched. */
const ERROR_KEY_DELETED = 1018;
const MISSING: readonly number[] = [ERROR_FILE_NOT_FOUND, ERROR_KEY_DELETED];

export interface ChangeListener {
  readonly onChange: () => void;
  readonly onFailed: (error: SerialError) => void;
}

/** Changes, from its making to its end. */
export interface ChangeSource {
  /** Keeps the process alive, or not; at first not. */
  setAlive(alive: boolean): void;
  close(): void;
}

/** Starts to watch; later changes are reported, several at once perhaps. */
export type WatchChanges = (listener: ChangeListener) => ChangeSource;

/** Calls of the system. */
export interface ChangeParts {
  readonly registry: Registry;
  readonly calls: EventCalls;
  readonly pointerSize: 4 | 8;
  /** Waits for events; a parameter for tests. */
  readonly wait?: typeof waitForEvents;
}

export function changeParts(ffi: Ffi, registry: Registry, pointerSize: 4 | 8): ChangeParts {
  return { registry, pointerSize, calls: bindEvents(ffi, pointerSize) };
}

/**
 * Watches the registry.
 *
 * @param parts Calls.
 * @param listener Called with changes, each in a task of its own.
 * @returns The watch.
 * @throws {@link SerialError} `ERR_SERIAL_DISCOVERY` — no key can be watched, or no handle is left.
 */
export function watchRegistry(parts: ChangeParts, listener: ChangeListener): ChangeSource {
  return new RegistryChanges(parts, listener);
}

interface WatchedKey {
  readonly paths: readonly string[];
  readonly event: Handle;
  key: Pointer | undefined;
}

class RegistryChanges implements ChangeSource {
  readonly #parts: ChangeParts;
  readonly #listener: ChangeListener;
  readonly #keys: WatchedKey[] = [];
  readonly #waiter: EventWaiter;

  constructor(parts: ChangeParts, listener: ChangeListener) {
    this.#parts = parts;
    this.#listener = listener;
    const { calls, pointerSize, wait = waitForEvents } = parts;
    try {
      for (const paths of KEYS) this.#watch(paths);
      if (!this.#keys.some(({ key }) => key !== undefined))
        throw refused("RegOpenKeyExW", ERROR_FILE_NOT_FOUND);
    } catch (error) {
      this.#closeKeys();
      for (const { event } of this.#keys) calls.close(event);
      throw error;
    }
    const waiter = wait({
      calls,
      pointerSize,
      events: this.#keys.map(({ event }) => event),
      onSet: (place) => this.#onSet(place),
      onFailed: (cause) => this.#onFailed(cause),
    });
    if (typeof waiter === "number") {
      this.#closeKeys();
      throw refused("CreateEventW", -waiter);
    }
    this.#waiter = waiter;
  }

  setAlive(alive: boolean): void {
    this.#waiter.setAlive(alive);
  }

  close(): void {
    this.#waiter.close();
    this.#closeKeys(); // sets their events, which are no longer waited for
  }

  #watch(paths: readonly string[]): void {
    const event = this.#parts.calls.create();
    if (event < 0) throw refused("CreateEventW", -event);
    const watched: WatchedKey = { paths, event, key: undefined };
    this.#keys.push(watched);
    this.#arm(watched);
  }

  /** Requests the next change before the list is read, so that none between the two is missed. */
  #onSet(place: number): void {
    const watched = this.#keys[place];
    if (watched === undefined) return;
    try {
      this.#arm(watched);
    } catch (error) {
      this.close();
      this.#listener.onFailed(error as SerialError); // the errors of #arm()
      return;
    }
    this.#listener.onChange();
  }

  #arm(watched: WatchedKey): void {
    const { registry } = this.#parts;
    const event = BigInt(watched.event);
    for (;;) {
      const before = watched.key;
      this.#open(watched);
      if (watched.key === undefined) return;
      const error = registry.notify(watched.key, event);
      if (error === 0) return;
      this.#close(watched);
      if (error !== ERROR_KEY_DELETED || before === undefined)
        throw refused("RegNotifyChangeKeyValue", error);
    }
  }

  #open(watched: WatchedKey): void {
    for (const path of watched.key === undefined ? watched.paths : []) {
      const opened = this.#parts.registry.open(path);
      if ("error" in opened) {
        if (MISSING.includes(opened.error)) continue;
        throw refused("RegOpenKeyExW", opened.error); // else changes of this list would go unnoticed
      }
      watched.key = opened.key;
      return;
    }
  }

  #onFailed(cause: unknown): void {
    this.#closeKeys();
    this.#listener.onFailed(
      new SerialError("Cannot watch ports: the thread that waits for changes ended", {
        code: "ERR_SERIAL_READINESS",
        operation: "watch",
        cause,
        hint: "see the cause: a thread needs some handles and memory",
      }),
    );
  }

  #close(watched: WatchedKey): void {
    if (watched.key !== undefined) this.#parts.registry.close(watched.key);
    watched.key = undefined;
  }

  #closeKeys(): void {
    for (const watched of this.#keys) this.#close(watched);
  }
}

function refused(syscall: string, winerror: number): SerialError {
  return new SerialError(`Cannot watch ports: ${syscall} failed (${winerror})`, {
    code: "ERR_SERIAL_DISCOVERY",
    operation: "watch",
    syscall,
    winerror,
    hint: "list the ports again when you need them",
  });
}
