// A TCP connection between a page and its hub, which a test can cut.
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { atEnd } from "./ending.mjs";

export class Cable {
  http = "";
  #server;
  #target;
  #sockets = new Set();
  #isCut = false;
  #isHeld = false;

  static async lay(t, http) {
    const cable = new Cable();
    cable.#target = Number(new URL(http).port);
    cable.#server = createServer((socket) => cable.#join(socket)).listen(0, "127.0.0.1");
    await once(cable.#server, "listening");
    cable.http = `http://127.0.0.1:${cable.#server.address().port}`;
    atEnd(t, () => {
      cable.cut();
      cable.#server.close();
    });
    return cable;
  }

  /** Ends all connections, and refuses new ones. */
  cut() {
    this.#isCut = true;
    for (const socket of this.#sockets) socket.destroy();
    this.#sockets.clear();
  }

  /** Lets connections through again. */
  mend() {
    this.#isCut = false;
  }

  /** Lets nothing through, and ends nothing. */
  hold(isHeld) {
    this.#isHeld = isHeld;
    for (const socket of this.#sockets) {
      if (isHeld) socket.pause();
      else socket.resume();
    }
  }

  /** Streams that the page reads now. */
  get streams() {
    return [...this.#sockets].filter((socket) => socket.isStream && !socket.destroyed).length;
  }

  #join(near) {
    if (this.#isCut) {
      near.destroy();
      return;
    }
    const far = connect(this.#target, "127.0.0.1");
    for (const [from, to] of [
      [near, far],
      [far, near],
    ]) {
      this.#sockets.add(from);
      from.on("data", (bytes) => {
        if (from === near) near.isStream = bytes.toString("latin1").startsWith("GET /stream");
        to.write(bytes);
      });
      if (this.#isHeld) from.pause();
      from.on("error", () => undefined);
      from.on("close", () => {
        this.#sockets.delete(from);
        to.destroy();
      });
    }
  }
}
