// The controller of a pty. While no application has the device open its read answers EIO (Linux) or nothing,
// its write EIO (macOS), and its poll "hung up": that is a state to wait out, not a disconnect.

import {
  type Channel,
  createIoCounters,
  type IoCounters,
  READ,
  WRITE,
} from "../backend/channel.ts";
import type { CheckedAccess, EmulatedBackendPort, TerminalMode } from "../backend/emulated-port.ts";
import { createSerialConfig, type EffectiveConfig, type SerialConfig } from "../config/config.ts";
import { checkMemory, lostMemory } from "../errors/lost-memory.ts";
import { nextTick } from "../process/timers.ts";
import { DeviceVisits } from "./device-visits.ts";
import { Freshness } from "./freshness.ts";
import { Leftover } from "./leftover.ts";
import { OpenerCount, type PresenceEvent } from "./opener-count.ts";
import { MOST_PER_READ, RoomPoll } from "./pty-quirks.ts";
import type { Controller, PtySystem, ReadMark } from "./pty-system.ts";
import type { Watch, WatchListener } from "./readiness/readiness.ts";
import { replacePty } from "./replace-pty.ts";
import { readTerminalMode } from "./termios.ts";
import { commitTermios, Tty } from "./tty.ts";
import { TtySettings } from "./tty-settings.ts";

const READ_CALL = { context: "io", operation: "receive", syscall: "read" } as const;
const WRITE_CALL = { context: "io", operation: "send", syscall: "write" } as const;

export class PtyController implements EmulatedBackendPort {
  readonly mostPerRead: number = MOST_PER_READ;
  readonly counters: IoCounters = createIoCounters();
  onFailed: Channel["onFailed"];
  onPresence: (() => void) | undefined;
  onReplaced: (() => void) | undefined;
  readonly #system: PtySystem;
  readonly #tty: Tty;
  readonly #settings: TtySettings;
  /** Called by the watch itself: the way of each message of a hub. */
  readonly #listener: { onReady: Channel["onReady"] } & WatchListener = {
    hangupIsNoRoom: true,
    onReady: undefined,
    onFailed: (error) => this.onFailed?.(error),
  };
  readonly #watch: Watch;
  readonly #room: RoomPoll;
  readonly #visits: DeviceVisits;
  #devicePath: string;
  #unwatch: () => void = () => undefined;
  #reads: ReadMark | undefined;
  #wasOpen = false;
  /** Something was armed while no application was there. */
  #isAwaited = false;
  /** The last write was refused because no application was there. */
  #isRefused = false;
  /** {@link WRITE} while it waits for an application, whose coming is its event. */
  #absent = 0;
  readonly #openers = new OpenerCount();
  readonly #freshness: Freshness;
  readonly #leftover = new Leftover();

  /**
   * Makes a fresh controller ready: its device is raw and silent before anything opens it. When it fails,
   * the descriptor is the caller's to close.
   *
   * @param name Name in errors; by default the path of its device.
   */
  constructor(system: PtySystem, { fd, devicePath }: Controller, name: string | undefined) {
    const { platform, readiness } = system;
    this.#system = system;
    this.#devicePath = devicePath;
    this.#tty = new Tty(platform, { fd, path: name ?? devicePath, isPseudoTerminal: true });
    this.#settings = new TtySettings(this.#tty, () => undefined);
    this.#visits = new DeviceVisits(system, this.#tty);
    this.#freshness = new Freshness({
      loosen: () => system.renewal?.loosen(fd),
      forget: () => this.#visits.forget(this.#controller),
      resume: () => this.#visits.resume(this.#controller),
      isHeld: () => this.#isHeld(),
      replace: () => this.#replace(),
      check: () => this.#checkAgain(),
    });
    this.#watch = readiness.watch(fd, this.#listener);
    this.#room = new RoomPoll({
      isAwaited: () => ((this.#watch.armed | this.#absent) & WRITE) !== 0,
      hasRoom: () => this.isWritable(),
      onRoom: () => this.#fire(WRITE),
    });
    try {
      this.#visits.prepare(this.#controller);
      this.#visits.sinceReport = 0; // the watch comes after it
      this.#unwatch = this.#watchDevice();
      this.preset(createSerialConfig());
    } catch (error) {
      this.#stop();
      throw error;
    }
  }

  get onReady(): Channel["onReady"] {
    return this.#listener.onReady;
  }

  set onReady(onReady: Channel["onReady"]) {
    this.#listener.onReady = onReady;
  }

  get devicePath(): string {
    return this.#devicePath;
  }

  tryRead(into: Uint8Array): number {
    checkMemory(into, this.#tty.path);
    if (!this.#leftover.isEmpty) return this.#leftover.take(into);
    this.counters.readCalls++;
    const count = this.#readKernel(into);
    this.#watch.found ||= count > 0;
    if (count > 0) this.#freshness.exchanged(count);
    else this.counters.wouldBlock++;
    return count;
  }

  tryWrite(data: Uint8Array): number {
    const { abi, fd, libc, path } = this.#tty;
    if (data.length === 0) throw lostMemory("send", path);
    this.counters.writeCalls++;
    for (;;) {
      const count = libc.write(fd, data, data.length);
      if (count > 0) return count;
      const { EAGAIN, EINTR, EIO } = abi.errno;
      this.#isRefused = count === -EIO;
      if (count === 0 || count === -EAGAIN || this.#isRefused) break;
      if (count !== -EINTR) throw this.#tty.failure(WRITE_CALL, count);
    }
    this.counters.wouldBlock++;
    return 0;
  }

  arm(interest: number): void {
    if (!this.#wasOpen) this.#isAwaited = true;
    if ((interest & WRITE) !== 0) {
      this.#room.start();
      if (this.#isRefused) this.#absent = WRITE;
    }
    const present = interest & ~this.#absent;
    if (present !== 0) this.#watch.arm(present);
  }

  isApplicationOpen(): boolean {
    this.#wasOpen = this.#isHeld();
    if (!this.#wasOpen) this.#freshness.left();
    return this.#wasOpen;
  }

  unreadBytes(): number | undefined {
    this.#isHeld();
    return this.#visits.unreadBytes(this.#controller);
  }

  hasApplicationRead(): boolean | undefined {
    this.#reads ??= this.#system.markReads?.(this.#devicePath);
    return this.#reads?.hasRead();
  }

  discardUnread(): boolean {
    this.#isHeld();
    return this.#visits.discardUnread(this.#controller);
  }

  isWritable(): boolean {
    return this.#tty.polls(this.#tty.abi.POLLOUT, this.#tty.abi.POLLOUT);
  }

  effectiveConfig(): EffectiveConfig {
    return this.#settings.effective();
  }

  preset(config: SerialConfig): void {
    this.#settings.configure(config, "leave-out");
    this.#system.renewal?.loosen(this.#tty.fd); // so that the next application changes something
  }

  terminalMode(): TerminalMode {
    return readTerminalMode(this.#tty.abi, this.#tty.readTermios());
  }

  setAccess(access: CheckedAccess): void {
    this.#visits.setAccess(this.#controller, access);
  }

  restoreAtExit(): void {
    this.#settings.restore();
  }

  /** Written bytes are at the other side at once. */
  async close(): Promise<void> {
    this.abandon();
  }

  abandon(): void {
    this.#stop();
    this.restoreAtExit();
    this.#tty.libc.close(this.#tty.fd);
  }

  #stop(): void {
    this.#freshness.stop();
    this.#room.stop();
    this.#unwatch();
    this.#watch.close();
    this.#reads?.close();
  }

  #readKernel(into: Uint8Array): number {
    for (;;) {
      const count = this.#tty.libc.read(this.#tty.fd, into, into.length);
      if (count >= 0) return count;
      const { EAGAIN, EINTR, EIO } = this.#tty.abi.errno;
      if (count === -EAGAIN || count === -EIO) return 0;
      if (count !== -EINTR) throw this.#tty.failure(READ_CALL, count);
    }
  }

  /** Reports what is armed of some directions as ready. */
  #fire(interest: number): void {
    const ready = this.#watch.disarm(interest) | (this.#absent & interest);
    this.#absent &= ~interest;
    if (ready !== 0) this.onReady?.(ready);
  }

  /** An application came or went: bytes that arrived meanwhile may have had no event. */
  #wakeAwaited(): void {
    const wasAwaited = this.#isAwaited;
    this.#isAwaited = false;
    if (wasAwaited) this.#fire(READ | WRITE);
  }

  get #controller(): Controller {
    return { fd: this.#tty.fd, devicePath: this.#devicePath };
  }

  #watchDevice(): () => void {
    return this.#system.watchDevice({
      path: this.#devicePath,
      wasOpen: () => this.#wasOpen,
      isOpen: () => this.isApplicationOpen(),
      isAwaited: () => this.#isAwaited,
      onChange: (events) => this.#presenceChanged(events),
    });
  }

  #presenceChanged(events: readonly PresenceEvent[] | undefined): void {
    const { wasVisited, changedHands } = this.#openers.follow(events, this.#visits.sinceReport);
    this.#visits.sinceReport = 0;
    if (wasVisited) this.#freshness.used();
    this.#checkAgain();
    this.#openers.correct(this.#wasOpen);
    if (this.#wasOpen) this.#freshness.touched();
    if (this.#wasOpen && changedHands) this.#freshness.changedHands();
    this.onPresence?.();
    this.#wakeAwaited();
  }

  #checkAgain(): void {
    try {
      this.isApplicationOpen();
    } catch {
      // The waiting operation queries as well, and fails.
    }
  }

  /**
   * Puts a new pty in the place of this one: no application has it open, and the state left behind
   * cannot be cleared.
   */
  #replace(): void {
    const tty = this.#tty;
    const termios = tty.readTermios();
    const devicePath = replacePty({
      system: this.#system,
      tty,
      old: this.#controller,
      prepare: (controller) => {
        commitTermios(tty.platform, controller.fd, termios);
        this.#visits.prepare(controller);
      },
      swap: (run) => {
        this.#leftover.fill((into) => this.#readKernel(into)); // bytes that the application wrote and left
        this.#watch.replace(run);
      },
    });
    if (tty.path === this.#devicePath) tty.path = devicePath;
    this.#devicePath = devicePath;
    this.#unwatch();
    this.#reads?.close();
    this.#reads = undefined;
    this.#visits.sinceReport = 0; // those to a device that was not watched yet
    this.#unwatch = this.#watchDevice();
    this.onReplaced?.();
    nextTick(() => this.#fire(READ | WRITE)); // an event of the old pty may be lost
  }

  #isHeld(): boolean {
    const isHeld = !this.#tty.polls(this.#tty.abi.POLLIN, this.#tty.abi.POLLHUP);
    if (isHeld) this.#freshness.used();
    return isHeld;
  }
}
