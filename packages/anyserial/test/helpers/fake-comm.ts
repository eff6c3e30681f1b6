// Serial ports of a Windows system in memory, behind the Kernel32 interface: exclusive handles, a DCB
// with reserved bits in use, overlapped operations that complete late, also after a cancel, and memory
// that fails the test when the system writes to it after it was freed. As Microsoft documents it, so
// also where Wine differs.

import { equal, ok } from "node:assert/strict";
import type { Kernel32 } from "../../dist/windows/kernel32-calls.js";
import { FakePort } from "./fake-comm-port.ts";
import { FakeCompletions } from "./fake-completions.ts";
import { FakeHeap } from "./fake-heap.ts";

const EVENT_OFFSET = 24n;
const INPUT_ROOM = 4096;
const [NOT_FOUND, ACCESS_DENIED, BAD_COMMAND] = [2, 5, 22];
const [INVALID_PARAMETER, ABORTED, INCOMPLETE, PENDING] = [87, 995, 996, 997];
const [EV_CTS, EV_DSR, EV_RLSD, EV_BREAK, EV_ERR] = [0x8, 0x10, 0x20, 0x40, 0x80];
const CE_BREAK = 0x10;

const CALLS = { read: "ReadFile", write: "WriteFile", event: "WaitCommEvent" } as const;

type Transfer = Parameters<Kernel32["readFile"]>;
type Kind = "read" | "write" | "event";

/** An overlapped operation, from its start on. */
interface Operation {
  readonly kind: Kind;
  readonly handle: number;
  readonly data: bigint;
  readonly bytes: number[];
  readonly length: number;
  isPending: boolean;
  code: number;
  count: number;
}

/** The system. */
export class FakeComm implements Kernel32 {
  readonly ports = new Map<string, FakePort>();
  /** Names of calls, in order. */
  readonly calls: string[] = [];
  readonly openHandles = new Set<number>();
  readonly completions = new FakeCompletions();
  /** Lets the driver end a canceled operation later, as real ones may. */
  isCancelLate = false;
  /** Called while the thread is blocked. */
  whileBlocked: (() => void) | undefined;
  readonly #failures = new Map<string, number>();
  readonly #heap = new FakeHeap();
  readonly #operations = new Map<bigint, Operation>();
  #lastHandle = 100;

  /** Adds two ports with a null-modem cable between them. */
  addPair(a: string = "COM1", b: string = "COM12"): { a: FakePort; b: FakePort } {
    const [first, second] = [new FakePort(a), new FakePort(b)];
    first.peer = second;
    second.peer = first;
    for (const port of [first, second]) this.ports.set(port.name, port);
    return { a: first, b: second };
  }

  /** Makes a call fail from now on; 0 mends it. */
  fail(call: string, winerror: number): void {
    this.#failures.set(call, winerror);
  }

  /** Blocks of memory that are not freed. */
  get blocks(): number {
    return this.#heap.size;
  }

  /** Unplugs a device: everything under way ends, everything later fails. */
  unplug(port: FakePort): void {
    port.isGone = true;
    this.#endAll((handle) => port.holder === handle, ABORTED);
  }

  /** Has the driver receive bytes, with an error on the first. */
  receive(port: FakePort, bytes: readonly number[], errors: number = 0): void {
    port.input.push(...bytes);
    port.errors |= errors;
    if (errors !== 0) this.#event(port, (errors & CE_BREAK) !== 0 ? EV_BREAK : EV_ERR);
    this.#pump(port);
  }

  createFile(path: string): number {
    const failed = this.#call("CreateFileW");
    if (failed < 0) return failed;
    const port = this.ports.get(path.replace("\\\\.\\", ""));
    if (port === undefined || port.isGone) return -NOT_FOUND;
    if (port.holder !== undefined) return -ACCESS_DENIED; // share mode 0
    port.holder = this.#newHandle();
    return port.holder;
  }

  closeHandle(handle: number): number {
    ok(this.openHandles.delete(handle), `handle ${handle} is not open`);
    for (const port of this.ports.values()) if (port.holder === handle) port.holder = undefined;
    this.#endAll((each) => each === handle, ABORTED);
    return 0;
  }

  getCommState(handle: number, dcb: Uint8Array): number {
    return this.#on("GetCommState", handle, (port) => {
      equal(dcb[0], 28, "DCBlength is to be set");
      dcb.set(new Uint8Array(port.dcb.buffer));
    });
  }

  setCommState(handle: number, dcb: Uint8Array): number {
    const result = this.#on("SetCommState", handle, () => undefined);
    if (result < 0) return result;
    const port = this.#portOf(handle);
    const wanted = new DataView(dcb.slice().buffer);
    const rate = port.rates.get(wanted.getUint32(4, true)) ?? wanted.getUint32(4, true);
    const is15With8 = wanted.getUint8(20) === 1 && wanted.getUint8(18) !== 5;
    if (rate === "refused" || is15With8) return -INVALID_PARAMETER;
    wanted.setUint32(4, rate, true);
    new Uint8Array(port.dcb.buffer).set(new Uint8Array(wanted.buffer));
    const [dtr, rts] = [(port.flags >>> 4) & 3, (port.flags >>> 12) & 3];
    this.#drive(port, { dtr: dtr === 2 || dtr === 1, rts: rts === 2 || rts === 1 });
    return 0;
  }

  getCommTimeouts(handle: number, timeouts: Uint8Array): number {
    return this.#on("GetCommTimeouts", handle, (port) => timeouts.set(port.timeouts));
  }

  setCommTimeouts(handle: number, timeouts: Uint8Array): number {
    return this.#on("SetCommTimeouts", handle, (port) => port.timeouts.set(timeouts));
  }

  setupComm(handle: number): number {
    return this.#on("SetupComm", handle, () => undefined);
  }

  clearCommError(handle: number, errors: Uint8Array, status: Uint8Array): number {
    return this.#on("ClearCommError", handle, (port) => {
      new DataView(errors.buffer, errors.byteOffset).setUint32(0, port.errors, true);
      const view = new DataView(status.buffer, status.byteOffset);
      view.setUint32(4, port.input.length, true);
      view.setUint32(8, this.#pending(port, "write")?.bytes.length ?? 0, true);
      port.errors = 0;
    });
  }

  purgeComm(handle: number, what: number): number {
    return this.#on("PurgeComm", handle, (port) => {
      if ((what & 8) !== 0) port.input.length = 0;
      if ((what & 1) !== 0) this.#endAll((each) => each === handle, ABORTED, "write");
      if ((what & 2) !== 0) this.#endAll((each) => each === handle, ABORTED, "read");
    });
  }

  escapeCommFunction(handle: number, what: number): number {
    return this.#on("EscapeCommFunction", handle, (port) => {
      this.#drive(port, what < 5 ? { rts: what === 3 } : { dtr: what === 5 });
    });
  }

  getCommModemStatus(handle: number, status: Uint8Array): number {
    if (!this.#portOf(handle).hasLines) return -1;
    return this.#on("GetCommModemStatus", handle, (port) => {
      new DataView(status.buffer, status.byteOffset).setUint32(0, port.lines, true);
    });
  }

  setCommBreak(handle: number): number {
    return this.#on("SetCommBreak", handle, (port) => this.receive(port.peer, [0], CE_BREAK));
  }

  clearCommBreak(handle: number): number {
    return this.#on("ClearCommBreak", handle, () => undefined);
  }

  setCommMask(handle: number, mask: number): number {
    return this.#on("SetCommMask", handle, (port) => {
      port.mask = mask;
      port.history = 0;
      const waiting = this.#pending(port, "event");
      if (waiting !== undefined) this.#complete(waiting, 0);
    });
  }

  waitCommEvent(handle: number, mask: bigint, overlapped: bigint): number {
    return this.#begin({ kind: "event", handle, data: mask, length: 4 }, overlapped);
  }

  readFile(...[handle, into, length, overlapped]: Transfer): number {
    const [interval, multiplier, constant] = this.#portOf(handle).timeouts;
    equal([interval, multiplier, constant].join(), "0,0,0", "no timeouts");
    return this.#begin({ kind: "read", handle, data: into, length }, overlapped);
  }

  writeFile(...[handle, data, length, overlapped]: Transfer): number {
    return this.#begin({ kind: "write", handle, data, length }, overlapped);
  }

  getOverlappedResult(_: number, overlapped: bigint, transferred: Uint8Array): number {
    const operation = this.#operations.get(overlapped);
    ok(operation, "no operation was begun with this memory");
    if (operation.isPending) return -INCOMPLETE;
    new DataView(transferred.buffer, transferred.byteOffset).setUint32(0, operation.count, true);
    return -operation.code;
  }

  cancelIoEx(_: number, overlapped: bigint): number {
    const operation = this.#operations.get(overlapped);
    if (operation?.isPending !== true) return -1168;
    if (this.isCancelLate) setImmediate(() => this.#complete(operation, ABORTED));
    else this.#complete(operation, ABORTED);
    return 0;
  }

  flushFileBuffers(): number {
    return this.#call("FlushFileBuffers");
  }

  createEvent(): number {
    const failed = this.#call("CreateEventW");
    return failed < 0 ? failed : this.#newHandle();
  }

  waitForObject(handle: number, timeoutMs: number): number {
    const isOver = (): boolean => this.#byEvent(handle)?.isPending !== true;
    if (!isOver() && timeoutMs > 0) this.whileBlocked?.();
    return isOver() ? 0 : 258;
  }

  createCompletionPort(): number {
    return this.#newHandle();
  }

  joinCompletionPort(): number {
    return 0;
  }

  nextCompletion(): undefined {
    return undefined;
  }

  postCompletion(): number {
    return 0;
  }

  allocate(size: number): bigint {
    if (this.#call("HeapAlloc") < 0) return 0n;
    return this.#heap.allocate(size);
  }

  free(memory: bigint): void {
    ok(this.#operations.get(memory)?.isPending !== true, "freed while the system works on it");
    this.#heap.free(memory);
  }

  copyFrom(memory: bigint, into: Uint8Array, length: number): void {
    into.set(this.#heap.at(memory, length));
  }

  copyTo(memory: bigint, data: Uint8Array, length: number): void {
    this.#heap.at(memory, length).set(data.subarray(0, length));
  }

  #begin(started: Pick<Operation, "kind" | "handle" | "data" | "length">, at: bigint): number {
    ok(this.#operations.get(at)?.isPending !== true, "two operations with the same memory");
    const { kind, handle, data, length } = started;
    const failed = this.#on(CALLS[kind], handle, () => undefined);
    if (failed < 0) return failed;
    const bytes = kind === "write" ? [...this.#heap.at(data, length)] : [];
    const operation = { ...started, bytes, isPending: true, code: 0, count: 0 };
    this.#operations.set(at, operation);
    const port = this.#portOf(handle);
    if (kind === "read") this.#pump(port);
    else if (kind === "event") this.#event(port, 0);
    else setImmediate(() => this.#pump(port.peer));
    return operation.isPending ? -PENDING : 0;
  }

  /** Moves bytes to a port, and from the port to pending reads. */
  #pump(port: FakePort): void {
    const write = this.#pending(port.peer, "write");
    const isHeld = (port.peer.flags & 4) !== 0 && !port.output.rts;
    while (write !== undefined && !isHeld && write.bytes.length > 0) {
      if (port.input.length >= INPUT_ROOM) break;
      port.input.push(...write.bytes.splice(0, INPUT_ROOM - port.input.length));
    }
    const read = this.#pending(port, "read");
    if (read !== undefined && port.input.length >= read.length) {
      read.count = read.length;
      this.#heap.at(read.data, read.length).set(port.input.splice(0, read.length));
      this.#complete(read, 0);
    }
    if (write?.isPending !== true) return;
    write.count = write.length - write.bytes.length;
    if (write.bytes.length === 0) this.#complete(write, 0);
    else if (port.input.length < INPUT_ROOM && !isHeld) setImmediate(() => this.#pump(port));
  }
  /** Latches events, and completes a pending wait. */
  #event(port: FakePort, events: number): void {
    port.history |= events & port.mask;
    const waiting = this.#pending(port, "event");
    if (waiting === undefined || port.history === 0) return;
    this.#heap.at(waiting.data, 4).set(new Uint8Array(Uint32Array.of(port.history).buffer));
    port.history = 0;
    this.#complete(waiting, 0);
  }

  #drive(port: FakePort, lines: { readonly rts?: boolean; readonly dtr?: boolean }): void {
    const before = port.peer.lines;
    Object.assign(port.output, lines);
    const changed = before ^ port.peer.lines;
    const events = [
      (changed & 0x10) !== 0 ? EV_CTS : 0,
      (changed & 0x20) !== 0 ? EV_DSR : 0,
      (changed & 0x80) !== 0 ? EV_RLSD : 0,
    ];
    this.#event(
      port.peer,
      events.reduce((sum, each) => sum | each, 0),
    );
    this.#pump(port);
  }

  /** Completes an operation: in the memory that it was begun with, and by a wake-up. */
  #complete(operation: Operation, code: number): void {
    if (!operation.isPending) return;
    const [address] = [...this.#operations].find(([, each]) => each === operation) ?? [];
    ok(address !== undefined && this.#heap.has(address), "the system writes to freed memory");
    operation.isPending = false;
    operation.code = code;
    this.completions.tell(address);
    const port = [...this.ports.values()].find(({ holder }) => holder === operation.handle);
    if (port !== undefined && operation.kind === "read") setImmediate(() => this.#pump(port));
  }

  #endAll(ends: (handle: number) => boolean, code: number, kind?: Kind): void {
    for (const operation of this.#operations.values()) {
      if (!operation.isPending || !ends(operation.handle)) continue;
      if (kind !== undefined && operation.kind !== kind) continue;
      if (this.isCancelLate) setImmediate(() => this.#complete(operation, code));
      else this.#complete(operation, code);
    }
  }

  #pending(port: FakePort, kind: Kind): Operation | undefined {
    return [...this.#operations.values()].find(
      (each) => each.isPending && each.kind === kind && each.handle === port.holder,
    );
  }

  #byEvent(event: number): Operation | undefined {
    for (const [address, operation] of this.#operations) {
      if (!this.#heap.has(address)) continue;
      const [low] = new Uint32Array(this.#heap.at(address + EVENT_OFFSET, 4).slice().buffer);
      if (low === event) return operation;
    }
    return undefined;
  }

  #on(call: string, handle: number, run: (port: FakePort) => void): number {
    const failed = this.#call(call);
    if (failed < 0) return failed;
    const port = this.#portOf(handle);
    if (port.isGone) return -BAD_COMMAND;
    run(port);
    return 0;
  }

  #call(name: string): number {
    this.calls.push(name);
    return -(this.#failures.get(name) ?? 0);
  }

  #portOf(handle: number): FakePort {
    const port = [...this.ports.values()].find(({ holder }) => holder === handle);
    ok(port, `handle ${handle} is no open port`);
    return port;
  }

  #newHandle(): number {
    this.#lastHandle += 4;
    this.openHandles.add(this.#lastHandle);
    return this.#lastHandle;
  }
}
