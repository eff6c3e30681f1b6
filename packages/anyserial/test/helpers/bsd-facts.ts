// Facts from the headers of macOS and the BSDs, one target at a time: from
// test/fixtures/bsd-constants.json, which clang gave for the headers of each target, and never from
// the library's own tables.

import { readFileSync } from "node:fs";

interface Fixture {
  readonly targets: readonly string[];
  readonly constants: Readonly<Record<string, readonly (number | null)[]>>;
  readonly structs: Readonly<Record<string, Readonly<Record<string, readonly unknown[]>>>>;
  readonly keventSymbol: readonly string[];
}

const FIXTURE = JSON.parse(
  readFileSync(new URL("../../test/fixtures/bsd-constants.json", import.meta.url), "utf8"),
) as Fixture;

/** Every target of the file: `freebsd-x64`, … */
export const BSD_TARGETS: readonly string[] = FIXTURE.targets;

/** Names of each kind of flag, as the headers have them; a set bit outside them is a mistake. */
const FLAGS = {
  open: ["O_RDWR", "O_NONBLOCK", "O_NOCTTY", "O_CLOEXEC"],
  c_iflag:
    "IGNBRK BRKINT IGNPAR PARMRK INPCK ISTRIP INLCR IGNCR ICRNL IXON IXOFF IXANY IMAXBEL".split(
      " ",
    ),
  c_oflag: ["OPOST"],
  c_cflag:
    "CSTOPB CREAD PARENB PARODD HUPCL CLOCAL CCTS_OFLOW CRTS_IFLOW CDTR_IFLOW CDSR_OFLOW".split(
      " ",
    ),
  c_lflag: "ECHO ECHONL ICANON ISIG IEXTEN EXTPROC".split(" "),
  flags: "EV_ADD EV_DELETE EV_ONESHOT EV_CLEAR EV_EOF EV_ERROR".split(" "),
  fflags: "NOTE_DELETE NOTE_WRITE NOTE_EXTEND NOTE_ATTRIB NOTE_LINK NOTE_RENAME NOTE_REVOKE".split(
    " ",
  ),
  modem: "TIOCM_DTR TIOCM_RTS TIOCM_CTS TIOCM_CD TIOCM_RI TIOCM_DSR".split(" "),
} as const;

/** One system on one CPU. */
export class BsdFacts {
  readonly target: string;
  readonly system: string;
  readonly cpu: string;
  readonly #index: number;

  constructor(target: string) {
    this.target = target;
    [this.system = "", this.cpu = ""] = target.split("-");
    this.#index = FIXTURE.targets.indexOf(target);
    if (this.#index < 0) throw new Error(`no facts about ${target}`);
  }

  get keventSymbol(): string {
    return FIXTURE.keventSymbol[this.#index] ?? "";
  }

  /** A constant, or `undefined` where the system has none of that name. */
  find(name: string): number | undefined {
    const row = FIXTURE.constants[name];
    if (row === undefined) throw new Error(`no row for ${name}`);
    return row[this.#index] ?? undefined;
  }

  /** A constant that the system has. */
  constant(name: string): number {
    const value = this.find(name);
    if (value === undefined) throw new Error(`${this.target} has no ${name}`);
    return value;
  }

  /** Size of a struct in bytes. */
  size(struct: string): number {
    return Number(FIXTURE.structs[struct]?.["size"]?.[this.#index]);
  }

  /** Offset and size of a field, in bytes. */
  field(struct: string, name: string): readonly [offset: number, size: number] {
    return FIXTURE.structs[struct]?.[name]?.[this.#index] as readonly [number, number];
  }

  /** Reads an integer field. */
  read(bytes: Uint8Array, struct: string, ...[name, isSigned]: [string, boolean?]): number {
    const [offset, size] = this.field(struct, name);
    const view = new DataView(bytes.buffer, bytes.byteOffset + offset, size);
    const bits = BigInt(size * 8);
    let value = 0n;
    for (let at = 0; at < size; at++) value |= BigInt(view.getUint8(at)) << BigInt(at * 8);
    return Number(isSigned === true ? BigInt.asIntN(Number(bits), value) : value);
  }

  /** Writes an integer field; all of these CPUs are little-endian. */
  write(bytes: Uint8Array, struct: string, ...[name, value]: [string, number]): void {
    const [offset, size] = this.field(struct, name);
    const all = BigInt.asUintN(size * 8, BigInt(value));
    for (let at = 0; at < size; at++) {
      bytes[offset + at] = Number((all >> BigInt(at * 8)) & 0xffn);
    }
  }

  /** Names the bits of flags; fails on a bit that the system does not know there. */
  names(kind: keyof typeof FLAGS, value: number, ignored: number = 0): string {
    const names: string[] = [];
    let rest = BigInt(value) & ~BigInt(ignored);
    for (const name of FLAGS[kind]) {
      const bit = BigInt(this.find(name) ?? 0);
      if (bit === 0n || (rest & bit) !== bit) continue;
      names.push(name);
      rest &= ~bit;
    }
    if (rest !== 0n)
      throw new Error(`${this.target}: unknown bits 0x${rest.toString(16)} in ${kind}`);
    return names.join("|") || "0";
  }

  /** Name of an ioctl request; fails on a number that the system does not have. */
  request(number: number): string {
    for (const [name, row] of Object.entries(FIXTURE.constants)) {
      if (/^(TIOC(?!M_)|FION|IOSS)/.test(name) && row[this.#index] === number) return name;
    }
    throw new Error(`${this.target} has no request 0x${number.toString(16)}`);
  }
}
