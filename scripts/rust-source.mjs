// Constants and struct layouts from Rust source as the libc crate writes it, read as text: conditions are
// not followed, so a constant that one file has several times has several values.
import { existsSync, readFileSync } from "node:fs";

/** Sizes of the types that structs are made of, in bytes; pointers and `long` follow the CPU. */
const SIZES = { i8: 1, u8: 1, i16: 2, u16: 2, i32: 4, u32: 4, i64: 8, u64: 8 };
const ALIASES = { c_int: "i32", c_uint: "u32", c_short: "i16", c_ushort: "u16", c_uchar: "u8" };
const WORDS = new Set(["uintptr_t", "intptr_t", "size_t", "usize", "c_long", "c_ulong", "*"]);

/** Constants and structs of one target, as far as its files can be read as text. */
export class RustSource {
  #texts;
  #wordSize;

  /** @param files Its files, the most special first. @param wordSize Size of a pointer in bytes. */
  constructor(files, wordSize) {
    this.#texts = files
      .filter((file) => existsSync(file))
      .map((file) => readFileSync(file, "utf8"));
    this.#wordSize = wordSize;
  }

  /** Values of a constant in the first file that has it; several where the file has conditions. */
  values(name) {
    const pattern = new RegExp(`pub const ${name}\\s*:[^=]+=([^;]+);`, "g");
    for (const text of this.#texts) {
      const found = [...text.matchAll(pattern)].map(([, expression]) => this.#evaluate(expression));
      if (found.length > 0) return [...new Set(found)];
    }
    return undefined;
  }

  /** Numbers, names, and the operators that the crate uses; unsigned as our tables are. */
  #evaluate(expression) {
    const script = expression
      .replaceAll(/\bas\s+(::)?\w+/g, "")
      .replaceAll(/(::)?\b(0[xo])?[A-Za-z_]\w*\b/g, (name) => {
        if (/^0[xo]/i.test(name)) return name;
        const [value] = this.values(name.replace("::", "")) ?? [];
        return `(${value})`;
      })
      .replaceAll(/(?<=[\da-fA-F])_(?=[\da-fA-F])/g, "");
    if (!/^[\s\da-fA-Fxo()|&+\-~<>!]+$/.test(script)) return Number.NaN;
    return Function(`return ${script.replaceAll("!", "~")}`)();
  }

  /** Returns whether a function is linked by another name. */
  links(name) {
    return this.#texts.some((text) => text.includes(`link_name = "${name}"`));
  }

  /** Size, and `offset:size` of each field, by the rules of C. */
  struct(name) {
    for (const text of this.#texts) {
      const body = text.match(new RegExp(`pub struct ${name} \\{([^}]*)\\}`))?.[1];
      if (body === undefined) continue;
      let offset = 0;
      let alignment = 1;
      const fields = {};
      // A field that is there twice, under conditions, counts as its last one: the general case.
      const types = new Map(
        [...body.matchAll(/pub (\w+)\s*:\s*(\[[^\]]+\]|[^,\n]+),?/g)].map(([, ...pair]) => pair),
      );
      for (const [field, type] of types) {
        const { size, align } = this.#type(type);
        offset = Math.ceil(offset / align) * align;
        fields[field] = `${offset}:${size}`;
        offset += size;
        alignment = Math.max(alignment, align);
      }
      return { size: Math.ceil(offset / alignment) * alignment, fields };
    }
    return undefined;
  }

  #type(written) {
    const type = written.trim().replace(/^::/, "");
    const array = type.match(/^\[(.+);\s*(.+)\]$/);
    if (array) {
      const { size, align } = this.#type(array[1]);
      return { size: size * this.#evaluate(array[2]), align };
    }
    if (type.startsWith("*") || WORDS.has(type))
      return { size: this.#wordSize, align: this.#wordSize };
    const size = SIZES[ALIASES[type] ?? type];
    if (size !== undefined) return { size, align: Math.min(size, this.#wordSize) };
    for (const text of this.#texts) {
      const alias = text.match(new RegExp(`pub type ${type}\\s*=\\s*([^;]+);`))?.[1];
      if (alias !== undefined) return this.#type(alias);
    }
    throw new Error(`unknown type ${type}`);
  }
}
