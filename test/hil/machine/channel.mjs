// The host's end of a serial device of a guest: a socket of QEMU. It is read at all times unless a
// test wants otherwise: a USB adapter whose peer does not read stops the whole machine. Arriving
// bytes are kept, sent back, or passed on to another channel.
import { createConnection } from "node:net";

/** One socket of QEMU. */
export class Channel {
  #path;
  #socket;
  #received = [];
  #receivedBytes = 0;
  /** @type {"keep" | "echo" | "sink" | "stall" | Channel} Treatment of the arriving bytes. */
  #mode = "keep";

  constructor(path) {
    this.#path = path;
  }

  /** Connects to the socket, which QEMU already listens at. */
  async connect() {
    this.#socket = await connect(this.#path);
    this.#socket.on("data", (data) => this.#take(data));
    this.#socket.on("error", () => undefined);
  }

  /** Drops the connection; QEMU's device sees its peer go away. */
  drop() {
    this.#socket?.destroy();
  }

  /**
   * Says what becomes of the bytes that arrive from now on.
   *
   * @param mode Kept, sent back, dropped, left unread, or passed on to a channel.
   */
  setMode(mode) {
    if (mode === "stall") this.#socket.pause();
    else this.#socket.resume();
    this.#mode = mode;
    this.#received = [];
    this.#receivedBytes = 0;
  }

  send(data) {
    this.#socket.write(data);
  }

  /** Takes the bytes that arrived since, in mode "keep", and counts all. */
  takeReceived() {
    const data = Buffer.concat(this.#received);
    this.#received = [];
    return { data, bytes: this.#receivedBytes };
  }

  #take(data) {
    this.#receivedBytes += data.length;
    if (this.#mode === "keep") this.#received.push(data);
    else if (this.#mode === "echo") this.send(data);
    else if (this.#mode instanceof Channel) this.#mode.send(data);
  }
}

/** Connects to a socket in the file system. */
export function connect(path) {
  return new Promise((resolve, reject) => {
    const socket = createConnection(path, () => {
      socket.off("error", reject);
      resolve(socket);
    });
    socket.once("error", reject);
  });
}
