// One open port of a `serial` member: its bytes, its line, its settings.

import type { SerialPort } from "anyserial";
import { type LineSettings, SerialLine } from "anyserial/serve";
import type { LineWish } from "../engine/following.ts";
import type { MemberHost } from "../engine/member.ts";
import type { MemberSettings } from "../model/types.ts";
import { errorOf } from "../process/error-of.ts";
import type { Gate } from "./gate.ts";
import { flowControlOf, lineFlowOf } from "./line-flow.ts";
import { SerialOutput } from "./serial-output.ts";

/** An open port in use. */
export class SerialSession {
  readonly port: SerialPort;
  readonly line: SerialLine;
  readonly output: SerialOutput;
  readonly #host: MemberHost;
  readonly #gate: Gate;

  constructor(port: SerialPort, host: MemberHost, gate: Gate) {
    this.port = port;
    this.#host = host;
    this.#gate = gate;
    this.output = new SerialOutput(port, host);
    this.line = new SerialLine(port, {
      onData: (bytes) => {
        host.onData(bytes);
        return this.#whileFull();
      },
      onLineError: (error) => host.line.onError(error),
      onModemLines: ({ cts, dsr, dcd, ri }) =>
        void host.line.onSignals({ cts, dsr, dcd, ri, break: false }),
    });
  }

  write(bytes: Uint8Array): number {
    if (this.line.isBreaking) return 0; // these bytes come after it
    try {
      return this.output.write(bytes);
    } catch (error) {
      if (this.port.isOpen) throw error;
      return 0; // the device is gone: the reading side reports it
    }
  }

  notifyWritable(): void {
    if (!this.line.isBreaking) this.output.notifyWritable();
    else void this.line.breakEnded.then(() => this.#host.onWritable());
  }

  settings(): MemberSettings | undefined {
    if (!this.port.isOpen) return undefined;
    const { flow, ...line } = this.line.settings();
    return { ...line, flowControl: flowControlOf(flow), raw: true, echo: false };
  }

  /** Takes settings, as far as they are other ones. @returns Why the driver does not. */
  async adopt(wish: LineWish): Promise<Error | undefined> {
    try {
      await this.output.sent();
      const changes = changesOf(wish, this.line.settings());
      if (Object.keys(changes).length > 0) await this.line.apply(changes);
      return undefined;
    } catch (error) {
      return errorOf(error);
    }
  }

  /** Receives until the port is closed, gone or failing. @returns Why it ended. */
  async run(signal: AbortSignal): Promise<Error> {
    const close = (): void => void this.port.close();
    signal.addEventListener("abort", close);
    try {
      if (signal.aborted) close();
      await this.#whileFull();
      await this.line.run();
      return new Error("the port is closed");
    } catch (error) {
      return errorOf(error);
    } finally {
      signal.removeEventListener("abort", close);
      this.line.end();
    }
  }

  /** Nothing is read while the network is full: a device that goes meanwhile is noticed all the same. */
  #whileFull(): Promise<void> | undefined {
    if (this.#gate.isOpen) return undefined;
    return Promise.race([this.#gate.passed(), this.port.closed.then(() => undefined)]);
  }
}

function changesOf({ flowControl, ...wish }: LineWish, now: LineSettings): Partial<LineSettings> {
  const flow = flowControl === undefined ? {} : { flow: lineFlowOf(flowControl) };
  const entries = Object.entries({ ...wish, ...flow });
  return Object.fromEntries(
    entries.filter(
      ([name, value]) => value !== undefined && value !== now[name as keyof LineSettings],
    ),
  );
}
