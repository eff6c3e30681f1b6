// Two emulated ports that lead to one simulated instrument, with links in a folder of their own.
// Everything that it makes is removed on close, and at the exit of the process.

import { rmdirSync } from "node:fs";
import { mkdir, mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createVirtualPort, type VirtualPort } from "anyserial/pty";
import { CommandLines } from "./command-lines.ts";
import { Instrument, TOO_LONG } from "./instrument.ts";

const LINK_NAMES = ["ttyS0", "ttyS1"] as const;

/** One command as the instrument saw it. */
export interface Exchange {
  /** Path of the port. */
  readonly path: string;
  readonly request: string;
  readonly reply: string;
}

/** Options of {@link openBench}. */
export interface BenchOptions {
  /** Folder for the links; made if it is missing. `undefined`: a new temporary folder. */
  readonly directory: string | undefined;
  /** Called with every command that the instrument has answered. */
  readonly onExchange: (exchange: Exchange) => void;
}

/** An instrument on two ports. */
export interface Bench {
  /** Paths of the two ports, for applications to open. */
  readonly paths: readonly [string, string];
  /** Rejects when the instrument fails; never resolves. */
  readonly failed: Promise<never>;
  /** Ends it and removes its ports. */
  close(): Promise<void>;
}

/**
 * Sets up the instrument and starts to serve it.
 *
 * @param options Where the links go, and the listener.
 * @returns The running bench.
 * @throws As `createVirtualPort()`, and the system's error for a folder that cannot be made.
 */
export async function openBench(options: BenchOptions): Promise<Bench> {
  const folder = await makeFolder(options.directory);
  const instrument = new Instrument(Date.now);
  const ports: VirtualPort[] = [];
  const stopping = new AbortController();
  const close = async (): Promise<void> => {
    stopping.abort();
    await Promise.all(ports.map((port) => port.close()));
    folder.remove();
  };
  try {
    for (const name of LINK_NAMES) {
      ports.push(await createVirtualPort({ link: join(folder.path, name) }));
    }
  } catch (error) {
    await close();
    throw error;
  }
  const [first, second] = ports as [VirtualPort, VirtualPort]; // as many as there are names
  const service = { instrument, onExchange: options.onExchange, signal: stopping.signal };
  const loops = [first, second].map((port) => serve(port, service));
  const failed = Promise.all(loops).then(() => new Promise<never>(() => undefined));
  failed.catch(() => undefined); // the caller gets this error from close() too
  return { paths: [first.path, second.path], failed, close };
}

interface Service {
  readonly instrument: Instrument;
  readonly onExchange: (exchange: Exchange) => void;
  readonly signal: AbortSignal;
}

async function serve(port: VirtualPort, service: Service): Promise<void> {
  const { instrument, onExchange, signal } = service;
  const lines = new CommandLines();
  try {
    for (;;) {
      for (const { text } of lines.push(await port.receive({ signal }))) {
        const reply = text === undefined ? TOO_LONG : instrument.execute(text);
        if (reply === undefined) continue;
        onExchange({ path: port.path, request: text ?? "…", reply });
        await port.send(Buffer.from(`${reply}\r\n`), { signal });
      }
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

interface Folder {
  readonly path: string;
  /** Removes it if it was made here and is empty. */
  remove(): void;
}

async function makeFolder(directory: string | undefined): Promise<Folder> {
  const path =
    directory === undefined ? await mkdtemp(join(tmpdir(), "anyserial-")) : resolve(directory);
  const made = directory === undefined ? path : await mkdir(path, { recursive: true });
  const remove = (): void => {
    process.removeListener("exit", remove);
    if (made === undefined) return;
    try {
      rmdirSync(path);
    } catch {
      // It is not empty: another program uses it.
    }
  };
  process.once("exit", remove);
  return { path, remove };
}
