// The client's side of RFC 2217: the agreement, questions with their answers, and notifications. Knows no socket.

import {
  CONTROL,
  type ComPortMessage,
  controlGroup,
  decodeComPort,
  encodeComPort,
} from "./com-port.ts";
import { escapeIac, TelnetDecoder } from "./telnet.ts";
import { BINARY, COM_PORT, SUPPRESS_GO_AHEAD, TelnetOptions } from "./telnet-options.ts";

/** Signatures are cut at this length, in bytes. */
const MOST_SIGNATURE = 255;

/** Calls from the client to its connection. */
export interface ComPortClientParts {
  /** Sends bytes to the server, as they are. */
  readonly send: (bytes: Uint8Array) => void;
  /** @param bytes A view: copied if kept. */
  readonly onData: (bytes: Uint8Array) => void;
  /** The server agreed to the option COM-PORT-OPTION, or refused it. */
  readonly onAgreement: (isAgreed: boolean) => void;
  /** Bits of `LINE_STATE`. */
  readonly onLineState: (state: number) => void;
  /** Bits of `MODEM_STATE`. */
  readonly onModemState: (state: number) => void;
  /** The server wants no data, or wants it again. */
  readonly onSuspend: (isSuspended: boolean) => void;
}

/** A message that the server answers with one of the same kind. */
export type Question = Exclude<ComPortMessage, { readonly kind: "suspend" | "resume" }>;

interface Waiting {
  readonly key: string;
  readonly resolve: (answer: Question) => void;
}

/** The protocol of one connection to a server. */
export class ComPortClient {
  readonly #parts: ComPortClientParts;
  readonly #options: TelnetOptions;
  readonly #decoder: TelnetDecoder;
  #waiting: Waiting[] = [];
  #isAgreed = false;
  #isTelnet = false;

  constructor(parts: ComPortClientParts) {
    this.#parts = parts;
    this.#options = new TelnetOptions(
      {
        own: [BINARY, SUPPRESS_GO_AHEAD, COM_PORT],
        peer: [BINARY, 1, SUPPRESS_GO_AHEAD, COM_PORT],
        onChange: (_side, option) => this.#changed(option),
      },
      parts.send,
    );
    this.#decoder = new TelnetDecoder({
      data: parts.onData,
      negotiation: (verb, option) => {
        this.#isTelnet = true;
        this.#options.received(verb, option);
      },
      subnegotiation: (option, payload) => {
        const message = option === COM_PORT ? decodeComPort("server", payload) : undefined;
        if (message !== undefined) this.#take(message);
      },
      command: () => undefined,
    });
  }

  /** The server has negotiated an option. */
  get isTelnet(): boolean {
    return this.#isTelnet;
  }

  /** Begins the negotiation; its end, if it has one, is a call of `onAgreement`. */
  start(): void {
    this.#options.offer(COM_PORT);
    this.#options.offer(BINARY);
    this.#options.request(BINARY);
    this.#options.offer(SUPPRESS_GO_AHEAD);
    this.#options.request(SUPPRESS_GO_AHEAD);
  }

  /** Takes in bytes of the server. */
  receive(chunk: Uint8Array): void {
    this.#decoder.push(chunk);
  }

  /** Data for the server, as it goes over the wire. */
  encode(data: Uint8Array): Uint8Array {
    return escapeIac(data);
  }

  /**
   * Asks or sets something. The server may answer with another value than the one that was asked for.
   *
   * @param message A question, or a setting.
   * @returns `answer`, and `forget` for an answer that is no longer waited for.
   */
  ask(message: Question): { readonly answer: Promise<Question>; readonly forget: () => void } {
    let forget = (): void => undefined;
    const answer = new Promise<Question>((resolve) => {
      const waiting = { key: keyOf(message), resolve };
      this.#waiting.push(waiting);
      forget = () => {
        this.#waiting = this.#waiting.filter((other) => other !== waiting);
      };
    });
    this.#parts.send(encodeComPort("client", message));
    return { answer, forget };
  }

  #changed(option: number): void {
    if (option !== COM_PORT || this.#isAgreed) return;
    const sides = [this.#options.own(COM_PORT), this.#options.peer(COM_PORT)];
    if (sides.includes("on")) {
      this.#isAgreed = true;
      this.#parts.onAgreement(true);
    } else if (sides[0] === "refused") {
      this.#parts.onAgreement(false);
    }
  }

  #take(message: ComPortMessage): void {
    switch (message.kind) {
      case "suspend":
      case "resume":
        this.#parts.onSuspend(message.kind === "suspend");
        return;
      case "lineState":
        this.#parts.onLineState(message.value);
        return;
      case "modemState":
        this.#parts.onModemState(message.value);
        return;
      default:
        this.#answered(
          message.kind === "signature"
            ? { kind: "signature", text: message.text.slice(0, MOST_SIGNATURE) }
            : message,
        );
    }
  }

  #answered(message: Question): void {
    const key = keyOf(message);
    const at = this.#waiting.findIndex((waiting) => waiting.key === key);
    const [waiting] = at === -1 ? [] : this.#waiting.splice(at, 1);
    waiting?.resolve(message);
  }
}

/** An answer belongs to the oldest question of its kind; those of SET-CONTROL are of several kinds. */
function keyOf(message: Question): string {
  if (message.kind !== "control") return message.kind;
  return `control ${controlGroup(message.value) ?? CONTROL.askFlow}`;
}
