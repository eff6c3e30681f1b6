// Asks for a port at the terminal: a list on standard error that follows the ports as they come and go.

import type { PortInfo } from "anyserial";
import type { PortChooser } from "anyserial/web-serial";
import { enterRawMode } from "../../terminal/raw-terminal.ts";
import type { InputStream, OutputStream } from "../../terminal/streams.ts";
import { describePort, type MenuAnswer, PortMenu } from "./port-menu.ts";

const CLEAR_BELOW = "\x1b[J";
const DEFAULT_ROWS = 24;
const DEFAULT_COLUMNS = 80;

/** The terminal. */
export interface AskOptions {
  /** The script that asks. */
  readonly script: string;
  readonly stdin: InputStream;
  readonly stderr: OutputStream & { readonly rows?: number; readonly columns?: number };
}

/** Makes a chooser that asks. */
export function ask({ script, stdin, stderr }: AskOptions): PortChooser {
  return async (ports, choosing) => {
    const menu = new PortMenu(script, (port) => choosing.isGranted(port));
    let drawn = 0;
    const erase = (): string => (drawn === 0 ? "" : `\r\x1b[${drawn}A${CLEAR_BELOW}`);
    const draw = (): void => {
      const room = {
        rows: stderr.rows || DEFAULT_ROWS, // a serial console does not know its size, and says 0
        columns: stderr.columns || DEFAULT_COLUMNS,
      };
      const lines = menu.lines(room);
      stderr.write(`${erase()}${lines.map((line) => `${line}\n`).join("")}`);
      drawn = lines.length;
    };
    let isOver = false;
    const show = (offered: readonly PortInfo[]): void => {
      if (isOver) return;
      menu.set(offered);
      draw();
    };
    const stop = choosing.onChange(show);
    const answering = readAnswer(stdin, (typed) => {
      const given = menu.push(typed);
      if (given === undefined) draw();
      return given;
    });
    show(ports); // keys count from the first picture on
    const answer = await answering;
    isOver = true;
    stop();
    const chosen = answer.kind === "chosen" ? answer.port : undefined;
    const line = chosen === undefined ? "no serial port" : `serial port ${describePort(chosen)}`;
    stderr.write(`${erase()}anyserial: ${line}\n`);
    if (answer.kind === "interrupt") process.kill(process.pid, "SIGINT");
    return chosen;
  };
}

/** Reads keys until there is an answer. Listeners of the script get none of them. */
function readAnswer(
  stdin: InputStream,
  push: (typed: string) => MenuAnswer | undefined,
): Promise<MenuAnswer> {
  const wasFlowing = stdin.readableFlowing === true;
  const others = stdin.listeners("data") as ((chunk: unknown) => void)[];
  const restoreMode = enterRawMode(stdin);
  return new Promise((resolve) => {
    const end = (answer: MenuAnswer): void => {
      for (const other of others) stdin.on("data", other);
      stdin.off("data", onData).off("end", onGone).off("error", onGone);
      if (!wasFlowing) stdin.pause();
      restoreMode();
      resolve(answer);
    };
    const onData = (chunk: Uint8Array | string): void => {
      const answer = push(typeof chunk === "string" ? chunk : Buffer.from(chunk).toString());
      if (answer !== undefined) end(answer);
    };
    const onGone = (): void => end({ kind: "none" });
    stdin.on("data", onData).on("end", onGone).on("error", onGone);
    for (const other of others) stdin.off("data", other);
    stdin.resume();
  });
}
