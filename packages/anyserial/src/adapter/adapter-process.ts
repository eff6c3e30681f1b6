// The child process that serves this program's adapters, one for all of them: started for the first, ended after the
// last. It has a session of its own, so that Ctrl+Z in a terminal does not stop it.
//
// A serving process that stands still hangs applications in the kernel. So this end is its guard: it kills a process
// that was stopped, or that does not answer while there is traffic, and the kernel pulls the adapters out. There is
// no timer while there is no traffic.

import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import type { Duplex } from "node:stream";
import { adaptersProgram } from "../adapter-process/adapters-worker.program.ts";
import {
  decodeCredit,
  encodeCredit,
  encodeHead,
  FRAME,
  type Frame,
  type FramePlace,
  FrameReader,
} from "../adapter-process/frames.ts";
import type {
  AdapterEvent,
  AdapterFailure,
  AdapterRequest,
  FromProcess,
} from "../adapter-process/messages.ts";
import { keepAlive, letEnd } from "../backend/keep-alive.ts";
import { SerialError } from "../errors/errors.ts";
import { processWide } from "../process/process-wide.ts";
import { clearTimeout, nextTick, setImmediate, setTimeout } from "../process/timers.ts";

/** A process with traffic is asked after this time whether it is there, and has this time to answer on a busy machine. */
const PING_AFTER_MS = 1000;
const ANSWER_MS = 20_000;
const MOST_ADAPTERS = 0xffff;

/** Is called with what happens at one port. */
export interface PortHandler {
  onData(data: Uint8Array): void;
  onCredit(bytes: number): void;
  onEvent(event: AdapterEvent): void;
  /** The process has ended, and every adapter is gone. */
  onGone(): void;
}

/** The process refused a request. */
export class RequestError extends Error {
  readonly code: string;

  constructor({ code, message }: AdapterFailure) {
    super(message);
    this.code = code;
  }
}

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** The process in use, if there is one. */
const shared = processWide<{ current: AdapterProcess | undefined }>("adapterProcess.1", () => ({
  current: undefined,
}));

/** The process. */
export class AdapterProcess {
  readonly #child: ChildProcess;
  readonly #channel: Duplex;
  readonly #waiting = new Map<number, Waiting>();
  readonly #handlers = new Map<number, readonly PortHandler[]>();
  #users = 0;
  #lastId = 0;
  #lastAdapter = 0;
  #isCorked = false;
  #isEnded = false;
  /** It takes its time to start, which is no sign of a process that stands still. */
  #hasStarted = false;
  #guard: NodeJS.Timeout | undefined;

  private constructor() {
    const { NODE_OPTIONS: _options, ...env } = process.env; // a debugger, or a loader, is of the program
    this.#child = spawn(process.execPath, ["-e", adaptersProgram], {
      stdio: ["ignore", "ignore", "inherit", "pipe"],
      detached: true,
      env,
    });
    this.#channel = this.#child.stdio[3] as Duplex;
    const reader = new FrameReader((frame) => this.#take(frame));
    this.#channel.on("data", (chunk: Buffer) => reader.feed(chunk));
    this.#channel.on("error", () => this.#end());
    this.#channel.on("close", () => this.#end());
    this.#child.on("error", () => this.#end());
    this.#child.on("exit", () => this.#end());
    this.#child.unref();
    unref(this.#channel);
    process.on("SIGCHLD", this.#checkStopped);
  }

  /** The process, started where there is none. Each call is for one {@link AdapterProcess.release}. */
  static use(): AdapterProcess {
    const process = shared.current ?? new AdapterProcess();
    shared.current = process;
    process.#users++;
    return process;
  }

  /** Number of the process, for tests. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Ends the process after its last user. */
  release(): void {
    this.#users--;
    if (this.#users === 0) this.#end();
  }

  /** Finds a number for an adapter, and calls its ports' handlers from now on. */
  register(ports: readonly PortHandler[]): number {
    do this.#lastAdapter = (this.#lastAdapter + 1) % MOST_ADAPTERS;
    while (this.#handlers.has(this.#lastAdapter));
    this.#handlers.set(this.#lastAdapter, ports);
    return this.#lastAdapter;
  }

  /** Forgets an adapter. */
  unregister(adapter: number): void {
    this.#handlers.delete(adapter);
  }

  /**
   * Makes a request.
   *
   * @returns The answer.
   * @throws {@link RequestError} it failed.
   */
  async ask(place: FramePlace, request: AdapterRequest): Promise<unknown> {
    if (this.#isEnded) throw new RequestError({ code: "EPIPE", message: "the process has ended" });
    const id = ++this.#lastId;
    const answered = new Promise<unknown>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
    });
    const payload = Buffer.from(JSON.stringify({ id, ...request }));
    this.#send({ ...place, kind: FRAME.message, payload });
    keepAlive();
    try {
      return await answered;
    } finally {
      letEnd();
    }
  }

  /** @param data Copied before the call returns. */
  sendData(place: FramePlace, data: Uint8Array): void {
    this.#send({ ...place, kind: FRAME.data, payload: Buffer.from(data) });
  }

  sendCredit(place: FramePlace, bytes: number): void {
    this.#send({ ...place, kind: FRAME.credit, payload: encodeCredit(bytes) });
  }

  #send(frame: Frame): void {
    if (this.#isEnded) return;
    if (!this.#isCorked) {
      this.#isCorked = true;
      this.#channel.cork();
      nextTick(() => {
        this.#isCorked = false;
        this.#channel.uncork();
      });
    }
    this.#channel.write(encodeHead(frame));
    this.#channel.write(frame.payload);
    this.#watch();
  }

  #take({ kind, adapter, port, payload }: Frame): void {
    this.#hasStarted = true;
    const handler = this.#handlers.get(adapter)?.[port];
    if (kind === FRAME.data) handler?.onData(payload);
    else if (kind === FRAME.credit) handler?.onCredit(decodeCredit(payload));
    else this.#message(JSON.parse(Buffer.from(payload).toString()) as FromProcess, handler);
    this.#watch();
  }

  #message(message: FromProcess, handler: PortHandler | undefined): void {
    if ("event" in message) {
      handler?.onEvent(message);
      return;
    }
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if (message.failure === undefined) waiting?.resolve(message.value);
    else waiting?.reject(new RequestError(message.failure));
  }

  /** There was traffic: the process will be asked whether it is there. */
  #watch(): void {
    if (this.#guard !== undefined || this.#isEnded || !this.#hasStarted) return;
    this.#guard = setTimeout(() => this.#ping(), PING_AFTER_MS);
    this.#guard.unref();
  }

  #ping(): void {
    const id = ++this.#lastId;
    const limit = setTimeout(() => {
      // The event loop may have stood still: an answer that is there is read before this.
      setImmediate(() => {
        if (this.#waiting.has(id)) this.kill();
      });
    }, ANSWER_MS);
    limit.unref();
    const done = (): void => {
      clearTimeout(limit);
      // The answer itself is no traffic.
      nextTick(() => {
        this.#guard = undefined;
      });
    };
    this.#waiting.set(id, { resolve: done, reject: done });
    const payload = Buffer.from(JSON.stringify({ id, do: "ping" }));
    this.#send({ adapter: 0, port: 0, kind: FRAME.message, payload });
  }

  readonly #checkStopped = (): void => {
    if (isStopped(this.#child.pid)) this.kill();
  };

  /** Ends it the hard way, also while it is stopped: the kernel pulls every adapter out. */
  kill(): void {
    this.#child.kill("SIGKILL");
  }

  #end(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    if (shared.current === this) shared.current = undefined;
    clearTimeout(this.#guard);
    process.off("SIGCHLD", this.#checkStopped);
    this.#channel.destroy(); // which ends the process
    for (const { reject } of this.#waiting.values()) reject(gone());
    this.#waiting.clear();
    for (const ports of this.#handlers.values()) for (const port of ports) port.onGone();
    this.#handlers.clear();
  }
}

/** The error of an adapter whose process has ended. */
function gone(): SerialError {
  return new SerialError("Cannot serve adapters: the process that serves them has ended", {
    code: "ERR_SERIAL_ADAPTER_PROCESS",
    hint: "create the adapter again; it was ended because it was stopped, killed, or did not answer",
  });
}

/** A stopped process does not answer the kernel. Systems without /proc have no such adapters. */
function isStopped(pid: number | undefined): boolean {
  try {
    const status = readFileSync(`/proc/${pid}/stat`, "latin1");
    return /^[Tt]/.test(status.slice(status.lastIndexOf(")") + 2));
  } catch {
    return false;
  }
}

function unref(channel: Duplex): void {
  (channel as Duplex & { unref?: () => void }).unref?.();
}
