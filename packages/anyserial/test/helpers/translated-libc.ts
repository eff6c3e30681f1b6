// The libc of a BSD over the kernel of Linux: every call of the BSD backend is decoded by the headers of its
// target, done by Linux, and answered in the target's numbers. For real ptys under the BSD's own code.

import type { Libc } from "../../dist/posix/libc.js";
import { BsdFacts } from "./bsd-facts.ts";
import { ABI } from "./fake-libc.ts";

const OPEN_FLAGS = ["O_RDWR", "O_NONBLOCK", "O_NOCTTY", "O_CLOEXEC"] as const;
const FLAGS = {
  c_iflag: [
    ...(["IGNBRK", "BRKINT", "IGNPAR", "PARMRK", "INPCK", "ISTRIP", "INLCR", "IGNCR"] as const),
    ...(["ICRNL", "IXON", "IXOFF", "IXANY", "IMAXBEL"] as const),
  ],
  c_oflag: ["OPOST"],
  c_cflag: ["CSTOPB", "CREAD", "PARENB", "PARODD", "HUPCL", "CLOCAL", "CRTSCTS"],
  c_lflag: ["ECHO", "ECHONL", "ICANON", "ISIG", "IEXTEN", "EXTPROC"],
} as const;
/** Offsets in `struct termios2` of Linux, <asm-generic/termbits.h>. */
const LINUX_OFFSETS = { c_iflag: 0, c_oflag: 4, c_cflag: 8, c_lflag: 12 } as const;
const LINUX_CC = 17;
const LINUX_SPEEDS = [36, 40] as const;
const SIZES = ["CS5", "CS6", "CS7", "CS8"] as const;
const CHARACTERS = ["VMIN", "VTIME", "VSTART", "VSTOP"] as const;
const FIELDS = ["c_iflag", "c_oflag", "c_cflag", "c_lflag"] as const;

/** Builds the libc of a target over that of Linux. */
export function translatedLibc(target: string, linux: Libc): Libc {
  const facts = new BsdFacts(target);
  const result = (value: number): number => (value < 0 ? -errnoOf(facts, -value) : value);
  return {
    ...linux,
    open: (path, flags) => {
      facts.names("open", flags); // fails on a bit that is none of these
      const bits = OPEN_FLAGS.filter((name) => (flags & facts.constant(name)) !== 0);
      return result(
        linux.open(
          path,
          bits.reduce((all, name) => all | ABI[name], 0),
        ),
      );
    },
    close: (fd) => result(linux.close(fd)),
    read: (fd, into, length) => result(linux.read(fd, into, length)),
    write: (fd, data, length) => result(linux.write(fd, data, length)),
    flock: (fd, operation) => result(linux.flock(fd, operation)),
    poll: (fd, events, timeoutMs) => result(linux.poll(fd, events, timeoutMs)),
    ioctlValue: (fd, request, value) => {
      const name = facts.request(request) as "TIOCEXCL" | "TIOCNXCL" | "TIOCSBRK" | "TIOCCBRK";
      return result(linux.ioctlValue(fd, ABI[name], value));
    },
    ioctl: (fd, request, argument) => {
      const name = facts.request(request);
      if (name === "TIOCGETA" || name === "TIOCSETA") {
        return result(termios({ facts, linux, fd }, argument, name === "TIOCSETA"));
      }
      if (name === "TIOCFLUSH") {
        const isInput = argument[0] === facts.constant("FREAD");
        return result(linux.ioctlValue(fd, ABI.TCFLSH, isInput ? ABI.TCIFLUSH : ABI.TCOFLUSH));
      }
      const same = name as "FIONREAD" | "TIOCOUTQ" | "TIOCMGET" | "TIOCMBIS" | "TIOCMBIC";
      return result(linux.ioctl(fd, ABI[same], argument));
    },
  };
}

interface Terminal {
  readonly facts: BsdFacts;
  readonly linux: Libc;
  readonly fd: number;
}

function termios({ facts, linux, fd }: Terminal, bytes: Uint8Array, isSetting: boolean): number {
  const own = new Uint8Array(ABI.termios.size);
  const result = linux.ioctl(fd, ABI.TERMIOS_GET, own);
  if (result < 0) return result;
  if (!isSetting) {
    toBsd(facts, own, bytes);
    return result;
  }
  fromBsd(facts, bytes, own);
  return linux.ioctl(fd, ABI.TERMIOS_SET, own);
}

function toBsd(facts: BsdFacts, own: Uint8Array, bytes: Uint8Array): void {
  const view = new DataView(own.buffer);
  for (const field of FIELDS) {
    const value = view.getUint32(LINUX_OFFSETS[field], true);
    let bits = 0;
    for (const name of FLAGS[field]) {
      if ((value & ABI[name]) !== 0) bits |= facts.constant(name);
    }
    if (field === "c_cflag") {
      const size = SIZES.find((name) => ABI[name] === (value & ABI.CSIZE)) ?? "CS8";
      bits |= facts.constant(size);
    }
    facts.write(bytes, "termios", field, bits);
  }
  const [ccOffset] = facts.field("termios", "c_cc");
  for (const name of CHARACTERS) {
    bytes[ccOffset + facts.constant(name)] = own[LINUX_CC + ABI[name]] ?? 0;
  }
  const [input, output] = LINUX_SPEEDS.map((at) => view.getUint32(at, true));
  facts.write(bytes, "termios", "c_ispeed", input ?? 0);
  facts.write(bytes, "termios", "c_ospeed", output ?? 0);
}

function fromBsd(facts: BsdFacts, bytes: Uint8Array, own: Uint8Array): void {
  const view = new DataView(own.buffer);
  for (const field of FIELDS) {
    const value = facts.read(bytes, "termios", field);
    let bits = view.getUint32(LINUX_OFFSETS[field], true);
    for (const name of FLAGS[field]) {
      bits &= ~ABI[name];
      if ((value & facts.constant(name)) !== 0) bits |= ABI[name];
    }
    if (field === "c_cflag") {
      const size = value & facts.constant("CSIZE");
      const name = SIZES.find((one) => facts.constant(one) === size) ?? "CS8";
      bits = (bits & ~(ABI.CSIZE | ABI.CBAUD | ABI.CIBAUD)) | ABI[name] | ABI.BOTHER;
    }
    view.setUint32(LINUX_OFFSETS[field], bits >>> 0, true);
  }
  const [ccOffset] = facts.field("termios", "c_cc");
  for (const name of CHARACTERS) {
    own[LINUX_CC + ABI[name]] = bytes[ccOffset + facts.constant(name)] ?? 0;
  }
  for (const [index, name] of ["c_ispeed", "c_ospeed"].entries()) {
    const at = LINUX_SPEEDS[index] ?? 0;
    view.setUint32(at, facts.read(bytes, "termios", name), true);
  }
}

function errnoOf(facts: BsdFacts, number: number): number {
  const [name] = Object.entries(ABI.errno).find(([, value]) => value === number) ?? [];
  if (name === undefined) throw new Error(`errno ${number} is not in the table of Linux`);
  return facts.constant(name);
}
