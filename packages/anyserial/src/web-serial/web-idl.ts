// Conversions of Web IDL: how an argument becomes the value that an algorithm works with. Members of a
// dictionary are read once, in alphabetical order. Every failure is a TypeError. And how a class becomes an
// interface.
// See https://webidl.spec.whatwg.org/#js-type-mapping.

const UINT16 = 0x1_0000;

/** Converts the value of a member that is there. */
export type Conversion<T> = (value: unknown, name: string) => T;

/** A member of a dictionary. */
interface Member<T> {
  readonly convert: Conversion<T>;
  readonly isRequired?: boolean;
}

/** The members of a dictionary, in alphabetical order. */
export type Members<D> = { readonly [K in keyof D]-?: Member<Exclude<D[K], undefined>> };

/**
 * Converts a dictionary.
 *
 * @param value The argument; `undefined` and `null` are an empty dictionary.
 * @param members Its members, in alphabetical order.
 * @param name Name of the argument, for errors.
 * @returns The members that are there.
 */
export function toDictionary<D>(value: unknown, members: Members<D>, name: string): D {
  if (value !== undefined && value !== null && !isObject(value)) {
    throw new TypeError(`${name} is not an object`);
  }
  const given = (value ?? {}) as Readonly<Record<string, unknown>>;
  const result: Record<string, unknown> = {};
  for (const [key, { convert, isRequired }] of Object.entries<Member<unknown>>(members)) {
    const member = given[key];
    if (member !== undefined) result[key] = convert(member, `${name}.${key}`);
    else if (isRequired === true) throw new TypeError(`${name}.${key} is missing`);
  }
  return result as D; // each member went through its conversion
}

/**
 * Gives a class the marks of an interface: its members can be listed, and its objects have its name.
 *
 * @param Interface The class.
 * @param name Name of the interface, whatever a bundler has made of the class's.
 */
export function markInterface(Interface: { readonly prototype: object }, name: string): void {
  const { prototype } = Interface;
  for (const member of Object.getOwnPropertyNames(prototype)) {
    if (member !== "constructor") Object.defineProperty(prototype, member, { enumerable: true });
  }
  Object.defineProperty(prototype, Symbol.toStringTag, { value: name, configurable: true });
}

/** `boolean` */
export function toBoolean(value: unknown): boolean {
  return Boolean(value);
}

/** An integer type with `[EnforceRange]`: from 0 up to a greatest value. */
export function enforceRange(greatest: number): Conversion<number> {
  return (value, name) => {
    const number = Math.trunc(toNumber(value, name));
    if (Number.isFinite(number) && number >= 0 && number <= greatest) return number + 0; // no -0
    throw new TypeError(`${name} is not an integer from 0 to ${greatest}`);
  };
}

/** `unsigned short` without `[EnforceRange]`: modulo 65536. */
export function toUnsignedShort(value: unknown, name: string): number {
  const number = Math.trunc(toNumber(value, name));
  if (!Number.isFinite(number)) return 0;
  return ((number % UINT16) + UINT16) % UINT16;
}

/** An enumeration. */
export function oneOf<const T extends string>(values: readonly T[]): Conversion<T> {
  return (value, name) => {
    const text = toText(value, name);
    const found = values.find((one) => one === text);
    if (found !== undefined) return found;
    throw new TypeError(`${name} is not one of ${values.join(", ")}`);
  };
}

/** `sequence<T>` */
export function toSequence<T>(convert: Conversion<T>): Conversion<T[]> {
  return (value, name) => {
    if (!isObject(value) || typeof value[Symbol.iterator] !== "function") {
      throw new TypeError(`${name} is not iterable`);
    }
    const items = value as unknown as Iterable<unknown>;
    return Array.from(items, (item, at) => convert(item, `${name}[${at}]`));
  };
}

/** `BluetoothServiceUUID`: a text or a number. */
export function toServiceUuid(value: unknown, name: string): string | number {
  return typeof value === "number" ? value : toText(value, name);
}

/**
 * `BufferSource`, as a copy of its bytes.
 *
 * @param value An `ArrayBuffer`, or a view of one; none that is shared or can be resized. A detached one
 *   has no bytes.
 */
export function copyOfBufferSource(value: unknown): Uint8Array {
  const isView = ArrayBuffer.isView(value);
  const buffer: unknown = isView ? value.buffer : value;
  if (!(buffer instanceof ArrayBuffer) && !isForeignBuffer(buffer)) {
    throw new TypeError("The chunk is no ArrayBuffer and no view of one");
  }
  if ((buffer as { readonly resizable?: boolean }).resizable === true) {
    throw new TypeError("The buffer of the chunk can be resized");
  }
  if (buffer.byteLength === 0) return new Uint8Array(0); // a detached one refuses views, and their lengths
  const bytes = isView
    ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
    : new Uint8Array(buffer);
  return bytes.slice();
}

/** A buffer of another realm. */
function isForeignBuffer(value: unknown): value is ArrayBuffer {
  return Object.prototype.toString.call(value) === "[object ArrayBuffer]";
}

function toNumber(value: unknown, name: string): number {
  if (typeof value === "bigint" || typeof value === "symbol") {
    throw new TypeError(`${name} is not a number`);
  }
  return Number(value);
}

function toText(value: unknown, name: string): string {
  if (typeof value === "symbol") throw new TypeError(`${name} is a symbol`);
  return String(value);
}

function isObject(value: unknown): value is Readonly<Record<PropertyKey, unknown>> {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}
