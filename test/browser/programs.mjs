// Programs as applications on the ports of a hub: picocom, pySerial, and small ones of our own.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { findPython, missing } from "../../tools/test-support/dist/programs.js";
import { until } from "../../tools/test-support/dist/until.js";
import { atEnd } from "./ending.mjs";

export const noPicocom = missing("picocom", ["--help"]);
const python = findPython("serial");
export const noPySerial = python === undefined && "no python3 with the serial module";

/** Reads lines from standard input and sends them; prints what it receives, as Python writes bytes. */
const PY_SERIAL = `
import serial, sys, threading
port = serial.Serial(sys.argv[1], 9600, timeout=None)
def send():
    for line in sys.stdin:
        port.write(line.encode())
threading.Thread(target=send, daemon=True).start()
print("open", flush=True)
while True:
    print(ascii(port.read(port.in_waiting or 1)), flush=True)
`;

/** A program that is killed when the test ends. */
export class Program {
  output = "";
  #child;

  constructor(t, command, args) {
    this.#child = spawn(command, args, { stdio: ["pipe", "pipe", "ignore"] });
    this.#child.stdout.setEncoding("latin1").on("data", (text) => {
      this.output += text;
    });
    this.#child.stdin.on("error", () => undefined); // it has ended
    atEnd(t, () => this.end("SIGKILL"));
  }

  get pid() {
    return this.#child.pid;
  }

  say(text) {
    this.#child.stdin.write(text);
  }

  kill(signal) {
    this.#child.kill(signal);
  }

  /** Waits until its output contains something. */
  until(text) {
    const shown = () => JSON.stringify(this.output.slice(-200));
    return until(`${JSON.stringify(text)} is in its output`, () =>
      joined(this.output).includes(text),
    ).catch((error) => {
      throw new Error(`${error.message}; the end of it is ${shown()}`);
    });
  }

  /** Waits for its end, at a signal or by itself. */
  async end(signal) {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, "exit");
    if (signal !== undefined) this.#child.kill(signal);
    await ended;
  }
}

/** What pySerial received in pieces, as one. */
function joined(output) {
  return output.replaceAll("'\nb'", "");
}

/** Opens a port in picocom, and waits until the hub has noticed. */
export async function picocom(t, hub, member) {
  const path = hub.path(member);
  const program = new Program(t, "picocom", ["--quiet", "--noreset", "--imap", "lfcrlf", path]);
  await hub.isOpen(member);
  return program;
}

/** Opens a port in pySerial. */
export async function pySerial(t, hub, member) {
  const program = new Program(t, python, ["-c", PY_SERIAL, hub.path(member)]);
  await program.until("open");
  await hub.isOpen(member);
  return program;
}
