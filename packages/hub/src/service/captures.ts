// Recordings that a page starts, and the files that it may fetch: its own, and those of the
// configured recording.

import { constants } from "node:fs";
import { lstat, open, readdir } from "node:fs/promises";
import { basename, dirname, extname, join } from "node:path";
import type { Readable } from "node:stream";
import { ConfigurationError, type SerialError } from "anyserial";
import type { CaptureStatus } from "../model/status.ts";
import type { Hub, HubEvent } from "../model/types.ts";
import type { CaptureEntry } from "../page/wire.ts";
import { Recording } from "./recording.ts";

/**
 * A name that a user gives: no part of a path, no dot, which rotated files have, nothing invisible.
 * Its 40 characters have at most 160 bytes, of the 255 that a file's name may have.
 */
const GIVEN = "[\\p{L}\\p{N}][\\p{L}\\p{M}\\p{N} _-]{0,39}";
const GIVEN_NAME = new RegExp(`^${GIVEN}$`, "u");
/** Names of recordings of a page, the rotated files included. */
const OWN_NAME = new RegExp(`^anyserial-\\d{8}-\\d{6}(-${GIVEN})?(\\.\\d{1,4})?\\.pcapng$`, "u");

/** Where recordings go, and where failures are reported. */
export interface CapturesParts {
  readonly hub: Hub;
  /** Folder for recordings of pages. */
  readonly folder: () => string;
  /** Absolute path of the configured recording. */
  readonly configured: () => string | undefined;
  readonly onError: (error: SerialError) => void;
}

interface Running {
  readonly recording: Recording;
  readonly stop: () => void;
}

export class Captures {
  readonly #parts: CapturesParts;
  #running: Running | undefined;

  constructor(parts: CapturesParts) {
    this.#parts = parts;
  }

  /** State of the recording that runs. */
  get status(): CaptureStatus | undefined {
    return this.#running?.recording.status;
  }

  /**
   * Starts a recording in a new file.
   *
   * @param name Added to the name of the file.
   * @throws `ConfigurationError` `ERR_INVALID_ARG_VALUE` — one runs, or the name is no such name.
   * @throws The system's error — the file cannot be made.
   */
  async start(name?: string): Promise<void> {
    if (name !== undefined && !GIVEN_NAME.test(name)) throw wrongName();
    if (this.#running !== undefined) throw alreadyRuns(this.#running.recording.status.file);
    const { hub, folder, onError } = this.#parts;
    const given = name === undefined ? "" : `-${name}`;
    const file = `anyserial-${stamp(new Date())}${given}.pcapng`;
    const recording = await Recording.start({ file }, folder(), onError);
    if (this.#running !== undefined) {
      await recording.close();
      throw alreadyRuns(file);
    }
    this.#running = { recording, stop: recording.recordFrom(hub) };
  }

  /** Ends the recording, if one runs. */
  async stop(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    running?.stop();
    await running?.recording.close();
  }

  /** Records an event of a member. */
  onEvent(event: HubEvent): void {
    this.#running?.recording.onEvent(event);
  }

  /** Lists the files, the newest first. */
  async list(): Promise<readonly CaptureEntry[]> {
    const paths = await this.#paths();
    const entries = await Promise.all([...paths].map(([name, path]) => entryOf(name, path)));
    return entries
      .filter((entry) => entry !== undefined)
      .sort((a, b) => b.modified - a.modified || a.name.localeCompare(b.name));
  }

  /** Opens a listed file; `undefined` when there is none of the name. */
  async open(name: string): Promise<Readable | undefined> {
    const path = (await this.#paths()).get(name);
    if (path === undefined) return undefined;
    // Something else may be at the path by now, such as a FIFO without a writer.
    const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
    const handle = await open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK).catch(() => undefined);
    if ((await handle?.stat())?.isFile() === true) return handle?.createReadStream();
    await handle?.close();
    return undefined;
  }

  /** Paths by name. */
  async #paths(): Promise<ReadonlyMap<string, string>> {
    const { folder, configured } = this.#parts;
    const own = (await namesIn(folder())).filter((name) => OWN_NAME.test(name));
    const paths = new Map(own.map((name) => [name, join(folder(), name)]));
    const file = configured();
    if (file === undefined) return paths;
    for (const name of await namesIn(dirname(file))) {
      if (isOfCapture(name, basename(file))) paths.set(name, join(dirname(file), name));
    }
    return paths;
  }
}

/** The current file of a recording, or a rotated one: `plant.pcapng`, `plant.1.pcapng`. */
function isOfCapture(name: string, current: string): boolean {
  if (name === current) return true;
  const extension = extname(current);
  const stem = current.slice(0, current.length - extension.length);
  const isFramed = name.startsWith(`${stem}.`) && name.endsWith(extension);
  return isFramed && /^\d{1,4}$/.test(name.slice(stem.length + 1, name.length - extension.length));
}

async function entryOf(name: string, path: string): Promise<CaptureEntry | undefined> {
  const status = await lstat(path).catch(() => undefined); // rotated meanwhile
  if (status?.isFile() !== true) return undefined;
  return { name, bytes: status.size, modified: Math.round(status.mtimeMs) };
}

async function namesIn(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch(() => []);
}

/** As `20261130-064250`, in UTC. */
function stamp(date: Date): string {
  return date.toISOString().replace(/[-:]/g, "").replace("T", "-").slice(0, 15);
}

function wrongName(): ConfigurationError {
  return new ConfigurationError("Cannot record: the name of the recording is not allowed", {
    code: "ERR_INVALID_ARG_VALUE",
    operation: "request",
    hint: "use up to 40 letters, digits, spaces, - and _, and begin with a letter or a digit",
  });
}

function alreadyRuns(file: string): ConfigurationError {
  return new ConfigurationError(`Cannot record: a recording to "${basename(file)}" runs`, {
    code: "ERR_INVALID_ARG_VALUE",
    operation: "capture",
    hint: "stop it first",
  });
}
