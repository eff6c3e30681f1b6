// An open connection to a port on another machine: its bytes, and its line where the protocol has one.

import type { TlsOptions } from "../backend/backend.ts";
import { SerialDisconnectedError, type SerialError } from "../errors/errors.ts";
import type { LineErrorCounts } from "../model/line-error-counts.ts";
import { clearTimeout, setTimeout } from "../process/timers.ts";
import type { RemoteAddress } from "./address.ts";
import type { ConnectedSocket } from "./chunk-source.ts";
import { ComPortClient } from "./com-port-client.ts";
import { connect } from "./connect.ts";
import { notAgreed, refusedOption, timeoutError } from "./connect-errors.ts";
import { Greeting } from "./greeting.ts";
import { ReceivedLine } from "./received-line.ts";
import { RemoteLine } from "./remote-line.ts";
import { RemoteModem } from "./remote-modem.ts";
import { SocketChannel } from "./socket-channel.ts";

/** The line of a connection with RFC 2217. */
export interface ConnectedLine {
  readonly line: RemoteLine;
  readonly modem: RemoteModem;
  readonly errors: Omit<LineErrorCounts, "bufferOverflow">;
}

/** One connection. */
export class RemoteConnection {
  readonly address: RemoteAddress;
  readonly channel: SocketChannel;
  /** `undefined` for raw bytes. */
  readonly line: ConnectedLine | undefined;
  /** Called once when the connection has ended and no try has found that out. */
  onGone: ((error: SerialError) => void) | undefined;

  private constructor(
    address: RemoteAddress,
    channel: SocketChannel,
    line: ConnectedLine | undefined,
  ) {
    this.address = address;
    this.channel = channel;
    this.line = line;
    channel.onGone = (error) => this.onGone?.(error);
  }

  /**
   * Connects, and agrees on RFC 2217 where the address asks for it.
   *
   * @throws {@link SerialError} by the way in which it failed, with a hint.
   */
  static async open(address: RemoteAddress, tls?: TlsOptions): Promise<RemoteConnection> {
    const connected = await connect(address, tls);
    if (address.protocol === "raw") {
      const channel = new SocketChannel(address, connected, undefined);
      channel.ref(false);
      return new RemoteConnection(address, channel, undefined);
    }
    return await RemoteConnection.#agree(address, connected);
  }

  static async #agree(
    address: RemoteAddress,
    connected: ConnectedSocket,
  ): Promise<RemoteConnection> {
    let agreed: (isAgreed: boolean) => void = () => undefined;
    let modem: RemoteModem | undefined;
    let refuse: (error: SerialError) => void = () => undefined;
    const agreement = new Promise<boolean>((resolve, reject) => {
      agreed = resolve;
      refuse = reject;
    });
    const greeting = new Greeting(address, (error) => refuse(error));
    const client: ComPortClient = new ComPortClient({
      send: (bytes) => channel.send(bytes),
      onAgreement: (isAgreed) => agreed(isAgreed),
      onData: (bytes) => {
        received.data(bytes);
        greeting.add(bytes);
      },
      onLineState: (state) => received.lineState(state),
      onModemState: (state) => modem?.notified(state),
      onSuspend: (isSuspended) => {
        channel.isSuspended = isSuspended;
      },
    });
    const channel = new SocketChannel(address, connected, client);
    const received = new ReceivedLine(channel.input);
    const gone = new Promise<never>((_resolve, reject) => {
      connected.socket.once("close", () => reject(channel.gone("configure")));
    });
    gone.catch(() => undefined); // for those who ask something
    const release = channel.holdAnswer();
    client.start();
    try {
      await RemoteConnection.#untilAgreed(address, { agreement, gone, client });
    } catch (error) {
      channel.abandon();
      const isEnd = error instanceof SerialDisconnectedError;
      throw isEnd ? notAgreed(address, greeting.text, channel.endedBy) : error;
    } finally {
      greeting.end();
      release();
    }
    const holdAnswer = (): (() => void) => channel.holdAnswer();
    const line = new RemoteLine({ path: address.path, client, holdAnswer, gone });
    modem = new RemoteModem(address.path, line, holdAnswer);
    gone.catch((error: Error) => modem?.end(error));
    channel.ref(false);
    return new RemoteConnection(address, channel, { line, modem, errors: received.errors });
  }

  static async #untilAgreed(
    address: RemoteAddress,
    {
      agreement,
      gone,
      client,
    }: {
      readonly agreement: Promise<boolean>;
      readonly gone: Promise<never>;
      readonly client: ComPortClient;
    },
  ): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      const end = (): void =>
        reject(timeoutError(address, client.isTelnet ? "telnet" : "connected"));
      timer = setTimeout(end, address.timeoutMs);
    });
    try {
      const isAgreed = await Promise.race([agreement, gone, late]);
      if (!isAgreed) throw refusedOption(address);
    } finally {
      clearTimeout(timer);
    }
  }
}
