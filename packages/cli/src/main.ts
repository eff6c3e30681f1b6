// The program: the process's arguments, streams and signals in, its exit code out. The only file that
// exits the process. Runs when imported.

import { EXIT_FAILURE, signalExitCode } from "./exit-codes.ts";
import { Interrupted, OutputClosedError } from "./interruption.ts";
import { Output } from "./output.ts";
import { runProgram } from "./run.ts";
import { listTerminals, replaceGoneTerminals, setTerminalBlocking } from "./terminal-output.ts";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
/** A command that was told to end and has not after this time is ended, in milliseconds. */
const GRACE_MS = 80;
const GRACE_TURNS = 20;

const { argv, stdin, stdout, stderr } = process;
const ending = new AbortController();
const args = argv.slice(2);
const terminals = listTerminals();
const json = args.includes("--json");
const output = new Output({ stdout, stderr, json, signal: ending.signal });

let hangupListener: (() => void) | undefined;

function onHangup(listener: () => void): () => void {
  hangupListener = listener;
  return () => {
    hangupListener = undefined;
  };
}

function interrupt(name: NodeJS.Signals): void {
  if (name === "SIGHUP" && hangupListener !== undefined) {
    hangupListener();
    return;
  }
  const code = signalExitCode(name);
  if (ending.signal.aborted) process.exit(code);
  ending.abort(new Interrupted(name));
  setTimeout(() => void forceExit(code), GRACE_MS);
}

/** Ends a command that hangs; one that only got no processor time has a few turns to end itself. */
async function forceExit(code: number): Promise<void> {
  for (let turn = 0; turn < GRACE_TURNS; turn++) await new Promise(setImmediate);
  process.exit(process.exitCode ?? code);
}

function crash(error: unknown): void {
  output.error(error);
  process.exit(EXIT_FAILURE); // exit listeners restore the terminal, the port's settings and links
}

/** Waits until what was printed is out, unless the program is told to end. */
async function printed(): Promise<void> {
  const streams = [stdout, stderr].filter((stream) => stream.writableLength > 0);
  const written = streams.map((stream) => new Promise((resolve) => stream.write("", resolve)));
  const told = new Promise((resolve) => {
    if (ending.signal.aborted) resolve(undefined);
    ending.signal.addEventListener("abort", resolve, { once: true });
  });
  await Promise.race([Promise.all(written), told]);
}

for (const name of SIGNALS) process.on(name, interrupt);
process.on("uncaughtException", crash);
process.removeAllListeners("warning"); // Node prints several lines
process.on("warning", (warning) => output.warning(warning));
for (const stream of [stdout, stderr]) {
  setTerminalBlocking(stream, false);
  stream.on("error", (error) => ending.abort(new OutputClosedError(error)));
}
process.on("exit", () => {
  setTerminalBlocking(stdout, true);
  replaceGoneTerminals(terminals);
});

const code = await runProgram({ args, stdin, stdout, stderr, signal: ending.signal, onHangup });
await printed();
process.exit(code);
