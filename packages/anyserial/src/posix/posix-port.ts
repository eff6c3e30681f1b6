// An open terminal on a POSIX system: one non-blocking system call a try; waiting is the process's
// readiness, or poll(2) for the blocking API.

import { isMainThread } from "node:worker_threads";
import { abortable } from "../abort/abort.ts";
import type { BackendPort, BlockingPort } from "../backend/backend.ts";
import { createIoCounters, type IoCounters, READ, WRITE } from "../backend/channel.ts";
import { longestOutputMs } from "../backend/output-time.ts";
import { deviceGone, type SerialError } from "../errors/errors.ts";
import { checkMemory, lostMemory } from "../errors/lost-memory.ts";
import { clearInterval, setInterval, sleep } from "../process/timers.ts";
import { PosixControl } from "./posix-control.ts";
import type { PosixPlatform } from "./posix-platform.ts";
import { FloodPoll, RoomPoll } from "./pty-quirks.ts";
import type { Readiness, Watch } from "./readiness/readiness.ts";
import { tcdrainInThread } from "./threads/tcdrain.ts";
import { closeInThread, tcdrainInNativeThread } from "./threads/thread-calls.ts";
import type { PosixHandle } from "./tty.ts";

const READ_CALL = { context: "io", operation: "receive", syscall: "read" } as const;
const WRITE_CALL = { context: "io", operation: "send", syscall: "write" } as const;
const DRAIN_CALL = { context: "io", operation: "drain", syscall: "tcdrain" } as const;

/** Modem lines are sampled this often while a call waits for them, in milliseconds. */
const MODEM_SAMPLE_MS = 10;
/** USB adapters have room for this much at most, in bytes. */
const CHIP_FIFO_BYTES = 512;
/** Reads in a row that find neither bytes nor an error in a device that reports some: it is gone. */
const MOST_EMPTY_READS = 2;
/**
 * Longest time in one poll(2), in milliseconds. A worker returns now and then: worker.terminate(), and the end
 * of the process, take effect in a thread only while JavaScript runs in it.
 */
const LONGEST_POLL_MS = isMainThread ? 0x7fff_ffff : 100;

/** An open port. When its constructor fails, the descriptor is the caller's to close. */
export class PosixPort extends PosixControl implements BackendPort, BlockingPort {
  readonly counters: IoCounters = createIoCounters();
  onReady: ((ready: number) => void) | undefined;
  onFailed: ((error: SerialError) => void) | undefined;
  readonly #watch: Watch | undefined;
  readonly #flood: FloodPoll | undefined;
  readonly #room: RoomPoll | undefined;
  readonly #gonePoll: NodeJS.Timeout | undefined;
  #drainsInThread = 0;

  /**
   * @param platform The system.
   * @param handle An open terminal.
   * @param readiness Waits for it; `undefined` for blocking use.
   */
  constructor(platform: PosixPlatform, handle: PosixHandle, readiness: Readiness | undefined) {
    super(platform, handle);
    if (handle.isPseudoTerminal) this.#flood = new FloodPoll(platform.libc, platform.abi);
    if (readiness === undefined) return;
    const onReady = (ready: number): void => this.onReady?.(ready);
    const onHangup = (): void => this.onFailed?.(deviceGone(handle.path, "receive"));
    const look = (): void => {
      if (platform.isGone?.(handle.fd) === true) onHangup();
    };
    const watch = readiness.watch(handle.fd, {
      onReady,
      onIdle: look,
      onHangup,
      onFailed: (error) => this.onFailed?.(error),
    });
    this.#watch = watch;
    if (handle.isPseudoTerminal) this.#room = roomPoll(watch, onReady);
    if (platform.gonePollMs === undefined) return;
    this.#gonePoll = setInterval(look, platform.gonePollMs).unref();
  }

  tryRead(into: Uint8Array): number {
    checkMemory(into, this.tty.path);
    this.#flood?.beforeRead(this.fd);
    this.counters.readCalls++;
    const count = this.#read(into);
    this.#flood?.afterRead(count);
    if (count === 0) this.counters.wouldBlock++;
    else if (this.#watch !== undefined) this.#watch.found = true;
    return count;
  }

  tryWrite(data: Uint8Array): number {
    const { abi, libc, path } = this.tty;
    if (data.length === 0) throw lostMemory("send", path);
    this.counters.writeCalls++;
    for (;;) {
      const count = libc.write(this.fd, data, data.length);
      if (count > 0) return count;
      if (count === 0 || count === -abi.errno.EAGAIN) break;
      if (count !== -abi.errno.EINTR) throw this.tty.failure(WRITE_CALL, count);
    }
    this.counters.wouldBlock++;
    return 0;
  }

  arm(interest: number): void {
    this.#watch?.arm(interest);
    if ((interest & WRITE) !== 0) this.#room?.start();
  }

  wait(interest: number, timeoutMs: number): void {
    const { abi, libc } = this.tty;
    const events = (interest & READ) === 0 ? abi.POLLOUT : abi.POLLIN;
    const isEndless = timeoutMs === Number.POSITIVE_INFINITY && isMainThread;
    libc.poll(this.fd, events, isEndless ? -1 : Math.min(Math.ceil(timeoutMs), LONGEST_POLL_MS));
  }

  async waitModemLineChange(signal: AbortSignal): Promise<void> {
    await sleep(MODEM_SAMPLE_MS, { signal });
  }

  async flush(signal: AbortSignal): Promise<void> {
    const { isPseudoTerminal, platform } = this.tty;
    if (isPseudoTerminal) return;
    const { threads } = platform;
    // A driver that reports its transmitter may use an old report of the chip: tcdrain(3) asks the
    // chip.
    if (threads === undefined && this.isTransmitterEmpty() !== undefined) return;
    if (threads !== undefined && (await tcdrainInNativeThread(threads, this.fd, signal))) {
      this.outputWaiting(); // fails when the terminal was hung up, which ends tcdrain(3) like the last byte
      this.checkSent(true);
      return;
    }
    this.#drainsInThread++;
    const result = tcdrainInThread(this.fd, signal).finally(() => this.#drainsInThread--);
    this.tty.check(DRAIN_CALL, await abortable(result, signal));
  }

  flushBlocking(): void {
    const { abi, platform } = this.tty;
    let result: number;
    do {
      result = platform.tcdrain(this.fd);
    } while (result === -abi.errno.EINTR);
    this.tty.check(DRAIN_CALL, result);
  }

  override restoreAtExit(): void {
    if (this.#drainsInThread > 0) this.tty.platform.discard(this.fd, "output"); // lets the thread go
    super.restoreAtExit();
  }

  /**
   * close(2) itself would block until the queue is empty, for up to 30 seconds (tty_port.c,
   * closing_wait); a driver may wait for its chip, too.
   */
  async close(discarded: number): Promise<void> {
    const { fd, isPseudoTerminal, libc, platform } = this.tty;
    if (discarded > 0) platform.discard(fd, "output");
    if (platform.threads === undefined || isPseudoTerminal) {
      this.abandon();
      return;
    }
    const graceMs = this.#longestInChipMs(discarded > 0 ? 0 : CHIP_FIFO_BYTES);
    this.#unwatch();
    this.restoreAtExit();
    await closeInThread(platform.threads, libc, { fd, graceMs });
  }

  abandon(): void {
    this.#unwatch();
    this.closeBlocking();
  }

  closeBlocking(): void {
    this.restoreAtExit();
    this.tty.libc.close(this.fd);
  }

  /** Bytes read, 0 when there are none; fails when the device is gone. */
  #read(into: Uint8Array): number {
    const { abi, libc, path } = this.tty;
    for (let empty = 0; ; ) {
      const count = libc.read(this.fd, into, into.length);
      if (count > 0) return count;
      if (count === -abi.errno.EAGAIN) return 0;
      if (count === -abi.errno.EINTR) continue;
      if (count < 0) throw this.tty.failure(READ_CALL, count);
      // Nothing, and no error: a hang-up, or another program took the terminal out of raw mode.
      const events = libc.poll(this.fd, abi.POLLIN, 0);
      if (events === 0) return 0;
      if (events === -abi.errno.EINTR) continue;
      if (events !== abi.POLLIN || ++empty > MOST_EMPTY_READS) throw deviceGone(path, "receive");
    }
  }

  /** The longest that a chip is given for what it may have taken out of the kernel's queue. */
  #longestInChipMs(bytes: number): number {
    try {
      return longestOutputMs(bytes, this.effectiveConfig().baudRate);
    } catch {
      return longestOutputMs(0, 1); // the device is gone
    }
  }

  #unwatch(): void {
    clearInterval(this.#gonePoll);
    this.#room?.stop();
    this.#watch?.close();
  }
}

/** The try finds out whether there is room. */
function roomPoll(watch: Watch, onReady: (ready: number) => void): RoomPoll {
  return new RoomPoll({
    isAwaited: () => (watch.armed & WRITE) !== 0,
    hasRoom: () => true,
    onRoom: () => {
      watch.disarm(WRITE);
      onReady(WRITE);
    },
  });
}
