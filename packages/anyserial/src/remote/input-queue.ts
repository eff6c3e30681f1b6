// Bytes that have arrived and were not read, escaped as PARMRK does while errors are marked: FF 00 c is a broken
// character, FF 00 00 a break, FF FF the byte 255.

const MARK = 0xff;

/** Received bytes of one connection. */
export class InputQueue {
  #chunks: Uint8Array[] = [];
  #length = 0;
  #marks = false;

  /** Bytes, with their escapes. */
  get length(): number {
    return this.#length;
  }

  /** Errors are marked. */
  get marks(): boolean {
    return this.#marks;
  }

  /** @param data Kept, not copied. */
  push(data: Uint8Array): void {
    this.#add(this.#marks ? escapeMarks(data) : data);
  }

  /** A character with a wrong parity or stop bit; without marks it is data. */
  pushBroken(byte: number): void {
    this.#add(this.#marks ? Uint8Array.of(MARK, 0, byte) : Uint8Array.of(byte));
  }

  /** A break; without marks it is nothing. */
  pushBreak(): void {
    if (this.#marks) this.#add(Uint8Array.of(MARK, 0, 0));
  }

  /** @returns Bytes copied. */
  take(into: Uint8Array): number {
    let copied = 0;
    while (copied < into.length) {
      const chunk = this.#chunks[0];
      if (chunk === undefined) break;
      const part = chunk.subarray(0, into.length - copied);
      into.set(part, copied);
      copied += part.length;
      if (part.length === chunk.length) this.#chunks.shift();
      else this.#chunks[0] = chunk.subarray(part.length);
    }
    this.#length -= copied;
    return copied;
  }

  clear(): void {
    this.#chunks = [];
    this.#length = 0;
  }

  /** Begins or ends to mark errors; the bytes that are here are escaped, or are no longer. */
  setMarks(marks: boolean): void {
    if (marks === this.#marks) return;
    this.#marks = marks;
    const all = new Uint8Array(this.#length);
    this.take(all);
    this.#add(marks ? escapeMarks(all) : dropMarks(all));
  }

  #add(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#chunks.push(bytes);
    this.#length += bytes.length;
  }
}

function escapeMarks(data: Uint8Array): Uint8Array {
  if (!data.includes(MARK)) return data;
  const escaped: number[] = [];
  for (const byte of data) {
    if (byte === MARK) escaped.push(MARK);
    escaped.push(byte);
  }
  return Uint8Array.from(escaped);
}

/** A broken character stays as data, a break goes. */
function dropMarks(data: Uint8Array): Uint8Array {
  const plain: number[] = [];
  for (let at = 0; at < data.length; at++) {
    const byte = data[at] as number;
    if (byte !== MARK) {
      plain.push(byte);
    } else if (data[at + 1] === 0) {
      if (data[at + 2] !== 0) plain.push(data[at + 2] as number);
      at += 2;
    } else {
      plain.push(MARK);
      at++;
    }
  }
  return Uint8Array.from(plain);
}
