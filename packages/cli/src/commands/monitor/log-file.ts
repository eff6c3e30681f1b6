// The monitor's log: received bytes, unchanged, appended to a file. When the log fails, as on a
// full disk, it ends and the conversation continues.

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
   * @param onFailure Called once, when a write fails.
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

  async close(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.close().catch(() => undefined); // the failure was reported already
  }
}
