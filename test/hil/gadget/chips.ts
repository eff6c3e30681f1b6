// Emulated chips as a test sees them.

import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { until } from "@anyserial/test-support/until";
import type { Answer, ChipAction, ChipSpec, ChipState } from "./chip-messages.ts";
import type { CharacterError, ModemLines } from "./models.ts";

const PROGRAM = fileURLToPath(new URL("./chip-process.js", import.meta.url));
/** A chip keeps up to four blocking calls in libuv's pool. */
const THREADS = "24";
const TTYS = "/sys/class/tty";

/** A chip. */
export class Chip {
  readonly serialNumber: string;
  readonly #call: (action: ChipAction) => Promise<unknown>;

  constructor(serialNumber: string, call: (action: ChipAction) => Promise<unknown>) {
    this.serialNumber = serialNumber;
    this.#call = call;
  }

  /** Plugs it in. @returns Path of its node. */
  async plug(): Promise<string> {
    await until("the last node is gone", () => nodeOf(this.serialNumber) === undefined);
    await this.#call({ action: "plug" });
    return until(`the kernel finds ${this.serialNumber}`, () => nodeOf(this.serialNumber));
  }

  /** Pulls it out. */
  async unplug(): Promise<void> {
    await this.#call({ action: "unplug" });
  }

  /** Sets input lines; those that are not named keep their level. */
  async setLines(lines: Partial<ModemLines>): Promise<void> {
    await this.#call({ action: "setLines", lines });
  }

  /** Lets characters arrive from the line. */
  async arrive(data: Uint8Array, error?: CharacterError): Promise<void> {
    await this.#call({ action: "arrive", data, error });
  }

  /** Stops or resumes taking bytes from the host, beyond one packet. */
  async setStalled(stalled: boolean): Promise<void> {
    await this.#call({ action: "setStalled", stalled });
  }

  /** Takes the bytes sent to the line since the last call. */
  async takeSent(): Promise<Uint8Array> {
    return (await this.#call({ action: "takeSent" })) as Uint8Array;
  }

  /** Returns the settings that the driver has sent, and the state. */
  async state(): Promise<ChipState> {
    return (await this.#call({ action: "state" })) as ChipState;
  }
}

/** Chips in a process of their own. */
export class ChipBoard {
  readonly chips: readonly Chip[];
  readonly #process: ChildProcess;
  readonly #pending = new Map<number, PromiseWithResolvers>();
  #lastId = 0;

  private constructor(process: ChildProcess, specs: readonly ChipSpec[]) {
    this.#process = process;
    this.chips = specs.map(
      ({ serialNumber }, chip) =>
        new Chip(serialNumber, (action) => this.#ask({ chip, ...action })),
    );
    process.on("message", (answer: Answer) => this.#settle(answer));
  }

  /**
   * Makes chips, not plugged in yet; each takes the port of dummy_hcd of its number.
   *
   * @param specs The chips.
   */
  static async create(...specs: ChipSpec[]): Promise<ChipBoard> {
    const process = fork(PROGRAM, [], {
      env: { ...globalThis.process.env, UV_THREADPOOL_SIZE: THREADS },
      serialization: "advanced",
    });
    const board = new ChipBoard(process, specs);
    await board.#ask({ action: "create", chips: specs });
    return board;
  }

  /** Connects the first two by a null-modem cable. */
  async wire(): Promise<void> {
    await this.#ask({ action: "wire" });
  }

  /** Ends the process; the kernel unplugs the rest. */
  async close(): Promise<void> {
    const ended = once(this.#process, "exit");
    this.#process.kill("SIGKILL"); // its blocking calls would keep a gentler end waiting
    await ended;
  }

  #ask(request: object): Promise<unknown> {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      this.#process.send({ id, ...request });
    });
  }

  #settle({ id, value, error }: Answer): void {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    if (error === undefined) pending?.resolve(value);
    else pending?.reject(new Error(error));
  }
}

interface PromiseWithResolvers {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** Finds the node of a USB device by its serial number; through sysfs, not through the library. */
export function nodeOf(serialNumber: string): string | undefined {
  const name = readdirSync(TTYS).find((tty) => serialOf(tty) === serialNumber);
  return name === undefined ? undefined : `/dev/${name}`;
}

function serialOf(tty: string): string | undefined {
  try {
    for (let at = realpathSync(join(TTYS, tty, "device")); at !== "/sys"; at = dirname(at)) {
      const serial = readSerial(at);
      if (serial !== undefined) return serial;
    }
  } catch {
    // It has no device, or it went while it was looked at.
  }
  return undefined;
}

function readSerial(folder: string): string | undefined {
  try {
    return readFileSync(join(folder, "serial"), "utf8").trim();
  } catch {
    return undefined;
  }
}
