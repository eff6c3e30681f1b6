import { equal, throws } from "node:assert/strict";
import { EventEmitter } from "node:events";
import type { Socket } from "node:net";
import { test } from "node:test";
import { WRITE } from "../../../dist/backend/channel.js";
import { parseAddress } from "../../../dist/remote/address.js";
import { ChunkSource } from "../../../dist/remote/chunk-source.js";
import { SocketChannel } from "../../../dist/remote/socket-channel.js";

const ADDRESS = parseAddress("unix:/run/test.sock");
const DATA = Uint8Array.of(1, 2, 3);

/** A socket whose writes end when the test says so. */
class FakeSocket extends EventEmitter {
  writable = true;
  writableLength = 0;
  #onWritten: ((error?: Error) => void) | undefined;

  write(bytes: Uint8Array, onWritten: (error?: Error) => void): void {
    this.writableLength += bytes.length;
    this.#onWritten = onWritten;
  }
  /** Ends the last write. */
  written(error?: Error): void {
    this.writableLength = 0;
    this.#onWritten?.(error);
  }
  isPaused(): boolean {
    return false;
  }
  destroy(): void {}
}

function bench() {
  const socket = new FakeSocket();
  const channel = new SocketChannel(
    ADDRESS,
    { socket: socket as unknown as Socket, chunks: new ChunkSource() },
    undefined,
  );
  return { socket, channel };
}

test("SocketChannel takes the next bytes when the last ones have left", () => {
  const { socket, channel } = bench();
  let ready = 0;
  channel.onReady = (directions) => {
    ready = directions;
  };

  equal(channel.tryWrite(DATA), 3);
  equal(channel.tryWrite(DATA), 0);
  channel.arm(WRITE);
  socket.written();

  equal(ready, WRITE);
  equal(channel.tryWrite(DATA), 3);
});

test("SocketChannel takes no bytes after a write that failed, before its event comes", () => {
  const { socket, channel } = bench();
  const taken: number[] = [];
  channel.onReady = () => {
    throws(() => taken.push(channel.tryWrite(DATA)), {
      name: "SerialDisconnectedError",
      code: "EPIPE",
    });
  };
  channel.tryWrite(DATA);
  channel.arm(WRITE);

  socket.written(Object.assign(new Error("write EPIPE"), { code: "EPIPE" }));

  equal(taken.length, 0);
});

test("SocketChannel takes no bytes for a socket that is closed, before its event comes", () => {
  const { socket, channel } = bench();
  socket.writable = false;

  throws(() => channel.tryWrite(DATA), { name: "SerialDisconnectedError" });
});
