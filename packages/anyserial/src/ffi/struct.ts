// C structs over DataView, from a declared table of fields. Pure; little-endian or big-endian as
// the running CPU is. Tables live in each platform's abi.ts.

/** One field: offset and size in bytes; `signed` integers are read as such. */
export interface Field {
  readonly offset: number;
  readonly size: 1 | 2 | 4 | 8;
  readonly signed?: boolean;
}

/** A struct: total size in bytes and its integer fields. */
export interface StructLayout<Name extends string = string> {
  readonly size: number;
  readonly fields: Readonly<Record<Name, Field>>;
}

const LITTLE_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/** One struct in memory, with its fields by name. */
export class Struct<Name extends string> {
  /** The struct's memory, to be passed by address. */
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  readonly #layout: StructLayout<Name>;

  /**
   * @param layout Size and fields.
   * @param bytes Memory to use; by default fresh and zero.
   */
  constructor(layout: StructLayout<Name>, bytes: Uint8Array = new Uint8Array(layout.size)) {
    if (bytes.length < layout.size) throw new RangeError("memory is smaller than the struct");
    this.#layout = layout;
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Reads an integer field; 8-byte fields must fit 53 bits. */
  get(name: Name): number {
    const { offset, size, signed } = this.#layout.fields[name];
    switch (size) {
      case 1:
        return signed ? this.#view.getInt8(offset) : this.#view.getUint8(offset);
      case 2:
        return signed
          ? this.#view.getInt16(offset, LITTLE_ENDIAN)
          : this.#view.getUint16(offset, LITTLE_ENDIAN);
      case 4:
        return signed
          ? this.#view.getInt32(offset, LITTLE_ENDIAN)
          : this.#view.getUint32(offset, LITTLE_ENDIAN);
      default:
        return Number(
          signed
            ? this.#view.getBigInt64(offset, LITTLE_ENDIAN)
            : this.#view.getBigUint64(offset, LITTLE_ENDIAN),
        );
    }
  }

  /** Writes an integer field; the value is truncated to the field's size. */
  set(name: Name, value: number): void {
    const { offset, size } = this.#layout.fields[name];
    if (size === 1) this.#view.setUint8(offset, value);
    else if (size === 2) this.#view.setUint16(offset, value, LITTLE_ENDIAN);
    else if (size === 4) this.#view.setUint32(offset, value, LITTLE_ENDIAN);
    else this.#view.setBigUint64(offset, BigInt(value), LITTLE_ENDIAN);
  }
}
