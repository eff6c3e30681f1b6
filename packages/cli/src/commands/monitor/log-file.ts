// The monitor's log: the received bytes as they came, appended to a file. A log that fails, as on a
// full disk, ends; the conversation goes on.

import { type FileHandle, open } from "node:fs/promises";

/** Appends received bytes to a file. */
export class LogFile {
  readonly #onFailure: (error: unknown) => void;
  #file: FileHandle | undefined;

  private constructor(file: FileHandle, onFailure: (error: unknown) => void) {
    this.#file = file;
    this.#onFailure = onFailure;
  }

  /**
   * Opens a log.
   *
   * @param path File; made if it is missing, otherwise appended to.
   * @param onFailure Told once, when a write fails.
   * @throws The system's error — the file cannot be opened.
   */
  static async open(path: string, onFailure: (error: unknown) => void): Promise<LogFile> {
    return new LogFile(await open(path, "a"), onFailure);
  }

  /** Writes bytes; resolves when they are written, or the log has ended. */
  async write(bytes: Uint8Array): Promise<void> {
    try {
      await this.#file?.appendFile(bytes);
    } catch (error) {
      await this.close();
      this.#onFailure(error);
    }
  }

  /** Closes the file. */
  async close(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.close().catch(() => undefined); // what was to be said about it has been said
  }
}
