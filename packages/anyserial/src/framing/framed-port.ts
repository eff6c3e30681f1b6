// A port that sends and receives messages: the result of port.framed().

import { signalOf, type WaitOptions, waiting } from "../abort/abort.ts";
import { checkOptions, type OptionSpec } from "../arguments/options.ts";
import { invalid, madeBy } from "../arguments/validate.ts";
import { PullIterator } from "../io/pull-iterator.ts";
import { ask } from "./asking.ts";
import { type AnyFraming, type Frame, readFrame } from "./frame-input.ts";
import { FrameLink } from "./frame-link.ts";
import { checkFramed, type FrameSource } from "./frame-source.ts";
import type { Framing } from "./framing.ts";
import { type Gatherer, SingleAnswer, WholeAnswer } from "./gatherer.ts";
import type { Sendable } from "./message-codec.ts";
import { MessageSource, type Received, reportError } from "./message-source.ts";
import {
  ANSWER_ELSEWHERE,
  ANSWER_OPTIONS,
  type AnswerRules,
  answerRules,
  type MessagesOptions,
  type RequestAllOptions,
  type RequestOptions,
  type UnsolicitedOptions,
  untilOf,
} from "./request-options.ts";

const WAITING = waiting(...ANSWER_OPTIONS);
const REQUEST: OptionSpec = {
  ...WAITING,
  elsewhere: { ...WAITING.elsewhere, ...ANSWER_ELSEWHERE },
  bare: { function: "accept" },
};
const REQUEST_ALL: OptionSpec = {
  ...REQUEST,
  known: [...REQUEST.known, "until"],
  bare: { function: "until" },
};
const MESSAGES: OptionSpec = { ...waiting("onError"), bare: { function: "onError" } };
const UNSOLICITED: OptionSpec = { known: ["onError"], bare: { function: "onError" } };

/** Bytes that were read of a port and not taken stay with it, however often it is framed. */
const links = new WeakMap<object, FrameLink>();

/**
 * Sends and receives messages over a port, or anything that receives and sends like one. `port.framed()` is
 * the same.
 *
 * @param source The port. It must not be read by others meanwhile.
 * @param framing How messages are found.
 * @returns The port by messages. Messages that were read and not taken are kept for the
 *   port, not for this object: calling it again loses nothing.
 * @throws `ConfigurationError` `ERR_INVALID_ARG_VALUE` — an argument is wrong.
 * @example
 * ```ts
 * import { framed, lines } from "anyserial/framing";
 * import { serialPortPair } from "anyserial/testing";
 *
 * await using pair = await serialPortPair();
 * await framed(pair.a, lines()).send("ping");
 * console.log(await framed(pair.b, lines()).receive());
 * ```
 */
export function framed<M extends string | Uint8Array>(
  source: FrameSource,
  framing: Framing<M>,
): FramedPort<M> {
  checkFramed(source, framing);
  let link = links.get(source);
  if (link === undefined) {
    link = new FrameLink(source);
    links.set(source, link);
  }
  return new FramedPort(link, framing);
}

/**
 * A port by messages: text or bytes, as the framing has it. Any number of calls may wait at a time; each
 * message goes to one of them: to the request that it answers, else to the `receive()` that has waited
 * longest, else to the listener of `on("unsolicited")`; else it is kept for the next `receive()`, with 1 MiB of
 * others at most, the newest. The port is read only while a call waits or a listener is there.
 */
export class FramedPort<M extends string | Uint8Array> {
  /** How messages are found. */
  readonly framing: Framing<M>;
  readonly #link: FrameLink;

  /** Only {@link framed} makes one. */
  constructor(made: never, by: never);
  /** @internal */
  constructor(link: FrameLink, framing: Framing<M>);
  constructor(link: FrameLink, framing: Framing<M>) {
    if (!(link instanceof FrameLink)) throw madeBy("FramedPort", "port.framed(lines())");
    this.#link = link;
    this.framing = framing;
  }

  /** Path of the port. */
  get path(): string {
    return this.#link.path;
  }

  /** Messages that were dropped, since too many of them waited to be received. */
  get droppedMessages(): number {
    return this.#link.dropped;
  }

  /**
   * Sends a message. Sends that are called meanwhile wait their turn.
   *
   * @param message Text or bytes, as the framing has it; bytes must not change until the promise is
   *   settled.
   * @param options.signal Stops waiting; a message may then have been sent in part.
   * @throws `ConfigurationError` `ERR_INVALID_ARG_VALUE` — the framing cannot send it.
   * @throws As `send()` of the port.
   */
  async send(message: Sendable<M>, options: WaitOptions = {}): Promise<void> {
    const signal = signalOf(options);
    await this.#link.send(this.framing.encode(message), signal);
  }

  /**
   * Receives a message.
   *
   * @param options.signal Stops waiting. Bytes of a message that were read are kept for the next call.
   * @returns A whole message.
   * @throws `FramingError` — invalid bytes arrived; the next call continues behind them.
   * @throws `SerialDisconnectedError` — the device is gone; its `incomplete` holds the bytes of a message
   *   that had begun.
   * @throws `SerialConcurrencyError` `ERR_SERIAL_CONCURRENT` — calls with another framing wait, or others read the port.
   * @throws `signal.reason` — the signal is aborted.
   * @throws As `receive()` of the port.
   */
  async receive(options: WaitOptions = {}): Promise<M> {
    const signal = signalOf(options);
    return (await this.#receive(signal)).message;
  }

  /**
   * Asks and waits for the answer. One request is under way at a time: others wait their turn, in the order
   * of the calls. A message that came before the request was sent is no answer to it.
   *
   * @param message What to send.
   * @param options.accept Returns whether a message is the answer.
   * @param options.retries How often to send again.
   * @param options.retryAfterMs Sends again after this many milliseconds without an answer.
   * @param options.discardStale Silence to wait for after a request without an answer.
   * @param options.signal Gives up, also while it waits its turn.
   * @returns The answer.
   * @throws `ConfigurationError` `ERR_INVALID_ARG_VALUE` — an option is wrong, or the framing cannot send
   *   the message.
   * @throws `DOMException` named `TimeoutError` — no answer came within `retryAfterMs`, the last time.
   * @throws `FramingError` — the answer is malformed, the last time.
   * @throws As {@link FramedPort.send} and {@link FramedPort.receive}.
   * @example
   * ```ts
   * import { openSerialPort } from "anyserial";
   * import { lines } from "anyserial/framing";
   *
   * await using port = await openSerialPort("/dev/ttyUSB0", { baudRate: 9600 });
   * const instrument = port.framed(lines({ ending: "crlf" }));
   * console.log(await instrument.request("*IDN?", { signal: AbortSignal.timeout(1000) }));
   * ```
   */
  async request(message: Sendable<M>, options: RequestOptions<M> = {}): Promise<M> {
    const signal = signalOf(options, REQUEST);
    const rules = answerRules(options);
    const gather = (): SingleAnswer<M> => new SingleAnswer(rules.accept);
    return await this.#ask({ message, signal, rules, gather });
  }

  /**
   * Asks and waits for an answer of several messages, such as the lines of a modem up to `OK`.
   *
   * @param message What to send.
   * @param options.until Returns whether a message of the answer is its last one.
   * @param options.accept Returns whether a message is part of the answer.
   * @param options.retries How often to send again; messages that came before are left out.
   * @param options.retryAfterMs Sends again after this many milliseconds without a message of the
   *   answer.
   * @param options.discardStale Silence to wait for after a request without an answer.
   * @param options.signal Gives up; messages that came are left out.
   * @returns The messages of the answer, the last one included.
   * @throws As {@link FramedPort.request}; `FramingError` `ERR_SERIAL_FRAME_TOO_LONG` — 1 MiB has come and
   *   not the last message.
   * @example
   * ```ts
   * import { openSerialPort } from "anyserial";
   * import { lines } from "anyserial/framing";
   *
   * await using port = await openSerialPort("/dev/ttyUSB2");
   * const modem = port.framed(lines({ sendEnding: "cr" }));
   * const isLast = (line: string) => line === "OK" || line.includes("ERROR");
   * console.log(await modem.requestAll("AT+CSQ", { until: isLast }));
   * ```
   */
  async requestAll(message: Sendable<M>, options: RequestAllOptions<M>): Promise<M[]> {
    const signal = signalOf(options, REQUEST_ALL);
    const rules = answerRules(options);
    const parts = { accept: rules.accept, until: untilOf(options) };
    const gather = (): WholeAnswer<M> =>
      new WholeAnswer({ ...parts, framing: this.framing, path: this.path });
    return await this.#ask({ message, signal, rules, gather });
  }

  async #ask<R>({ message, signal, rules, gather }: Question<M, R>): Promise<R> {
    const bytes = this.framing.encode(message);
    const link = this.#link;
    return await link.requests.run(signal, async () => {
      const input = link.use(this.#any);
      return await ask({ link, input, bytes, signal, rules, gather });
    });
  }

  /**
   * Gives every message that answers no request, and that no `receive()` waits for, to a function; those that
   * are kept come first. The port is read all the time, which keeps the process alive, until it is closed or
   * the listener is taken back.
   *
   * @param type `unsolicited`.
   * @param listener Called with each message. An error that it throws becomes an uncaught exception.
   * @param options.onError Called for bytes that are no message.
   * @returns Takes the listener back: call it, or declare it with `using`.
   * @throws `SerialConcurrencyError` `ERR_SERIAL_CONCURRENT` — there is a listener already.
   * @throws `ConfigurationError` `ERR_INVALID_ARG_VALUE` — an argument is wrong.
   */
  on(
    type: "unsolicited",
    listener: (message: M) => void,
    options: UnsolicitedOptions = {},
  ): (() => void) & Disposable {
    if (type !== "unsolicited") throw invalid("type", type, '"unsolicited"');
    if (typeof listener !== "function") throw invalid("listener", listener, "a function");
    checkOptions(options, UNSOLICITED);
    const { onError } = options;
    if (onError !== undefined && typeof onError !== "function") {
      throw invalid("onError", onError, "a function");
    }
    this.#link.use(this.#any);
    const stop = this.#link.listen((frame) => {
      try {
        const message = this.#read(frame);
        if (message !== undefined) listener(message);
      } catch (error) {
        reportError(error, onError);
      }
    });
    return Object.assign(stop, { [Symbol.dispose]: stop });
  }

  /**
   * Receives message after message; ends after `close()`. Breaking off, and `return()` while `next()` waits,
   * ends it at once and loses no message.
   *
   * @param options.onError Called for bytes that are no message; the iteration continues.
   * @param options.signal Ends the iteration by rejecting.
   * @throws As {@link FramedPort.receive}; after a `FramingError` a new loop continues behind it.
   */
  messages(options: MessagesOptions = {}): AsyncGenerator<M, undefined> {
    const signal = signalOf(options, MESSAGES);
    const { onError } = options;
    if (onError !== undefined && typeof onError !== "function") {
      throw invalid("onError", onError, "a function");
    }
    const source = new MessageSource<M>({
      receive: (either) => this.#receive(either),
      receiveNow: () => this.#receiveNow(),
      giveBack: (frame) => this.#link.giveBack(frame),
      onError,
    });
    return new PullIterator<M>(source, { signal });
  }

  /**
   * Receives message after message, as {@link FramedPort.messages} without options.
   *
   * @throws As {@link FramedPort.receive}.
   */
  [Symbol.asyncIterator](): AsyncGenerator<M, undefined> {
    return this.messages();
  }

  async #receive(signal: AbortSignal | undefined): Promise<Received<M>> {
    this.#link.use(this.#any);
    for (;;) {
      const frame = await this.#link.next(signal);
      const message = this.#read(frame);
      if (message !== undefined) return { message, frame };
    }
  }

  /** A message that is there already; an error is left to the next receive. */
  #receiveNow(): Received<M> | undefined {
    if (!this.#link.isReadBy(this.#any)) return undefined;
    for (let frame = this.#link.nextNow(); frame !== undefined; frame = this.#link.nextNow()) {
      try {
        const message = this.#read(frame);
        if (message !== undefined) return { message, frame };
      } catch {
        this.#link.giveBack(frame);
        return undefined;
      }
    }
    return undefined;
  }

  #read(frame: Frame): M | undefined {
    return readFrame(this.framing, frame, this.path);
  }

  /** The link gives back messages that this framing has read. */
  get #any(): AnyFraming {
    return this.framing as unknown as AnyFraming;
  }
}

/** A question, and how its answer is gathered. */
interface Question<M extends string | Uint8Array, R> {
  readonly message: Sendable<M>;
  readonly signal: AbortSignal | undefined;
  readonly rules: AnswerRules<M>;
  gather(): Gatherer<M, R>;
}
