// The Linux side of the COM ports under Wine: ptys behind symbolic links that Wine takes for ports, and
// null-modem cables between them, made and cut on request of the tests by TCP, one JSON object a line.
import { closeSync, ftruncateSync, openSync, realpathSync, writeSync } from "node:fs";
import { createServer } from "node:net";
import { basename, join } from "node:path";
import { createInterface } from "node:readline";
import { createVirtualPort } from "../../packages/anyserial/dist/pty.js";

const RTS_AND_DTR = 0x006; // TIOCM_DTR | TIOCM_RTS: opening a port asserts both
const INT_BYTES = 4;
const PORTS = 1024;

/**
 * Serves cables.
 *
 * @param folder Where the links `com1` … are made.
 * @param portCount How many COM ports Wine knows.
 * @param linesFile Memory of the modem lines; `undefined` without the shim.
 */
export async function serveCables({ folder, portCount, linesFile }) {
  const free = Array.from({ length: portCount }, (_, at) => at + 1);
  const lines = linesFile === undefined ? undefined : new LineMemory(linesFile);
  const open = new Set();
  const server = createServer((socket) => {
    const cables = new Map();
    socket.on("error", () => undefined);
    socket.on("close", () => {
      for (const cable of cables.values()) void cable.close();
    });
    createInterface({ input: socket }).on("line", async (line) => {
      const { id, request, cable: number, on } = JSON.parse(line);
      let answer = {};
      try {
        if (request === "open" || request === "echo") {
          const cable = await openCable({ folder, free, lines, isEcho: request === "echo" });
          open.add(cable);
          cables.set(id, cable);
          answer = { names: cable.names };
        } else if (request === "unplug") await cables.get(number).unplug();
        else if (request === "ring") cables.get(number).ring(on);
        else {
          const cable = cables.get(number);
          cables.delete(number);
          await cable.close();
          open.delete(cable);
        }
      } catch (error) {
        answer = { error: error.message };
      }
      if (!socket.destroyed) socket.write(`${JSON.stringify({ id, ...answer })}\n`);
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: server.address().port,
    close: async () => {
      server.close();
      await Promise.all([...open].map((cable) => cable.close()));
      lines?.close();
    },
  };
}

async function openCable({ folder, free, lines, isEcho }) {
  free.sort((a, b) => a - b);
  const numbers = isEcho ? free.splice(0, 1) : free.splice(0, 2);
  const devices = [];
  for (const number of numbers) {
    devices.push(await createVirtualPort({ link: join(folder, `com${number}`) }));
  }
  const ptys = devices.map(({ path }) => Number(basename(realpathSync(path))));
  lines?.join(ptys[0], ptys.at(-1));
  lines?.join(ptys.at(-1), ptys[0]);
  const carrying = [carry(devices[0], devices.at(-1))];
  if (!isEcho) carrying.push(carry(devices[1], devices[0]));
  let closed;
  const close = async () => {
    await Promise.all(devices.map((device) => device.close()));
    await Promise.all(carrying);
    for (const pty of ptys) lines?.leave(pty);
    free.push(...numbers);
  };
  return {
    names: numbers.map((number) => `COM${number}`),
    ring: (on) => lines?.ring(ptys[0], on),
    unplug: () => devices[0].close(),
    close: () => {
      closed ??= close();
      return closed;
    },
  };
}

/** Carries bytes in one direction until one of the devices is closed. */
async function carry(from, to) {
  try {
    for (;;) await to.send(await from.receive());
  } catch (error) {
    if (error.code !== "ERR_SERIAL_CLOSED") throw error;
  }
}

/** The file that modem-shim.c maps. */
class LineMemory {
  #fd;

  constructor(path) {
    this.#fd = openSync(path, "w+");
    ftruncateSync(this.#fd, 3 * PORTS * INT_BYTES);
  }

  join(pty, peer) {
    this.#set(0, pty, RTS_AND_DTR);
    this.#set(1, pty, peer + 1);
    this.#set(2, pty, 0);
  }

  leave(pty) {
    this.#set(1, pty, 0);
  }

  ring(pty, on) {
    this.#set(2, pty, on ? 1 : 0);
  }

  close() {
    closeSync(this.#fd);
  }

  #set(array, pty, value) {
    writeSync(this.#fd, new Int32Array([value]), 0, INT_BYTES, (array * PORTS + pty) * INT_BYTES);
  }
}
