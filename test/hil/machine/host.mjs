// Requests of the tests in a guest to the host: one JSON object a line over a virtual serial port,
// answered in the same way.
import { createInterface } from "node:readline";
import { Channel, connect } from "./channel.mjs";
import { Qmp } from "./qmp.mjs";

const CONNECT_TRIES = 500;
const CONNECT_EVERY_MS = 20;

/** The host's side of a running guest. */
export class Host {
  #qmp;
  #channels;
  /** The guest's report at its end, if it came that far. */
  result;

  constructor(qmp, channels) {
    this.#qmp = qmp;
    this.#channels = channels;
  }

  /**
   * Connects to everything that the guest's QEMU listens at.
   *
   * @param socketPath Gives the path of a socket by its name.
   * @param guest Its definition.
   * @param signal Ends the attempts.
   */
  static async connect(socketPath, guest, signal) {
    const qmp = new Qmp(await connectSoon(socketPath("qmp"), signal));
    await qmp.execute("qmp_capabilities");
    const channels = new Map();
    for (const name of guest.channels ?? []) {
      const channel = new Channel(socketPath(name));
      await channel.connect();
      channels.set(name, channel);
    }
    const host = new Host(qmp, channels);
    host.#answer(await connectSoon(socketPath("requests"), signal));
    return host;
  }

  #answer(socket) {
    socket.on("error", () => undefined);
    createInterface({ input: socket }).on("line", async (line) => {
      const { action, ...parameters } = JSON.parse(line);
      let answer;
      try {
        answer = { result: (await this.#actions[action](parameters)) ?? null };
      } catch (error) {
        answer = { error: error.message };
      }
      socket.write(`${JSON.stringify(answer)}\n`);
    });
  }

  #actions = {
    /** Runs a command of QEMU's monitor, such as device_add. */
    qmp: ({ command, parameters }) => this.#qmp.execute(command, parameters),
    /** Says what becomes of what a channel receives: "keep", "echo", "sink", "stall", or the name of another channel. */
    mode: ({ channel, mode }) => this.#channel(channel).setMode(this.#channels.get(mode) ?? mode),
    /** Sends bytes, in base 64. */
    send: ({ channel, data }) => this.#channel(channel).send(Buffer.from(data, "base64")),
    /**
     * Takes the bytes that a channel received, in base 64, and their number since its mode was set.
     */
    receive: ({ channel }) => {
      const { data, bytes } = this.#channel(channel).takeReceived();
      return { data: data.toString("base64"), bytes };
    },
    drop: ({ channel }) => this.#channel(channel).drop(),
    connect: ({ channel }) => this.#channel(channel).connect(),
    /** Reports the counts of the tests. */
    finish: ({ count }) => {
      this.result = count;
    },
  };

  #channel(name) {
    const channel = this.#channels.get(name);
    if (channel === undefined) throw new Error(`the guest has no channel "${name}"`);
    return channel;
  }
}

async function connectSoon(path, signal) {
  for (let tries = 1; ; tries++) {
    try {
      return await connect(path);
    } catch (error) {
      if (tries === CONNECT_TRIES || signal.aborted) throw error;
      await new Promise((resolve) => setTimeout(resolve, CONNECT_EVERY_MS));
    }
  }
}
