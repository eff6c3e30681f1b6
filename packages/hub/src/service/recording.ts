// The recording of a running service: what is in force, and why it ended.

import { resolve } from "node:path";
import { SerialError } from "anyserial";
import { Recorder } from "../capture/recorder.ts";
import type { CaptureStatus } from "../status.ts";
import type { CaptureConfig } from "../types.ts";

/** Longest that an end waits for the disk, in milliseconds. */
const CLOSE_TIMEOUT_MS = 40;

/** A recorder with its state. */
export class Recording {
  readonly recorder: Recorder;
  readonly #file: string;
  #error: SerialError | undefined;

  private constructor(config: CaptureConfig, onError: (error: SerialError) => void) {
    this.#file = config.file;
    this.recorder = new Recorder(config, {
      onError: (cause) => {
        this.#error = describe(config.file, cause);
        onError(this.#error);
      },
    });
  }

  /**
   * Begins to record.
   *
   * @param config What the configuration says.
   * @param directory Folder that a relative path starts from.
   * @param onError Hears of the failure that ended it; called once at most.
   * @returns The recording.
   */
  static async start(
    config: CaptureConfig,
    directory: string,
    onError: (error: SerialError) => void,
  ): Promise<Recording> {
    const file = resolve(directory, config.file);
    const recording = new Recording({ ...config, file }, onError);
    await recording.recorder.open();
    return recording;
  }

  /** State, as JSON. */
  get status(): CaptureStatus {
    const state = { file: this.#file, lostPackets: this.recorder.lost };
    if (this.#error === undefined) return { ...state, recording: true };
    return { ...state, recording: false, error: this.#error.message };
  }

  /** Writes what waits and ends; a disk that hangs is not waited for. */
  async close(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<void>((resolveLate) => {
      timer = setTimeout(resolveLate, CLOSE_TIMEOUT_MS);
    });
    await Promise.race([this.recorder.close().catch(() => undefined), tooLate]);
    clearTimeout(timer);
  }
}

function describe(file: string, cause: Error): SerialError {
  const { code } = cause as NodeJS.ErrnoException;
  const reason = code === "ENOSPC" ? "the disk is full" : cause.message;
  return new SerialError(`Cannot record to "${file}": ${reason} (${code ?? "no code"})`, {
    code: code ?? "ERR_SERIAL_CAPTURE",
    path: file,
    operation: "capture",
    hint: "recording has ended, traffic goes on; make room and reload to record again",
    cause,
  });
}
