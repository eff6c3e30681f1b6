// The functions of the I/O registry of macOS that discovery needs. Implemented by iokit.ts; tests
// use a synthetic registry that counts references handed out and returned.

/** An entry of the registry; the caller that gets one releases it, once. */
export type IoEntry = number;

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
   * Makes the kernel report services of a class that come and go, from now on.
   *
   * @throws {@link SerialError} `ERR_SERIAL_IOKIT` — the kernel refuses.
   */
  notify(className: string): IoNotifications;
}

/** Services that come and go. */
export interface IoNotifications {
  /** Mach port on which a message waits while there is something to take. */
  readonly machPort: number;
  /** Takes the changes since the last call, without waiting. */
  take(): IoChanges;
  /** Stops, and gives everything back. */
  close(): void;
}

/** Changes of a class. */
export interface IoChanges {
  /** Services that came; to be released. */
  readonly arrived: readonly IoEntry[];
  /** Services that went; their properties can still be read. To be released. */
  readonly gone: readonly IoEntry[];
}
