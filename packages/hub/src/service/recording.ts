// The recording of a running service: its configuration, and the reason of its end. A failure here
// ends the recording at most, never the hub.

import { resolve } from "node:path";
import { SerialError } from "anyserial";
import { Recorder } from "../capture/recorder.ts";
import type { CaptureStatus } from "../model/status.ts";
import type { CaptureConfig, Hub, HubEvent } from "../model/types.ts";
import { errorOf } from "../process/error-of.ts";
import { settledWithin } from "../process/settled-within.ts";

/** Longest that an end waits for the disk, in milliseconds. */
const CLOSE_TIMEOUT_MS = 40;
/** Errors of the path itself: the caller's mistake, not a failure of the disk. */
const WRONG_PATH: readonly unknown[] = [
  "EACCES",
  "EEXIST",
  "EISDIR",
  "ELOOP",
  "ENAMETOOLONG",
  "ENOENT",
  "ENOTDIR",
  "EPERM",
];

/** A recorder with its state. */
export class Recording {
  readonly #recorder: Recorder;
  readonly #file: string;
  readonly #onError: (error: SerialError) => void;
  #error: SerialError | undefined;

  private constructor(config: CaptureConfig, onError: (error: SerialError) => void) {
    this.#file = config.file;
    this.#onError = onError;
    this.#recorder = new Recorder(config, {
      onError: (cause) => this.#fail(cause),
      onMoved: () => onError(movedError(config.file)),
    });
  }

  /**
   * Begins to record.
   *
   * @param config The configured recording.
   * @param directory Folder that a relative path starts from.
   * @param onError Is called with the failure that ended it, and when its file was removed or renamed.
   * @returns The recording; where the disk is full or broken, one that has ended.
   * @throws `ConfigurationError` `EEXIST` — something that is no capture is at the path.
   * @throws The system's error — the path cannot be used.
   */
  static async start(
    config: CaptureConfig,
    directory: string,
    onError: (error: SerialError) => void,
  ): Promise<Recording> {
    const file = resolve(directory, config.file);
    const recording = new Recording({ ...config, file }, onError);
    try {
      await recording.#recorder.open();
    } catch (error) {
      if (WRONG_PATH.includes((error as NodeJS.ErrnoException).code)) throw error;
      recording.#fail(errorOf(error));
    }
    return recording;
  }

  /** State, as JSON. */
  get status(): CaptureStatus {
    const state = { file: this.#file, lostPackets: this.#recorder.lost };
    if (this.#error === undefined) return { ...state, recording: true };
    return { ...state, recording: false, error: this.#error.message };
  }

  /** Records the traffic and the lines of a hub. @returns Ends it. */
  recordFrom(hub: Pick<Hub, "on">): () => void {
    const stopTraffic = hub.on("traffic", (point, bytes) =>
      this.#run(() => this.#recorder.onTraffic(point, bytes)),
    );
    const stopLines = hub.on("lines", (point) => this.#run(() => this.#recorder.onLines(point)));
    return () => {
      stopTraffic();
      stopLines();
    };
  }

  /** Records an event of a member. */
  onEvent(event: HubEvent): void {
    this.#run(() => this.#recorder.onEvent(event));
  }

  /** Writes the waiting blocks and ends, without waiting for a disk that hangs. */
  async close(): Promise<void> {
    await settledWithin(this.#recorder.close(), CLOSE_TIMEOUT_MS);
  }

  #run(record: () => void): void {
    if (this.#error !== undefined) return;
    try {
      record();
    } catch (error) {
      this.#fail(errorOf(error));
    }
  }

  /** Only the first failure ends it. */
  #fail(cause: Error): void {
    if (this.#error !== undefined) return;
    this.#error = failure(this.#file, cause);
    this.#onError(this.#error);
  }
}

function failure(file: string, cause: Error): SerialError {
  const { code } = cause as NodeJS.ErrnoException;
  const reason = code === "ENOSPC" ? "the disk is full" : cause.message;
  return new SerialError(`Cannot record to "${file}": ${reason} (${code ?? "no code"})`, {
    code: code ?? "ERR_SERIAL_CAPTURE",
    path: file,
    operation: "capture",
    hint: "recording has ended, the hub continues without it; make room and reload to record again",
    cause,
  });
}

function movedError(file: string): SerialError {
  return new SerialError(`Cannot find the recording "${file}": it was removed or renamed`, {
    code: "ERR_HUB_CAPTURE_MOVED",
    path: file,
    operation: "capture",
    hint: "the recording continues in a new file at the same path",
  });
}
