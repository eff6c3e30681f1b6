// The bytes of a connection as a port offers them: try, and be called once when another try may find something.
// At most one chunk of the socket is held here while there is no reader; everything else stays in the kernel.

import type { Socket } from "node:net";
import { createIoCounters, type IoCounters, READ, WRITE } from "../backend/channel.ts";
import type { SerialError } from "../errors/errors.ts";
import { clearTimeout, nextTick, setTimeout } from "../process/timers.ts";
import type { RemoteAddress } from "./address.ts";
import type { ChunkSource, ConnectedSocket } from "./chunk-source.ts";
import { goneError, vanishedError } from "./connect-errors.ts";
import { InputQueue } from "./input-queue.ts";
import { KEEPALIVE_PROBES_MS, TcpWatch } from "./tcp-watch.ts";

/** Most bytes that one write takes. */
const MOST_WRITTEN = 65_536;
/** Most bytes that are held while an answer is waited for behind them. */
const MOST_HELD = 16 * 1024 * 1024;

/** A server of RFC 2217 ends its side at once; a raw one may keep it for an answer. In milliseconds. */
const CLOSE_MS = 500;
const RAW_CLOSE_MS = 100;

/** How the bytes of a protocol become data, and back. */
export interface ChannelProtocol {
  receive(chunk: Uint8Array): void;
  encode(data: Uint8Array): Uint8Array;
}

/** A connection with its data. */
export class SocketChannel {
  readonly input: InputQueue = new InputQueue();
  readonly counters: IoCounters = createIoCounters();
  /** Called with the directions that were armed and may be ready. */
  onReady: ((ready: number) => void) | undefined;
  /** Called once when the connection has ended and no try has found that out. */
  onGone: ((error: SerialError) => void) | undefined;
  readonly #path: string;
  readonly #socket: Socket;
  readonly #protocol: ChannelProtocol | undefined;
  #armed = 0;
  #answers = 0;
  #isSuspended = false;
  #isClosed = false;
  #cause: { readonly error: unknown } | undefined;
  #isReported = false;
  readonly #watch: TcpWatch | undefined;

  /**
   * @param address Its path is named in errors.
   * @param connected The socket, and its chunks.
   * @param protocol `undefined` for raw bytes.
   */
  constructor(
    { path, target, keepAliveMs }: RemoteAddress,
    {
      socket,
      chunks,
    }: Pick<ConnectedSocket, "socket"> & { readonly chunks: Pick<ChunkSource, "onChunk"> },
    protocol: ChannelProtocol | undefined,
  ) {
    this.#path = path;
    this.#socket = socket;
    this.#protocol = protocol;
    if ("host" in target) {
      const vanishAfterMs = keepAliveMs + KEEPALIVE_PROBES_MS;
      const onVanished = (): void => void socket.destroy(vanishedError(vanishAfterMs));
      this.#watch = new TcpWatch({ socket, vanishAfterMs, onVanished });
    }
    chunks.onChunk = (chunk) => this.#received(chunk);
    socket.on("error", (error: unknown) => this.#ended(error));
    socket.on("end", () => this.#ended(undefined));
    socket.on("close", () => this.#ended(undefined));
  }

  /** The connection has ended, though data of it may be left. */
  get isGone(): boolean {
    return this.#cause !== undefined;
  }

  /** Error with which the connection ended, where it had one. */
  get endedBy(): unknown {
    return this.#cause?.error;
  }

  /** Bytes that have not left this process. */
  get unsent(): number {
    return this.#socket.writableLength;
  }

  /** Bytes of the protocol, past the data. */
  send(bytes: Uint8Array): void {
    if (this.#cause !== undefined || this.#socket.destroyed) return;
    this.#write(bytes);
  }

  /** The peer wants no data now. */
  set isSuspended(isSuspended: boolean) {
    this.#isSuspended = isSuspended;
    if (!isSuspended) this.#ready(WRITE);
  }

  /** An answer is waited for: it is read whatever lies before it. */
  holdAnswer(): () => void {
    this.#answers++;
    this.#flow();
    return () => {
      this.#answers--;
    };
  }

  tryRead(into: Uint8Array): number {
    this.counters.readCalls++;
    const count = this.input.take(into);
    if (count === 0) {
      if (this.#cause !== undefined) throw this.gone("receive");
      this.counters.wouldBlock++;
    }
    if (this.input.length === 0) this.#flow();
    return count;
  }

  /** Takes bytes while all that it took before has left this process. */
  tryWrite(data: Uint8Array): number {
    if (!this.#socket.writable) this.#ended(undefined);
    if (this.#cause !== undefined) throw this.gone("send");
    this.counters.writeCalls++;
    if (this.#isSuspended || this.#socket.writableLength > 0) {
      this.counters.wouldBlock++;
      return 0;
    }
    const copy = data.slice(0, MOST_WRITTEN); // the caller may change its memory at once
    const wire = this.#protocol === undefined ? copy : this.#protocol.encode(copy);
    this.#write(wire);
    return copy.length;
  }

  arm(interest: number): void {
    this.#armed |= interest;
  }

  /** The error of a connection that has ended. */
  gone(operation: string): SerialError {
    this.#isReported = true;
    return goneError(this.#path, operation, this.#cause?.error);
  }

  /** Keeps the process alive, or lets it end. */
  ref(isNeeded: boolean): void {
    if (isNeeded) this.#socket.ref();
    else this.#socket.unref();
  }

  /**
   * Ends the connection behind the bytes that were sent. It is read until the peer ends it too, or a moment is over:
   * a kernel that has unread bytes of a closed connection resets it, and what was sent is then lost at some servers.
   */
  close(): Promise<void> {
    this.#isClosed = true;
    const socket = this.#socket;
    return new Promise((resolve) => {
      if (socket.destroyed) {
        resolve();
        return;
      }
      const mostMs = this.#protocol === undefined ? RAW_CLOSE_MS : CLOSE_MS;
      const end = (): void => void socket.destroySoon();
      let timer: NodeJS.Timeout | undefined;
      socket.once("finish", () => {
        timer = setTimeout(end, mostMs);
      });
      socket.once("close", () => {
        clearTimeout(timer);
        resolve();
      });
      socket.ref();
      socket.end();
      socket.resume();
    });
  }

  abandon(): void {
    this.#isClosed = true;
    this.#socket.destroy();
  }

  #write(wire: Uint8Array): void {
    this.#watch?.onSent();
    this.#socket.write(wire, (error) => {
      if (error != null) this.#ended(error); // its event comes later
      this.#ready(WRITE);
    });
  }

  #received(chunk: Uint8Array): void {
    if (this.#isClosed) return;
    if (this.#protocol === undefined) this.input.push(chunk);
    else this.#protocol.receive(chunk);
    if (this.input.length > 0) this.#ready(READ);
    if (this.input.length > 0) {
      const most = this.#answers > 0 ? MOST_HELD : 0;
      if (this.input.length > most) this.#socket.pause();
    }
  }

  #flow(): void {
    if (this.#socket.isPaused()) this.#socket.resume();
  }

  #ready(interest: number): void {
    const ready = this.#armed & interest;
    if (ready === 0) return;
    this.#armed &= ~ready;
    this.onReady?.(ready);
  }

  #ended(error: unknown): void {
    if (this.#cause !== undefined) return;
    this.#cause = { error };
    this.#watch?.close();
    this.#ready(READ | WRITE); // a try finds it out, behind the data that is left
    nextTick(() => {
      this.#socket.destroy();
      if (this.#isReported || this.#isClosed || this.input.length > 0) return;
      this.#isReported = true;
      this.onGone?.(goneError(this.#path, "receive", error));
    });
  }
}
