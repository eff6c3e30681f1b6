// Talks QMP, the control protocol of QEMU: one JSON object a line, answers in the order of the commands.
// See QEMU's docs/interop/qmp-spec.
import { createInterface } from "node:readline";

/** A connection to the monitor of a machine. */
export class Qmp {
  #socket;
  #waiting = [];

  /** @param socket Connected to the monitor. */
  constructor(socket) {
    this.#socket = socket;
    createInterface({ input: socket }).on("line", (line) => this.#take(JSON.parse(line)));
    socket.on("error", () => undefined);
    socket.on("close", () => {
      for (const { reject } of this.#waiting.splice(0)) reject(new Error("the machine has ended"));
    });
  }

  /** Runs a command; throws with QEMU's own words when it is refused. */
  execute(command, parameters = {}) {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#socket.write(`${JSON.stringify({ execute: command, arguments: parameters })}\n`);
    });
  }

  #take(message) {
    if ("return" in message) this.#waiting.shift()?.resolve(message.return);
    else if ("error" in message) this.#waiting.shift()?.reject(new Error(message.error.desc));
  }
}
