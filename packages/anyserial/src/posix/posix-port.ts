// An open terminal that waits without blocking: the POSIX side of the backend contract. One
// non-blocking system call first; only when the kernel has nothing does an operation wait.

import { abortable } from "../abort.ts";
import { type BackendPort, createIoCounters, type IoCounters } from "../backend/backend.ts";
import {
  letOutputGo,
  longestOutputMs,
  sleepUntilAborted,
  transmitterPatienceMs,
  waitDrained,
  waitUntil,
} from "../backend/drain.ts";
import type { EffectiveConfig } from "../config.ts";
import type { SerialError } from "../errors.ts";
import { PosixDevice } from "./posix-device.ts";
import type { PosixPlatform } from "./posix-platform.ts";
import type { Readiness, Watch } from "./readiness/readiness.ts";
import { tcdrainInThread } from "./tcdrain.ts";
import { closeInThread, tcdrainInNativeThread } from "./thread-calls.ts";
import type { PosixHandle } from "./tty.ts";

/** Modem lines are looked at this often while somebody listens, in milliseconds. */
const MODEM_SAMPLE_MS = 10;
/** A write that waits on a pty is tried again this often, in milliseconds. */
const PTY_RETRY_MS = 100;
/** USB adapters have room for this much at most, in bytes. */
const CHIP_FIFO_BYTES = 512;

/** So much in one read of a pty means that more is on its way, in bytes. */
const FLOOD_BYTES = 1024;
/** Looks at a pty before it is read then: some 10 µs. */
const MOST_LOOKS = 32;

/** An open port. */
export class PosixPort extends PosixDevice implements BackendPort {
  readonly counters: IoCounters = createIoCounters();
  onDisconnect: ((error: SerialError) => void) | undefined;
  readonly #watch: Watch;
  #goneLook: NodeJS.Timeout | undefined;
  #readCanceled = false;
  #isFlooded = false;
  readonly #queued = new Int32Array(1);
  readonly #queuedBytes = new Uint8Array(this.#queued.buffer);
  #writeCanceled = false;
  #drainsInThread = 0;

  protected constructor(platform: PosixPlatform, handle: PosixHandle, watch: Watch) {
    super(platform, handle);
    this.#watch = watch;
  }

  /** Wraps an open descriptor and starts to watch it. */
  static watch(platform: PosixPlatform, handle: PosixHandle, readiness: Readiness): PosixPort {
    const onHangup = (): void => port.onDisconnect?.(port.goneError("receive"));
    const { isGone, goneLookMs } = platform;
    const onReadable = (): void => {
      if (isGone?.(handle.fd) === true) onHangup();
    };
    const watch = readiness.watch(handle.fd, isGone ? { onHangup, onReadable } : { onHangup });
    const port = new PosixPort(platform, handle, watch);
    if (goneLookMs !== undefined) port.#lookEvery(goneLookMs, onReadable);
    return port;
  }

  #lookEvery(durationMs: number, look: () => void): void {
    this.#goneLook = setInterval(look, durationMs).unref();
  }

  /** Waits until a read may find something; `false` when canceled. */
  protected waitReadable(): Promise<boolean> {
    return this.#watch.waitReadable();
  }

  /** Waits until a write may find room; `false` when canceled. */
  protected waitWritable(): Promise<boolean> {
    return this.#watch.waitWritable();
  }

  read(into: Uint8Array): number | Promise<number> {
    if (this.#isFlooded) this.#lookFirst();
    const count = this.#readNow(into);
    return count > 0 ? count : this.#readLater(into);
  }

  /**
   * A read that finds a pty empty sleeps in the kernel until its worker has run
   * (tty_buffer_flush_work), and the event loop with it. While bytes pour in, a few looks take less.
   */
  #lookFirst(): void {
    const { libc, abi } = this.tty;
    for (let looks = 0; looks < MOST_LOOKS; looks++) {
      const result = libc.ioctl(this.fd, abi.FIONREAD, this.#queuedBytes);
      if (result < 0 || this.#queued[0] !== 0) return; // the read tells what is wrong
    }
  }

  cancelRead(): void {
    this.#readCanceled = true;
    this.#watch.cancelReadable();
  }

  write(data: Uint8Array): number | Promise<number> {
    const count = this.tryWrite(data);
    return count > 0 ? count : this.#writeLater(data);
  }

  cancelWrite(): void {
    this.#writeCanceled = true;
    this.#watch.cancelWritable();
  }

  tryWrite(data: Uint8Array): number {
    this.counters.writeCalls++;
    const count = this.writeOnce(data);
    if (count === 0) this.counters.wouldBlock++;
    return count;
  }

  async drain(exact: boolean, signal: AbortSignal): Promise<void> {
    const settings = this.effectiveConfig();
    const hadToWait = await waitDrained(() => this.outputWaiting(), settings.baudRate, signal);
    if (hadToWait) this.checkPresence();
    if (!exact || this.tty.isPseudoTerminal) return;
    const canTell = this.isTransmitterEmpty() !== undefined;
    if (canTell) await this.#untilTransmitterEmpty(settings, signal);
    // A driver that can tell may go by what a chip reported a while ago: tcdrain(3) asks the chip.
    if (!canTell || this.tty.platform.threads !== undefined) await this.#drainInThread(signal);
  }

  /** Waits until the driver says so, but not for ever, since there are some that never do. */
  async #untilTransmitterEmpty(settings: EffectiveConfig, signal: AbortSignal): Promise<void> {
    const giveUpAt = performance.now() + transmitterPatienceMs(settings);
    const isOver = (): boolean => performance.now() >= giveUpAt;
    await waitUntil(() => this.isTransmitterEmpty() !== false || isOver(), signal);
  }

  async waitModemLineChange(signal: AbortSignal): Promise<void> {
    await sleepUntilAborted(MODEM_SAMPLE_MS, signal);
  }

  async #drainInThread(signal: AbortSignal): Promise<void> {
    const { threads } = this.tty.platform;
    if (threads !== undefined && (await tcdrainInNativeThread(threads, this.fd, signal))) {
      this.outputWaiting(); // fails when the terminal was hung up, which ends tcdrain(3) like the last byte
      this.checkPresence();
      return;
    }
    this.#drainsInThread++;
    const result = tcdrainInThread(this.fd, signal).finally(() => this.#drainsInThread--);
    const call = { context: "io", operation: "drain", syscall: "tcdrain" } as const;
    this.tty.check(call, await abortable(result, signal));
  }

  override restoreAtExit(): void {
    if (this.#drainsInThread > 0) this.tty.platform.discard(this.fd, "output"); // lets the thread go
    super.restoreAtExit();
  }

  /**
   * close(2) itself would block until the queue is empty, for up to 30 seconds (tty_port.c,
   * closing_wait): the time that the line needs is waited for here, and the rest is thrown away.
   */
  async close(): Promise<number> {
    const discarded = await letOutputGo(this);
    const { threads } = this.tty.platform;
    if (threads === undefined || this.tty.isPseudoTerminal) {
      this.abandon();
    } else {
      const graceMs = this.#longestInChipMs(discarded > 0 ? 0 : CHIP_FIFO_BYTES);
      this.#unwatch();
      this.restoreAtExit();
      await closeInThread(threads, this.tty.libc, { fd: this.fd, graceMs });
    }
    return discarded;
  }

  /** The longest that a chip is given for what it may have taken out of the kernel's queue. */
  #longestInChipMs(bytes: number): number {
    try {
      return longestOutputMs(bytes, this.effectiveConfig().baudRate);
    } catch {
      return longestOutputMs(0, 1); // the device is gone
    }
  }

  override abandon(): void {
    this.#unwatch();
    this.closeBlocking();
  }

  #unwatch(): void {
    clearInterval(this.#goneLook);
    this.#watch.close();
  }

  #readNow(into: Uint8Array): number {
    this.counters.readCalls++;
    const count = this.readOnce(into);
    if (count === 0) this.counters.wouldBlock++;
    this.#isFlooded = count >= FLOOD_BYTES && this.tty.isPseudoTerminal;
    return count;
  }

  async #readLater(into: Uint8Array): Promise<number> {
    this.#readCanceled = false;
    for (;;) {
      this.counters.waits++;
      if (!(await this.waitReadable())) return 0;
      const count = this.#readNow(into);
      if (count > 0 || this.#readCanceled) return count;
    }
  }

  /**
   * Waits for room. The kernel wakes the writer of a pty when the other side has read, which can be
   * just before it frees the memory: then poll says "no room", and nothing wakes it again. So a
   * write on a pty is tried again after a moment, for as long as it waits.
   */
  async #roomOrRetry(): Promise<boolean> {
    if (!this.tty.isPseudoTerminal) return this.waitWritable();
    let isRetry = false;
    const timer = setTimeout(() => {
      isRetry = true;
      this.#watch.cancelWritable();
    }, PTY_RETRY_MS);
    const ready = await this.waitWritable();
    clearTimeout(timer);
    return ready || (isRetry && !this.#writeCanceled);
  }

  async #writeLater(data: Uint8Array): Promise<number> {
    this.#writeCanceled = false;
    for (;;) {
      this.counters.waits++;
      if (!(await this.#roomOrRetry())) return 0;
      const count = this.tryWrite(data);
      if (count > 0 || this.#writeCanceled) return count;
    }
  }
}
