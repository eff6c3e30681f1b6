// Child processes of a benchmark run: started with pipes, spoken to line by line, always killed.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

const ANSWER_TIMEOUT_MS = 180_000;

const running = new Set();
process.on("exit", killAll);
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.on(signal, () => {
    killAll();
    process.exit(1);
  });
}

function killAll() {
  for (const child of running) child.kill();
}

/** A program that answers lines with lines. */
export class Child {
  #process;
  #name;
  #lines;

  constructor(name, [command, ...args], env = {}) {
    this.#name = name;
    const stdio = ["pipe", "pipe", "inherit"];
    this.#process = spawn(command, args, { stdio, env: { ...process.env, ...env } });
    this.#process.on("error", () => {}); // shows as the end of its output
    this.#process.stdin.on("error", () => {});
    this.#lines = createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]();
    running.add(this);
  }

  get pid() {
    return this.#process.pid;
  }

  /** Writes one line. */
  tell(line) {
    this.#process.stdin.write(`${line}\n`);
  }

  /** The next line that it prints. */
  async nextLine() {
    const timer = setTimeout(() => this.kill(), ANSWER_TIMEOUT_MS);
    const { value, done } = await this.#lines.next();
    clearTimeout(timer);
    if (done) throw new Error(`${this.#name} ended without an answer`);
    return value;
  }

  /** The next line, parsed. */
  async answer() {
    return JSON.parse(await this.nextLine());
  }

  /** Writes a command and waits for its answer. */
  async ask(line) {
    this.tell(line);
    return this.answer();
  }

  kill() {
    running.delete(this);
    this.#process.kill("SIGKILL");
  }
}
