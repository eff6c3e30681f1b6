// A serial port of macOS or a BSD in memory, behind the Libc interface: it decodes every number and
// the bytes of every struct by the target's own headers (bsd-facts.ts), fails on unknown ones,
// answers as the system would, and writes down each call.

import { equal, ok } from "node:assert/strict";
import type { Libc } from "../../dist/posix/libc.js";
import { BsdFacts } from "./bsd-facts.ts";
import { BsdKqueue } from "./bsd-kqueue.ts";

/** Answers of the port's driver. */
export interface Driver {
  /** Takes a rate, or answers EINVAL. */
  takesRate: (baudRate: number) => boolean;
  /** RTS/CTS: taken, answered with EINVAL, or silently left out, as a whole or by half. */
  rtsCts: "taken" | "refused" | "dropped" | "halved";
  dtrDsr: "taken" | "refused" | "dropped";
  /** TIOCM bits; `undefined` answers ENOTTY. */
  modemBits: number | undefined;
  /** Bytes in the output queue; `undefined` answers ENOTTY. */
  outputQueue: number | undefined;
  hasBreak: boolean;
}

const ONLCR = 0x2;
/** ECHOE and ECHOK, which the library leaves as they are. */
const OTHER_LFLAGS = 0x6;

/** The system. */
export class BsdKernel implements Libc {
  readonly facts: BsdFacts;
  /** Calls in order, in the words of the headers. */
  readonly trace: string[] = [];
  readonly kqueue: BsdKqueue;
  readonly driver: Driver = {
    takesRate: () => true,
    rtsCts: "taken",
    dtrDsr: "taken",
    modemBits: 0,
    outputQueue: 0,
    hasBreak: true,
  };
  /** Device nodes that can be opened. */
  readonly nodes = new Set<string>();
  readonly openFds = new Set<number>();
  /** Bytes that have arrived. */
  readonly input: number[] = [];
  readonly written: number[] = [];
  /** `struct termios` in force. */
  termios: Uint8Array;
  isBreakOn = false;
  isFlocked = false;
  isExclusive = false;
  readonly #failures: { call: string; errno: string; passes: number }[] = [];
  #nextFd = 7;

  /** @param target System and CPU: `freebsd-x64`, … */
  constructor(target: string) {
    this.facts = new BsdFacts(target);
    this.kqueue = new BsdKqueue(this.facts, this.trace, {
      newFd: () => this.#newFd(),
      closeFd: (fd) => this.openFds.delete(fd),
      waitingBytes: () => this.input.length,
    });
    this.termios = this.#cooked();
  }

  /** Lets a call fail: the first of that name, or the one after `passes` others. */
  fail(call: string, errno: string, passes: number = 0): void {
    this.#failures.push({ call, errno, passes });
  }

  /** The line brings bytes. */
  arrive(...bytes: number[]): void {
    this.input.push(...bytes);
    this.kqueue.touch("EVFILT_READ");
  }

  open(path: string, flags: number): number {
    const called = `open "${path}" ${this.facts.names("open", flags)} (${hex(flags)})`;
    const failed = this.#failure("open");
    if (failed !== 0) return this.#end(called, failed);
    if (!this.nodes.has(path)) return this.#end(called, -this.#errno("ENOENT"));
    return this.#end(called, this.#newFd());
  }

  close(fd: number): number {
    ok(this.openFds.delete(fd), `descriptor ${fd} is open`);
    this.isFlocked = false;
    return this.#end(`close ${fd}`, 0);
  }

  read(fd: number, into: Uint8Array, length: number): number {
    const failed = this.#failure("read");
    const bytes = failed === 0 ? this.input.splice(0, length) : [];
    into.set(bytes);
    const result = failed || bytes.length || -this.#errno("EAGAIN");
    return this.#end(`read ${fd} [${length}]`, result, bytes);
  }

  write(fd: number, data: Uint8Array, length: number): number {
    const bytes = [...data.subarray(0, length)];
    const failed = this.#failure("write");
    if (failed === 0) this.written.push(...bytes);
    return this.#end(`write ${fd} [${length}]`, failed || length, bytes);
  }

  flock(fd: number, operation: number): number {
    const { facts } = this;
    const locks = facts.constant("LOCK_EX") | facts.constant("LOCK_NB");
    ok(operation === locks || operation === facts.constant("LOCK_UN"), "flock: known operation");
    // devfs_vnops.c of FreeBSD and DragonFly: no flock(2) on a device.
    const hasNone = ["freebsd", "dragonfly"].includes(facts.system);
    const failed = this.#failure("flock") || (hasNone ? -this.#errno("EOPNOTSUPP") : 0);
    if (failed === 0) this.isFlocked = operation === locks;
    return this.#end(`flock ${fd} ${operation === locks ? "LOCK_EX|LOCK_NB" : "LOCK_UN"}`, failed);
  }

  poll(fd: number, events: number, timeoutMs: number): number {
    return this.#end(`poll ${fd} ${hex(events)} ${timeoutMs}`, 0);
  }

  /** A request without an argument has no size in it. */
  ioctlValue(fd: number, request: number, value: number): number {
    const name = this.facts.request(request);
    equal((request & 0xe000_0000) >>> 0, 0x2000_0000, `${name} takes no argument`);
    equal(value, 0);
    const refused = this.driver.hasBreak || !name.endsWith("BRK") ? 0 : -this.#errno("ENOTTY");
    const result = this.#failure(name) || refused;
    if (result === 0) this.#switch(name);
    return this.#end(`ioctl ${fd} ${name} (${hex(request)})`, result);
  }

  /** A request with one says how many bytes it is. */
  ioctl(fd: number, request: number, argument: Uint8Array): number {
    const name = this.facts.request(request);
    equal((request >>> 16) & 0x1fff, argument.length, `size of the argument of ${name}`);
    const called = `ioctl ${fd} ${name} (${hex(request)}, ${argument.length} bytes)`;
    const failed = this.#failure(name);
    if (failed !== 0) return this.#end(called, failed);
    if (name === "TIOCGETA" || name === "TIOCSETA") return this.#termios(called, name, argument);
    const cell = new DataView(argument.buffer, argument.byteOffset, argument.length);
    const answer = this.#cell(name, cell.getInt32(0, true));
    if (answer === undefined) return this.#end(called, -this.#errno("ENOTTY"));
    cell.setInt32(0, answer, true);
    const words = name.startsWith("TIOCM") ? this.facts.names("modem", answer) : `${answer}`;
    return this.#end(`${called} ${words}`, 0);
  }

  #switch(name: string): void {
    if (name === "TIOCEXCL" || name === "TIOCNXCL") this.isExclusive = name === "TIOCEXCL";
    if (name === "TIOCSBRK" || name === "TIOCCBRK") this.isBreakOn = name === "TIOCSBRK";
  }

  /** Requests over one `int`: the new value; `undefined` where the driver lacks it. */
  #cell(name: string, value: number): number | undefined {
    const { driver } = this;
    if (name === "FIONREAD") return this.input.length;
    if (name === "TIOCOUTQ") return driver.outputQueue;
    if (name === "TIOCFLUSH") {
      ok(value > 0 && value < 4, "TIOCFLUSH: FREAD, FWRITE or both");
      if ((value & this.facts.constant("FREAD")) !== 0) this.input.length = 0;
      if ((value & this.facts.constant("FWRITE")) !== 0) driver.outputQueue = 0;
      return value;
    }
    if (driver.modemBits === undefined) return undefined;
    if (name === "TIOCMGET") return driver.modemBits;
    if (name === "TIOCMBIS") driver.modemBits |= value;
    else driver.modemBits &= ~value;
    return value;
  }

  #termios(called: string, name: string, argument: Uint8Array): number {
    if (name === "TIOCGETA") {
      argument.set(this.termios);
      return this.#end(called, 0);
    }
    const asked = argument.slice();
    const words = this.settings(asked);
    const result = this.#drive(asked) ? 0 : -this.#errno("EINVAL");
    if (result === 0) this.termios = asked;
    const ended = this.#end(called, result);
    this.trace.push(...words.map((line) => `    ${line}`));
    return ended;
  }

  /** `struct termios` in the words of the headers. */
  settings(bytes: Uint8Array = this.termios): string[] {
    const { facts } = this;
    const value = (field: string): number => facts.read(bytes, "termios", field);
    const cflag = value("c_cflag");
    const size = cflag & facts.constant("CSIZE");
    const bits = ["CS5", "CS6", "CS7", "CS8"].find((name) => facts.constant(name) === size);
    const [ccOffset] = facts.field("termios", "c_cc");
    const characters = ["VMIN", "VTIME", "VSTART", "VSTOP"].map(
      (name) => `${name}=${bytes[ccOffset + facts.constant(name)]}`,
    );
    return [
      `c_iflag ${facts.names("c_iflag", value("c_iflag"))}`,
      `c_oflag ${facts.names("c_oflag", value("c_oflag"), ONLCR)}`,
      `c_cflag ${bits}|${facts.names("c_cflag", cflag, facts.constant("CSIZE"))}`,
      `c_lflag ${facts.names("c_lflag", value("c_lflag"), OTHER_LFLAGS)}`,
      `c_cc ${characters.join(" ")}`,
      `c_ispeed ${value("c_ispeed")} c_ospeed ${value("c_ospeed")}`,
    ];
  }

  /** Hands settings to the driver, which changes or refuses them. */
  #drive(asked: Uint8Array): boolean {
    const { driver, facts } = this;
    const rate = facts.read(asked, "termios", "c_ospeed");
    if (facts.read(asked, "termios", "c_ispeed") !== rate || !driver.takesRate(rate)) return false;
    const cflag = facts.read(asked, "termios", "c_cflag");
    const output = facts.constant("CCTS_OFLOW");
    const rtsCts = output | facts.constant("CRTS_IFLOW");
    const dtrDsr = (facts.find("CDTR_IFLOW") ?? 0) | (facts.find("CDSR_OFLOW") ?? 0);
    if (driver.rtsCts === "refused" && (cflag & rtsCts) !== 0) return false;
    if (driver.dtrDsr === "refused" && (cflag & dtrDsr) !== 0) return false;
    const halved = driver.rtsCts === "halved" ? rtsCts & ~output : 0;
    const dropped =
      (driver.rtsCts === "dropped" ? rtsCts : halved) | (driver.dtrDsr === "dropped" ? dtrDsr : 0);
    facts.write(asked, "termios", "c_cflag", cflag & ~dropped);
    return true;
  }

  /** 9600 8N1, cooked, as the system leaves a port. */
  #cooked(): Uint8Array {
    const { facts } = this;
    const bits = (names: string): number =>
      names.split(" ").reduce((all, name) => all | facts.constant(name), 0);
    const bytes = new Uint8Array(facts.size("termios"));
    const fields: Readonly<Record<string, number>> = {
      c_iflag: bits("BRKINT ICRNL IXON IXANY IMAXBEL"),
      c_oflag: facts.constant("OPOST") | ONLCR,
      c_cflag: bits("CREAD CS8 HUPCL"),
      c_lflag: bits("ICANON ISIG IEXTEN ECHO") | OTHER_LFLAGS,
      c_ispeed: 9600,
      c_ospeed: 9600,
    };
    for (const [name, value] of Object.entries(fields)) facts.write(bytes, "termios", name, value);
    const [ccOffset, ccLength] = facts.field("termios", "c_cc");
    bytes.fill(0xff, ccOffset, ccOffset + ccLength);
    return bytes;
  }

  #newFd(): number {
    this.openFds.add(this.#nextFd);
    return this.#nextFd++;
  }

  #failure(call: string): number {
    const failure = this.#failures.find((one) => one.call === call);
    if (failure === undefined || failure.passes-- > 0) return 0;
    this.#failures.splice(this.#failures.indexOf(failure), 1);
    return -this.#errno(failure.errno);
  }

  #end(called: string, result: number, bytes: readonly number[] = []): number {
    const data = bytes.length > 0 ? ` ${Buffer.from(bytes).toString("hex")}` : "";
    this.trace.push(`${called}${data} = ${result < 0 ? this.#errnoName(-result) : result}`);
    return result;
  }

  #errno(name: string): number {
    return this.facts.constant(name);
  }

  #errnoName(number: number): string {
    const names = [
      "EAGAIN",
      "EBUSY",
      "EINVAL",
      "EIO",
      "ENOENT",
      "ENOTTY",
      "ENXIO",
      "EACCES",
      "EOPNOTSUPP",
    ];
    return names.find((name) => this.#errno(name) === number) ?? `errno ${number}`;
  }
}

function hex(value: number): string {
  return `0x${value.toString(16)}`;
}
