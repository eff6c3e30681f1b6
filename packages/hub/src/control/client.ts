// Asks a running hub.

import { connect, type Socket } from "node:net";
import { SerialError } from "anyserial";
import { checkPath } from "anyserial/arguments";
import { checkMethod } from "../arguments/checks.ts";
import { clearTimeout, setTimeout } from "../process/timers.ts";
import { reviveError } from "./error-report.ts";
import { Lines } from "./lines.ts";
import {
  type ControlAnswer,
  type ControlMethod,
  type ControlMethods,
  formatLine,
  LINE_BYTES_MAX,
  METHODS,
  parseAnswer,
} from "./protocol.ts";
import { controlPathOf } from "./runtime-folder.ts";

/** How long a hub may take for an answer, in milliseconds. */
const ANSWER_TIMEOUT_MS = 10_000;

interface Waiting {
  resolve(result: unknown): void;
  reject(error: Error): void;
}

/** A connection to a running hub. */
export class ControlClient {
  /** Path of the socket. */
  readonly path: string;
  /** Resolves when the hub has ended the connection. */
  readonly ended: Promise<void>;
  readonly #socket: Socket;
  readonly #waiting = new Map<number, Waiting>();
  readonly #lines = new Lines(LINE_BYTES_MAX);
  #lastId = 0;

  private constructor(path: string, socket: Socket) {
    this.path = path;
    this.#socket = socket;
    this.ended = new Promise((resolve) => socket.once("close", () => resolve()));
    socket.on("error", () => undefined); // "close" follows
    socket.on("data", (chunk: Buffer) => this.#take(chunk));
    socket.once("close", () => this.#fail());
  }

  /**
   * Connects.
   *
   * @param path Path of the control socket.
   * @returns A connection, to be closed.
   * @throws `SerialError` `ERR_HUB_NOT_RUNNING` — no hub listens there.
   */
  static async connect(path: string): Promise<ControlClient> {
    checkPath(path, { name: "path", example: controlPathOf("hub.yaml") });
    return await new Promise((resolve, reject) => {
      const socket = connect(path);
      const fail = (error: Error): void => reject(notRunning(path, error));
      socket.once("error", fail);
      socket.once("connect", () => {
        socket.off("error", fail);
        resolve(new ControlClient(path, socket));
      });
    });
  }

  /**
   * Asks.
   *
   * @param method What.
   * @param params Parameters of the method.
   * @returns The answer.
   * @throws `SerialError` as the hub reported it; `ERR_HUB_NOT_RUNNING` — it ended meanwhile, or
   *   does not answer within ten seconds; only `inject` may take longer, while `backpressure` holds.
   */
  async call<M extends ControlMethod>(
    method: M,
    params?: ControlMethods[M]["params"],
  ): Promise<ControlMethods[M]["result"]> {
    checkMethod(method, METHODS);
    const id = ++this.#lastId;
    return await new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#socket.destroy(), ANSWER_TIMEOUT_MS);
      if (method === "inject") clearTimeout(timer); // `backpressure` takes its time
      this.#waiting.set(id, {
        resolve: (result) => {
          clearTimeout(timer);
          resolve(result as ControlMethods[M]["result"]); // the hub is of the same version
        },
        reject: (error) => {
          clearTimeout(timer);
          reject(error);
        },
      });
      if (this.#socket.destroyed) this.#fail();
      else this.#socket.write(formatLine({ id, method, params }));
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #take(chunk: Buffer): void {
    const lines = this.#lines.push(chunk);
    if (lines === undefined) this.#socket.destroy();
    for (const line of lines ?? []) this.#receive(parseAnswer(line));
  }

  #receive(answer: ControlAnswer | undefined): void {
    if (answer === undefined) return;
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if ("error" in answer) waiting?.reject(reviveError(answer.error));
    else waiting?.resolve(answer.result);
  }

  #fail(): void {
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of waiting) reject(notRunning(this.path));
  }
}

/**
 * Connects, asks once and disconnects.
 *
 * @param path Path of the control socket.
 * @param method What to ask.
 * @returns The answer.
 * @throws As {@link ControlClient.connect} and {@link ControlClient.call}.
 */
export async function callControl<M extends ControlMethod>(
  path: string,
  method: M,
): Promise<ControlMethods[M]["result"]> {
  checkMethod(method, METHODS);
  const client = await ControlClient.connect(path);
  try {
    return await client.call(method);
  } finally {
    client.close();
  }
}

function notRunning(path: string, cause?: Error): SerialError {
  return new SerialError(`Cannot talk to the hub at "${path}": it is not running`, {
    code: "ERR_HUB_NOT_RUNNING",
    path,
    operation: "control",
    hint: "start it: anyserial hub FILE; or name its configuration file or --control",
    cause,
  });
}
