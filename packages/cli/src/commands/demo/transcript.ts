// The demo on screen: its ports, commands to try, and the conversation line by line.

import { basename } from "node:path";
import type { Output } from "../../terminal/output.ts";
import { formatTime } from "../../text/line-stamper.ts";
import { oneLine } from "../../text/printable.ts";
import type { Exchange } from "./bench.ts";
import type { Answer } from "./conversation.ts";
import { INSTRUMENT_COMMANDS } from "./instrument.ts";

/** Prints the demo as text or as JSON, one object a line. */
export class Transcript {
  readonly #output: Output;
  #missed = 0;

  /** @param output Where to print. */
  constructor(output: Output) {
    this.#output = output;
  }

  /** Prints what was made; with `isOnce`, the demo uses both ports itself. */
  async opened(paths: readonly [string, string], isOnce: boolean): Promise<void> {
    if (this.#output.isJson) return this.#output.json({ event: "opened", paths });
    await this.#output.text(
      [
        "Two emulated serial ports lead to one simulated instrument, a thermometer and power supply:",
        `  port 1  ${paths[0]}${isOnce ? "" : "  (used by this demo)"}`,
        `  port 2  ${paths[1]}${isOnce ? "" : "  (yours)"}`,
        "",
        "",
      ].join("\n"),
    );
  }

  /** Prints what to do in a second terminal. */
  async invitation(path: string): Promise<void> {
    if (this.#output.isJson) return this.#output.json({ event: "serving", path });
    const commands = INSTRUMENT_COMMANDS.map(([command, effect]) => [command, effect] as const);
    await this.#output.text(
      [
        "",
        "In a second terminal, talk to port 2 with any of:",
        `  npx anyserial monitor --echo ${path}`,
        `  npx anyserial send ${path} 'MEAS?' --eol lf --until '\\n'`,
        `  picocom --echo ${path}`,
        `  python3 -m serial.tools.miniterm --echo ${path} 115200`,
        "and type, with Enter:",
        ...commands.map(([command, effect]) => `  ${command.padEnd(38)}${effect}`),
        "",
        "Port 1 keeps measuring; Ctrl-C ends the demo.",
        "",
        "",
      ].join("\n"),
    );
  }

  /** Prints a question of the demo with its answer. */
  async answered(path: string, answer: Answer): Promise<void> {
    const { request, reply, ok, durationMs } = answer;
    if (this.#output.isJson) {
      const event = { event: "answer", path, request, reply, ok };
      return this.#output.json({ ...event, durationMs: Math.round(durationMs * 1000) / 1000 });
    }
    const verdict = ok ? "" : `   WRONG: expected ${answer.expected.source}`;
    await this.#output.text(line(path, `${request.padEnd(12)} → ${oneLine(reply)}${verdict}`));
  }

  /**
   * Prints an exchange on the second port. A terminal that is too slow misses exchanges; their
   * count is printed later.
   */
  async overheard({ path, request, reply }: Exchange): Promise<void> {
    if (this.#output.isBehind) {
      this.#missed++;
      return;
    }
    const missed = this.#missed;
    this.#missed = 0;
    if (this.#output.isJson && missed > 0) await this.#output.json({ event: "missed", missed });
    if (this.#output.isJson) {
      return this.#output.json({ event: "overheard", path, request, reply });
    }
    const gap = missed === 0 ? "" : `${missed} exchanges are not shown\n`;
    const text = `${oneLine(request).padEnd(12)} → ${oneLine(reply)}`;
    await this.#output.text(gap + line(path, text));
  }

  /** Prints how the conversation ended. */
  async verified(answers: number, wrong: number): Promise<void> {
    const ok = wrong === 0;
    if (this.#output.isJson) return this.#output.json({ event: "verified", answers, wrong, ok });
    const verdict = ok ? "all as expected" : `${wrong} not as expected`;
    await this.#output.text(`\n${answers} answers, ${verdict}\n`);
  }
}

function line(path: string, text: string): string {
  return `${formatTime(new Date())}  ${basename(path)}  ${text}\n`;
}
