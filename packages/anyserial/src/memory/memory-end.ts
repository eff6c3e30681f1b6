// One connector of an in-memory cable: the driver and the wires of one port, which stay when the
// port is closed. A null-modem cable: RTS arrives as CTS, DTR as DSR and DCD.

import {
  type ControlLines,
  MODEM_LINES,
  type ModemLine,
  type ModemLineCounts,
  type ModemLines,
} from "../model/modem-lines.ts";
import { setImmediate } from "../process/timers.ts";
import { MemoryInput, type MemoryLineError } from "./byte-queue.ts";
import type { MemoryDriver } from "./driver.ts";
import type { FaultPlan } from "./fault-plan.ts";
import { MemoryTransmitter } from "./transmitter.ts";

/** Events of an open port. */
export interface MemoryListener {
  /** There may be bytes to read, or room to write. */
  onChange(): void;
  /** An input line changed. */
  linesChanged(): void;
  /** The device is gone. */
  wentAway(): void;
}

/** Dependencies of a connector. */
export interface MemoryEndParts {
  readonly path: string;
  readonly driver: MemoryDriver;
  /** Capacity of each queue, in bytes. */
  readonly bufferBytes: number;
  readonly faults: FaultPlan | undefined;
}

const AT_FULL_SPEED = { latencyMs: 0, bytesPerSecond: Number.POSITIVE_INFINITY };

export class MemoryEnd {
  readonly path: string;
  readonly driver: MemoryDriver;
  readonly faults: FaultPlan | undefined;
  readonly input: MemoryInput;
  readonly output: MemoryTransmitter;
  #peer: MemoryEnd = this;
  #listener: MemoryListener | undefined;
  #isPresent = true;
  #outputs = { rts: false, dtr: false };
  #isRinging = false;
  #isBreaking = false;
  #lines: ModemLines = { cts: false, dsr: false, ri: false, dcd: false };
  readonly #edges: Record<ModemLine, number> = { cts: 0, dsr: 0, ri: 0, dcd: 0 };

  /** Connected to itself until {@link MemoryEnd.connect}. */
  constructor({ path, driver, bufferBytes, faults }: MemoryEndParts) {
    this.path = path;
    this.driver = driver;
    this.faults = faults;
    this.input = new MemoryInput(bufferBytes);
    const wire = {
      mayTransmit: () => this.#mayTransmit(),
      room: () => (this.#peer.isOpen ? this.#peer.input.room : Number.POSITIVE_INFINITY),
      deliver: (bytes: Uint8Array) => this.#peer.#arrive(bytes),
      deliverBreak: () => this.#peer.fail("break", 0),
      progressed: () => this.#listener?.onChange(),
    };
    this.output = new MemoryTransmitter(bufferBytes, wire, faults ?? AT_FULL_SPEED);
  }

  /** Lays the cable to another connector. */
  connect(peer: MemoryEnd): void {
    this.#peer = peer;
    peer.#peer = this;
  }

  /** The device is plugged in. */
  get isPresent(): boolean {
    return this.#isPresent;
  }

  /** A port is open. */
  get isOpen(): boolean {
    return this.#listener !== undefined;
  }

  /** Input lines at this moment. */
  get lines(): ModemLines {
    return this.#lines;
  }

  /** Edges counted so far: a snapshot. */
  get edges(): ModemLineCounts {
    return { ...this.#edges };
  }

  /** A port opens: both its output lines are asserted. Its input has been empty since the last. */
  open(listener: MemoryListener): void {
    this.#listener = listener;
    this.setOutputs({ rts: true, dtr: true });
  }

  /** The port closes; with `hangup` both its output lines drop. Settings are put back. */
  close(hangup: boolean): void {
    this.#listener = undefined;
    this.driver.restore();
    this.input.marks = this.input.obeysXonXoff = this.input.isStopped = false;
    this.output.clear();
    this.input.clear();
    this.setBreak(false);
    if (hangup) this.setOutputs({ rts: false, dtr: false });
    this.#peer.output.kick(); // its bytes fall off the end of the cable
  }

  /** Reads received bytes; those that the cable held back flow on. */
  take(into: Uint8Array): number {
    const count = this.input.take(into);
    if (count > 0) this.#peer.output.kick();
    return count;
  }

  /** Forgets received bytes. */
  discardInput(): void {
    this.input.clear();
    this.#peer.output.kick();
  }

  /** Forgets unsent bytes. */
  discardOutput(): void {
    this.output.clear();
    this.#notifyLater();
  }

  /** Sets output lines; those not named stay. */
  setOutputs({ rts, dtr }: ControlLines): void {
    this.#outputs = { rts: rts ?? this.#outputs.rts, dtr: dtr ?? this.#outputs.dtr };
    this.#peer.#inputsChanged();
  }

  /** Starts or ends a break; nothing is sent meanwhile. */
  setBreak(asserted: boolean): void {
    if (asserted === this.#isBreaking) return;
    this.#isBreaking = asserted;
    if (asserted) this.output.pushBreak();
    else this.output.kick();
  }

  /** Rings, or stops to. */
  setRing(asserted: boolean): void {
    this.#isRinging = asserted;
    this.#inputsChanged();
  }

  /** A character arrives broken. */
  fail(error: MemoryLineError, byte: number): void {
    if (!this.isOpen) return;
    this.input.fail(error, byte);
    this.#notifyLater();
  }

  /** A character arrives broken, behind those that the other side has sent so far. */
  failBehind(error: MemoryLineError, byte: number): void {
    this.#peer.output.pushBehind(() => this.fail(error, byte));
  }

  /** The settings changed. */
  reconfigured(): void {
    const { lineErrors, flowControl } = this.driver.config;
    this.input.marks = lineErrors === "mark";
    this.input.obeysXonXoff = flowControl.xonXoff;
    if (!flowControl.xonXoff) this.input.isStopped = false;
    this.output.kick();
  }

  /** The device is unplugged: everything in it is lost, its lines drop. */
  disconnect(): void {
    if (!this.#isPresent) return;
    this.#isPresent = false;
    this.output.cut();
    const listener = this.#listener;
    this.close(true);
    this.#inputsChanged();
    listener?.wentAway();
  }

  /** The device is plugged in again; it must be reopened. */
  reconnect(): void {
    this.#isPresent = true;
    this.#inputsChanged();
  }

  /** In a task of its own: the listener's work is not part of this call. */
  #notifyLater(): void {
    setImmediate(() => this.#listener?.onChange());
  }

  #arrive(bytes: Uint8Array): number {
    if (!this.isOpen) return bytes.length; // no port is open
    const wasStopped = this.input.isStopped;
    const count = this.input.receive(bytes);
    if (wasStopped && !this.input.isStopped) this.output.kick();
    this.#listener?.onChange();
    return count;
  }

  #mayTransmit(): boolean {
    const { rtsCts, dtrDsr } = this.driver.config.flowControl;
    if (this.#isBreaking || this.input.isStopped) return false;
    return !(rtsCts && !this.#lines.cts) && !(dtrDsr && !this.#lines.dsr);
  }

  #inputsChanged(): void {
    const { rts, dtr } = this.#isPresent ? this.#peer.#outputs : { rts: false, dtr: false };
    const lines = { cts: rts, dsr: dtr, ri: this.#isPresent && this.#isRinging, dcd: dtr };
    const changed = MODEM_LINES.filter((line) => lines[line] !== this.#lines[line]);
    if (changed.length === 0) return;
    for (const line of changed) this.#edges[line]++;
    this.#lines = lines;
    this.output.kick();
    this.#listener?.linesChanged();
  }
}
