// The options of a recorder and of a replay. Types only.

/** Options of `Recorder`, beside the configuration. */
export interface RecorderOptions {
  /** Receives the failure that ended the recording; called once at most. */
  readonly onError: (error: Error) => void;
  /** Called when the file was removed or renamed; the recording continues in a new file. */
  readonly onMoved?: (() => void) | undefined;
}

/** Where a replay sends: `Hub.inject()`, or the same through a control socket. */
export type Inject = (network: string, member: string, bytes: Uint8Array) => Promise<void>;

/** Options of `replay()`. */
export interface ReplayOptions {
  /** Where to send. */
  readonly inject: Inject;
  /** Factor: how much faster than it was recorded; `Infinity` does not wait at all. @defaultValue 1 */
  readonly speed?: number | undefined;
  /** Network to send into. @defaultValue the one that was recorded */
  readonly network?: string | undefined;
  /** Members whose messages are sent; all by default. */
  readonly members?: readonly string[] | undefined;
  /** Stops. */
  readonly signal?: AbortSignal | undefined;
  /** Time in milliseconds and waiting, for tests. */
  readonly clock?: ReplayClock | undefined;
}

/** Time, as a replay needs it. */
export interface ReplayClock {
  /** Milliseconds since any moment. */
  now(): number;
  /**
   * Waits.
   *
   * @param delayMs How long, in milliseconds.
   * @throws `signal.reason` — the signal is aborted.
   */
  wait(delayMs: number, signal: AbortSignal | undefined): Promise<void>;
}
