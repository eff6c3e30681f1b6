// Sending a file, as it is, with progress.

import { open, stat } from "node:fs/promises";
import type { SerialPort } from "anyserial";
import { sendBytes } from "../../transfer/send-bytes.ts";

/** Time on the line that one chunk takes, so that progress moves evenly, in milliseconds. */
const CHUNK_MS = 50;
const BITS_PER_CHARACTER = 10;
const CHUNK_BYTES_MIN = 64;
const CHUNK_BYTES_MAX = 65_536;
const PROGRESS_INTERVAL_MS = 200;

/** How far a file is. */
export interface Progress {
  /** Bytes that the port has taken. */
  readonly sentBytes: number;
  /** Size of the file. */
  readonly totalBytes: number;
  /** Time since the start, in milliseconds. */
  readonly elapsedMs: number;
}

/** Options of {@link sendFile}. */
export interface SendFileOptions {
  /** Stops between two chunks, or while the port takes nothing. */
  readonly signal: AbortSignal;
  /** Called at the start, and then a few times a second. */
  readonly onProgress: (progress: Progress) => void;
}

/**
 * Sends a file and waits until it is out.
 *
 * @param port Where to.
 * @param path File.
 * @param options Progress and cancellation.
 * @returns How far it came.
 * @throws The system's error — the file cannot be read; an `Error` for a folder, a pipe, a device.
 * @throws `signal.reason` — the signal is aborted.
 * @throws As `SerialPort.send()`.
 */
export async function sendFile(
  port: SerialPort,
  path: string,
  options: SendFileOptions,
): Promise<Progress> {
  const { signal, onProgress } = options;
  const startedAt = performance.now();
  let sentBytes = 0;
  let reportedAt = performance.now();
  const totalBytes = await sizeOf(path);
  await using file = await open(path);
  const chunk = Buffer.alloc(chunkBytes(port.config.baudRate));
  const progress = (): Progress => ({
    sentBytes,
    totalBytes,
    elapsedMs: performance.now() - startedAt,
  });
  onProgress(progress());
  for (;;) {
    const { bytesRead } = await file.read(chunk, 0, chunk.length);
    if (bytesRead === 0) break;
    await sendBytes(port, chunk.subarray(0, bytesRead), signal);
    sentBytes += bytesRead;
    if (performance.now() - reportedAt >= PROGRESS_INTERVAL_MS) {
      onProgress(progress());
      reportedAt = performance.now();
    }
  }
  await port.drainExact({ signal });
  return progress();
}

/**
 * Formats the progress in one line.
 *
 * @param progress How far it is.
 * @returns `45 % (460800 of 1024000 bytes, 11520 bytes/s)`.
 */
export function formatProgress({ sentBytes, totalBytes, elapsedMs }: Progress): string {
  const rate = Math.round((sentBytes * 1000) / Math.max(elapsedMs, 1));
  const percent = Math.floor((sentBytes * 100) / Math.max(totalBytes, sentBytes, 1));
  return `${percent} % (${sentBytes} of ${totalBytes} bytes, ${rate} bytes/s)`;
}

async function sizeOf(path: string): Promise<number> {
  const found = await stat(path);
  if (found.isFile()) return found.size;
  throw new Error(`Cannot send "${path}": not a regular file`);
}

function chunkBytes(baudRate: number): number {
  const bytes = Math.round((baudRate / BITS_PER_CHARACTER) * (CHUNK_MS / 1000));
  return Math.min(Math.max(bytes, CHUNK_BYTES_MIN), CHUNK_BYTES_MAX);
}
