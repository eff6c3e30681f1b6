// What discovery asks of the I/O registry of macOS, and nothing else. Implemented by iokit.ts; tests
// bring a synthetic one that counts what is handed out and what comes back.

/** An entry of the registry; whoever gets one releases it, once. */
export type IoEntry = number;

/** The registry. */
export interface IoRegistry {
  /**
   * Finds the services of a class that are there now.
   *
   * @throws {@link SerialError} `ERR_SERIAL_IOKIT` — the kernel refuses.
   */
  services(className: string): IoEntry[];
  /** The entry's provider; `undefined` at the root, and for an entry that is gone. */
  parent(entry: IoEntry): IoEntry | undefined;
  /** The entry's clients. */
  children(entry: IoEntry): IoEntry[];
  /** The entry is of a class, or of one that inherits from it. */
  isA(entry: IoEntry, className: string): boolean;
  /** A property of the entry; `undefined` where it has none that is a text or a number. */
  property(entry: IoEntry, key: string): string | number | undefined;
  release(entry: IoEntry): void;
  /**
   * Has the kernel tell of services of a class that come and go, from now on.
   *
   * @throws {@link SerialError} `ERR_SERIAL_IOKIT` — the kernel refuses.
   */
  notify(className: string): IoNotifications;
}

/** Services that come and go. */
export interface IoNotifications {
  /** Mach port on which a message waits while there is something to take. */
  readonly machPort: number;
  /** Takes what happened since the last call, without waiting. */
  take(): IoChanges;
  /** Stops, and gives everything back. */
  close(): void;
}

/** What happened. */
export interface IoChanges {
  /** Services that came; to be released. */
  readonly arrived: readonly IoEntry[];
  /** Services that went; their properties can still be read. To be released. */
  readonly gone: readonly IoEntry[];
}
