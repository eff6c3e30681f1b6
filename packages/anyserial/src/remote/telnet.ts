// Telnet on the wire: data with commands in between (RFC 854, RFC 855). Pure; knows no option and no line.

/** Introduces a command; doubled, it is the byte itself. */
export const IAC = 255;
/** Verbs of the negotiation of options. */
export const DONT = 254;
export const DO = 253;
export const WONT = 252;
export const WILL = 251;
/** Begins a subnegotiation. */
export const SB = 250;
/** Break, as plain telnet has it. */
export const BREAK = 243;
/** Ends a subnegotiation. */
export const SE = 240;

/** Step of a negotiation. */
export type Verb = typeof DO | typeof DONT | typeof WILL | typeof WONT;

/** Longest subnegotiation that is kept, in bytes; a longer one is ignored as a whole. */
const MOST_SUBNEGOTIATION = 1024;

/** Receives the parts of a stream, in their order. */
export interface TelnetSink {
  /** @param bytes A view of the chunk: copied if kept. */
  data(bytes: Uint8Array): void;
  negotiation(verb: Verb, option: number): void;
  /** @param payload Of the option, with doubled bytes undone; its own memory. */
  subnegotiation(option: number, payload: Uint8Array): void;
  /** Any other command, by its code. */
  command(code: number): void;
}

type State = "data" | "iac" | "verb" | "subnegotiation" | "subnegotiation-iac";

/** Takes a stream apart, however it is cut into chunks. Malformed input is ignored, never an error. */
export class TelnetDecoder {
  readonly #sink: TelnetSink;
  #state: State = "data";
  #verb: Verb = DONT;
  #payload: number[] = [];
  #isTooLong = false;

  constructor(sink: TelnetSink) {
    this.#sink = sink;
  }

  /** Takes in the next chunk. */
  push(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length; ) {
      at = this.#state === "data" ? this.#pushData(chunk, at) : this.#pushCommand(chunk, at);
    }
  }

  /** @returns Where the rest begins. */
  #pushData(chunk: Uint8Array, from: number): number {
    let found = chunk.indexOf(IAC, from);
    let start = from;
    let plain: Uint8Array | undefined;
    let length = 0;
    const add = (end: number): void => {
      plain?.set(chunk.subarray(start, end), length);
      length += end - start;
    };
    for (; found !== -1 && chunk[found + 1] === IAC; found = chunk.indexOf(IAC, start)) {
      plain ??= new Uint8Array(chunk.length - from);
      add(found + 1);
      start = found + 2;
    }
    const end = found === -1 ? chunk.length : found;
    add(end);
    if (length > 0) this.#sink.data(plain?.subarray(0, length) ?? chunk.subarray(from, end));
    if (found === -1) return end;
    this.#state = "iac";
    return end + 1;
  }

  /** @returns Where the rest begins. */
  #pushCommand(chunk: Uint8Array, at: number): number {
    const byte = chunk[at] as number;
    switch (this.#state) {
      case "iac":
        this.#afterIac(byte, chunk.subarray(at, at + 1));
        break;
      case "verb":
        this.#state = "data";
        this.#sink.negotiation(this.#verb, byte);
        break;
      case "subnegotiation":
        if (byte === IAC) this.#state = "subnegotiation-iac";
        else this.#keep(byte);
        break;
      default:
        this.#inSubnegotiation(byte, chunk.subarray(at, at + 1));
    }
    return at + 1;
  }

  #afterIac(byte: number, self: Uint8Array): void {
    this.#state = "data";
    if (byte === IAC) {
      this.#sink.data(self);
    } else if (byte === SB) {
      this.#state = "subnegotiation";
      this.#payload = [];
      this.#isTooLong = false;
    } else if (isVerb(byte)) {
      this.#state = "verb";
      this.#verb = byte;
    } else if (byte !== SE) {
      this.#sink.command(byte);
    }
  }

  /** After IAC in a subnegotiation: any other command than IAC and SE means that its end was lost. */
  #inSubnegotiation(byte: number, self: Uint8Array): void {
    if (byte === IAC) {
      this.#state = "subnegotiation";
      this.#keep(byte);
      return;
    }
    const payload = this.#payload;
    this.#payload = [];
    if (byte !== SE) {
      this.#afterIac(byte, self);
      return;
    }
    this.#state = "data";
    const [option] = payload;
    if (option === undefined || this.#isTooLong) return;
    this.#sink.subnegotiation(option, Uint8Array.from(payload.slice(1)));
  }

  #keep(byte: number): void {
    if (this.#payload.length < MOST_SUBNEGOTIATION) this.#payload.push(byte);
    else this.#isTooLong = true;
  }
}

function isVerb(byte: number): byte is Verb {
  return byte >= WILL && byte <= DONT;
}

/**
 * Doubles each byte 255.
 *
 * @param data Bytes.
 * @returns The same view where there is none of them, else a copy.
 */
export function escapeIac(data: Uint8Array): Uint8Array {
  let at = data.indexOf(IAC);
  if (at === -1) return data;
  const escaped = new Uint8Array(data.length * 2);
  let length = 0;
  let from = 0;
  for (; at !== -1; at = data.indexOf(IAC, at + 1)) {
    escaped.set(data.subarray(from, at + 1), length);
    length += at + 1 - from;
    escaped[length++] = IAC;
    from = at + 1;
  }
  escaped.set(data.subarray(from), length);
  return escaped.subarray(0, length + data.length - from);
}

/** Builds a step of a negotiation. */
export function negotiation(verb: Verb, option: number): Uint8Array {
  return Uint8Array.of(IAC, verb, option);
}

/** Builds a subnegotiation; bytes 255 in the payload are doubled. */
export function subnegotiation(option: number, payload: Uint8Array): Uint8Array {
  return Uint8Array.of(IAC, SB, option, ...escapeIac(payload), IAC, SE);
}
