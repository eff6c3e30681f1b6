// The values are from the kernel's UAPI headers of 6.1 and 6.17 (named with each group below) and
// from <sys/epoll.h>, written out, and compared once more with test/fixtures/linux-constants.json:
// the values that clang gives for the headers of each CPU, cross-checked with glibc, musl, Rust and
// Go.

import { deepEqual, equal, notEqual } from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { type LinuxAbi, linuxAbi, PTY_DEVICE_MAJORS } from "../../../dist/linux/abi.js";
import { TIOCM } from "../../../dist/posix/posix-abi.js";
import { abiOf } from "../../helpers/fake-libc.ts";

/** Values by name; one a CPU, in the order of `targets`, `null` where the CPU has none. */
type Rows = Readonly<Record<string, readonly (number | null)[]>>;

const fixture = JSON.parse(
  readFileSync(new URL("../../../test/fixtures/linux-constants.json", import.meta.url), "utf8"),
) as { targets: string[]; constants: Rows; speeds: Rows; offsets: Rows };

/** asm-generic/termbits.h, asm-generic/ioctls.h and asm-generic/ioctl.h. */
const GENERIC = {
  TERMIOS_GET: 0x802c542a, // TCGETS2
  TERMIOS_SET: 0x402c542b, // TCSETS2
  IXON: 0x400,
  IXOFF: 0x1000,
  CSIZE: 0x30,
  CS5: 0,
  CS6: 0x10,
  CS7: 0x20,
  CS8: 0x30,
  CSTOPB: 0x40,
  CREAD: 0x80,
  PARENB: 0x100,
  PARODD: 0x200,
  HUPCL: 0x400,
  CLOCAL: 0x800,
  ECHONL: 0x40,
  ICANON: 2,
  ISIG: 1,
  IEXTEN: 0x8000,
  EXTPROC: 0x10000,
  VMIN: 6,
  VTIME: 5,
  VSTART: 8,
  VSTOP: 9,
  FIONREAD: 0x541b,
  TIOCOUTQ: 0x5411,
  TCFLSH: 0x540b,
  TCSBRK: 0x5409,
  TIOCGPTN: 0x80045430,
  TIOCSPTLCK: 0x40045431,
  TIOCGPTPEER: 0x5441,
  TIOCGDEV: 0x80045432,
  TIOCGEXCL: 0x80045440,
  TCXONC: 0x540a,
  TIOCSWINSZ: 0x5414,
  CBAUD: 0x100f,
  CIBAUD: 0x100f0000,
  BOTHER: 0x1000,
};

/** arch/powerpc/include/uapi/asm/{termbits,ioctls,ioctl}.h: no termios2, other flags. */
const PPC64 = {
  TERMIOS_GET: 0x402c7413, // TCGETS
  TERMIOS_SET: 0x802c7414, // TCSETS
  IXON: 0x200,
  IXOFF: 0x400,
  CSIZE: 0x300,
  CS5: 0,
  CS6: 0x100,
  CS7: 0x200,
  CS8: 0x300,
  CSTOPB: 0x400,
  CREAD: 0x800,
  PARENB: 0x1000,
  PARODD: 0x2000,
  HUPCL: 0x4000,
  CLOCAL: 0x8000,
  ECHONL: 0x10,
  ICANON: 0x100,
  ISIG: 0x80,
  IEXTEN: 0x400,
  EXTPROC: 0x10000000,
  VMIN: 5,
  VTIME: 7,
  VSTART: 13,
  VSTOP: 14,
  FIONREAD: 0x4004667f,
  TIOCOUTQ: 0x40047473,
  TCFLSH: 0x2000741f,
  TCSBRK: 0x2000741d,
  TIOCGPTN: 0x40045430,
  TIOCSPTLCK: 0x80045431,
  TIOCGPTPEER: 0x20005441,
  TIOCGDEV: 0x40045432,
  TIOCGEXCL: 0x40045440,
  TCXONC: 0x2000741e,
  TIOCSWINSZ: 0x80087467,
  CBAUD: 0xff,
  CIBAUD: 0xff0000,
  BOTHER: 0x1f,
};

/** The same on every CPU of the table. */
const COMMON = {
  // asm-generic/fcntl.h, sys/file.h, asm-generic/poll.h
  O_RDWR: 2,
  O_NOCTTY: 0x100,
  O_NONBLOCK: 0x800,
  O_CLOEXEC: 0x80000,
  LOCK_EX: 2,
  LOCK_NB: 4,
  LOCK_UN: 8,
  POLLIN: 1,
  POLLOUT: 4,
  POLLERR: 8,
  POLLHUP: 0x10,
  POLLNVAL: 0x20,
  // asm-generic/termbits-common.h
  IGNBRK: 1,
  BRKINT: 2,
  IGNPAR: 4,
  PARMRK: 8,
  INPCK: 0x10,
  ISTRIP: 0x20,
  INLCR: 0x40,
  IGNCR: 0x80,
  ICRNL: 0x100,
  IXANY: 0x800,
  IMAXBEL: 0x2000,
  OPOST: 1,
  CRTSCTS: 0x80000000,
  CMSPAR: 0x40000000,
  ECHO: 8,
  TCIFLUSH: 0,
  TCOFLUSH: 1,
  // asm-generic/ioctls.h; powerpc has the same numbers for these
  TIOCEXCL: 0x540c,
  TIOCNXCL: 0x540d,
  TIOCMGET: 0x5415,
  TIOCMBIS: 0x5416,
  TIOCMBIC: 0x5417,
  TIOCSBRK: 0x5427,
  TIOCCBRK: 0x5428,
  TIOCSERGETLSR: 0x5459,
  TIOCSER_TEMT: 1,
  TIOCGICOUNT: 0x545d,
  TIOCGSERIAL: 0x541e,
  TIOCSSERIAL: 0x541f,
  TIOCGRS485: 0x542e,
  TIOCSRS485: 0x542f,
  TIOCGETD: 0x5424,
  TIOCSETD: 0x5423,
  TIOCSSOFTCAR: 0x541a,
  TIOCGLCKTRMIOS: 0x5456,
  TIOCSLCKTRMIOS: 0x5457,
  // linux/tty_flags.h, linux/serial.h
  ASYNC_LOW_LATENCY: 0x2000,
  SER_RS485_ENABLED: 1,
  SER_RS485_RTS_ON_SEND: 2,
  SER_RS485_RTS_AFTER_SEND: 4,
  SER_RS485_RX_DURING_TX: 0x10,
};

interface Cpu {
  readonly name: string;
  readonly constants: Readonly<Record<string, number>>;
  /** struct epoll_event, packed on x86 only (sys/epoll.h): size, and offset of data. */
  readonly epollEvent: readonly [number, number];
  /** struct serial_struct (linux/serial.h): it holds pointers. */
  readonly serialStruct: number;
  /** c_cc in the kernel's termios. */
  readonly ccOffset: number;
  /** B57600. */
  readonly firstHighRate: number;
}

const GENERIC_TERMIOS = { constants: GENERIC, ccOffset: 17, firstHighRate: 0x1001 };
const CPUS: readonly Cpu[] = [
  { name: "x64", epollEvent: [12, 4], serialStruct: 72, ...GENERIC_TERMIOS },
  { name: "ia32", epollEvent: [12, 4], serialStruct: 60, ...GENERIC_TERMIOS },
  { name: "arm", epollEvent: [16, 8], serialStruct: 60, ...GENERIC_TERMIOS },
  { name: "arm64", epollEvent: [16, 8], serialStruct: 72, ...GENERIC_TERMIOS },
  { name: "riscv64", epollEvent: [16, 8], serialStruct: 72, ...GENERIC_TERMIOS },
  { name: "loong64", epollEvent: [16, 8], serialStruct: 72, ...GENERIC_TERMIOS },
  {
    name: "ppc64",
    constants: PPC64,
    epollEvent: [16, 8],
    serialStruct: 72,
    ccOffset: 16,
    firstHighRate: 0x10,
  },
];

/** Every constant of a table, without its structs. */
function numbersOf(abi: LinuxAbi): Record<string, number> {
  return Object.fromEntries(
    Object.entries(abi).filter((entry): entry is [string, number] => typeof entry[1] === "number"),
  );
}

for (const cpu of CPUS) {
  test(`linuxAbi("${cpu.name}") has the constants of the headers, and no others`, () => {
    deepEqual(numbersOf(abiOf(cpu.name)), { ...COMMON, ...cpu.constants });
  });

  test(`linuxAbi("${cpu.name}") has the kernel's termios: 44 bytes, 19 control characters`, () => {
    const { size, fields, ccOffset, ccLength } = abiOf(cpu.name).termios;

    equal(size, 44);
    equal(ccOffset, cpu.ccOffset);
    equal(ccLength, 19);
    deepEqual(fields, {
      c_iflag: { offset: 0, size: 4 },
      c_oflag: { offset: 4, size: 4 },
      c_cflag: { offset: 8, size: 4 },
      c_lflag: { offset: 12, size: 4 },
      c_ispeed: { offset: 36, size: 4 },
      c_ospeed: { offset: 40, size: 4 },
    });
  });

  test(`linuxAbi("${cpu.name}") lays epoll_event and serial_struct out as the CPU does`, () => {
    const { epollEvent, serialStruct } = abiOf(cpu.name);
    const [size, data] = cpu.epollEvent;

    equal(epollEvent.size, size);
    deepEqual(epollEvent.fields, {
      events: { offset: 0, size: 4 },
      data: { offset: data, size: 4 },
    });
    equal(serialStruct.size, cpu.serialStruct);
    deepEqual(serialStruct.fields, {
      type: { offset: 0, size: 4, signed: true },
      flags: { offset: 16, size: 4, signed: true },
    });
  });

  test(`linuxAbi("${cpu.name}") codes B50 to B38400 as 1 to 15 and B57600 on from its own base`, () => {
    const codes = abiOf(cpu.name).SPEED_CODES;

    equal(codes[50], 1);
    equal(codes[134], 4);
    equal(codes[9600], 13);
    equal(codes[38_400], 15);
    equal(codes[57_600], cpu.firstHighRate);
    equal(codes[115_200], cpu.firstHighRate + 1);
    equal(codes[4_000_000], cpu.firstHighRate + 14);
    equal(Object.keys(codes).length, 30);
  });
}

test("linuxAbi() has serial_icounter_struct and serial_rs485 of <linux/serial.h>", () => {
  const i32 = (offset: number) => ({ offset, size: 4, signed: true });
  const u32 = (offset: number) => ({ offset, size: 4 });

  deepEqual(abiOf("x64").serialIcounter, {
    size: 80,
    fields: {
      cts: i32(0),
      dsr: i32(4),
      rng: i32(8),
      dcd: i32(12),
      frame: i32(24),
      overrun: i32(28),
      parity: i32(32),
      brk: i32(36),
      buf_overrun: i32(40),
    },
  });
  deepEqual(abiOf("x64").serialRs485, {
    size: 32,
    fields: { flags: u32(0), delay_rts_before_send: u32(4), delay_rts_after_send: u32(8) },
  });
});

for (const name of ["mips", "mipsel", "s390x", "sparc64", "alpha", "toString", ""]) {
  test(`linuxAbi() knows nothing of "${name}"`, () => {
    equal(linuxAbi(name), undefined);
  });
}

test("PTY_DEVICE_MAJORS are 136 to 143 (admin-guide/devices.txt)", () => {
  deepEqual(PTY_DEVICE_MAJORS, { first: 136, last: 143 });
});

test("TIOCM has the bits of <asm-generic/termios.h>", () => {
  deepEqual(TIOCM, { DTR: 2, RTS: 4, CTS: 0x20, CD: 0x40, RI: 0x80, DSR: 0x100 });
});

/** Names that are ours, or whose number depends on the CPU's kind of termios. */
const HEADER_NAMES: Readonly<Record<string, string>> = {
  TERMIOS_GET: "TCGETS2",
  TERMIOS_SET: "TCSETS2",
};

function fromFixture(rows: Rows, name: string, cpu: number): number | null | undefined {
  return rows[name]?.[cpu];
}

for (const [index, name] of fixture.targets.entries()) {
  const abi = abiOf(name);
  const constant = (header: string): number | null | undefined =>
    fromFixture(fixture.constants, header, index);
  const offset = (header: string): number | null | undefined =>
    fromFixture(fixture.offsets, header, index);

  test(`linuxAbi("${name}") agrees with the compiled headers on every constant`, () => {
    for (const [own, value] of Object.entries(numbersOf(abi))) {
      const header = HEADER_NAMES[own] ?? own;
      const plain = header.replace(/2$/, ""); // ppc64 has TCGETS and TCSETS only
      equal(value, constant(header) ?? constant(plain), own);
    }
    for (const [line, bit] of Object.entries(TIOCM)) equal(bit, constant(`TIOCM_${line}`), line);
  });

  test(`linuxAbi("${name}") agrees with the compiled headers on every error number`, () => {
    for (const [own, value] of Object.entries(abi.errno)) {
      if (own !== "EFBIG") equal(value, constant(own), own); // EFBIG was not compiled
    }
    equal(abi.errno["EFBIG"], 27); // asm-generic/errno-base.h
  });

  test(`linuxAbi("${name}") agrees with the compiled headers on every rate`, () => {
    const codes = Object.keys(fixture.speeds).map((rate) => [
      rate,
      fromFixture(fixture.speeds, rate, index),
    ]);

    deepEqual(abi.SPEED_CODES, Object.fromEntries(codes));
  });

  test(`linuxAbi("${name}") agrees with the compiled headers on every struct`, () => {
    const structs = {
      termios: abi.termios,
      epoll_event: abi.epollEvent,
      serial_struct: abi.serialStruct,
      serial_icounter_struct: abi.serialIcounter,
      serial_rs485: abi.serialRs485,
    };
    for (const [struct, { size, fields }] of Object.entries(structs)) {
      equal(size, offset(`${struct} size`), struct);
      for (const [field, at] of Object.entries(fields)) {
        equal(at.offset, offset(`${struct}.${field}`), `${struct}.${field}`);
      }
    }
    equal(abi.termios.ccOffset, offset("termios.c_cc"));
    equal(abi.termios.ccLength, offset("termios.c_cc length"));
  });
}

test("linuxAbi() never gives one CPU the termios requests of the other kind", () => {
  notEqual(abiOf("ppc64").TERMIOS_GET, abiOf("x64").TERMIOS_GET);
  equal(abiOf("arm64").TERMIOS_GET, abiOf("x64").TERMIOS_GET);
});
