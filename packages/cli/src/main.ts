// The program: the process's arguments, streams and signals in, its exit code out. The only file that
// exits the process. Runs when imported.

import type { ClaimOutputError } from "./command/command.ts";
import { EXIT_FAILURE, signalExitCode } from "./command/exit-codes.ts";
import { Interrupted, OutputClosedError } from "./command/interruption.ts";
import { runProgram } from "./run.ts";
import { Output } from "./terminal/output.ts";
import {
  listTerminals,
  replaceGoneTerminals,
  setTerminalBlocking,
} from "./terminal/terminal-output.ts";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
/** Time that a command has to end after a signal, before it is ended by force, in milliseconds. */
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

let graceMs = (): number => GRACE_MS;

function setGrace(wanted: () => number): void {
  graceMs = (): number => Math.max(GRACE_MS, wanted());
}

function interrupt(name: NodeJS.Signals): void {
  if (name === "SIGHUP" && hangupListener !== undefined) {
    hangupListener();
    return;
  }
  const code = signalExitCode(name);
  if (ending.signal.aborted) process.exit(code);
  ending.abort(new Interrupted(name));
  setTimeout(() => void forceExit(code), graceMs());
}

/** Ends a command that hangs; one that only got no processor time has a few turns to end itself. */
async function forceExit(code: number): Promise<void> {
  for (let turn = 0; turn < GRACE_TURNS; turn++) await new Promise(setImmediate);
  process.exit(process.exitCode ?? code);
}

let claimOutputError: ClaimOutputError = () => false;

function onOutputError(claim: ClaimOutputError): void {
  claimOutputError = claim;
}

let claimUncaught = (_error: unknown): boolean => false;

function onUncaught(claim: (error: unknown) => boolean): void {
  claimUncaught = claim;
}

function crash(error: unknown): void {
  if (claimUncaught(error)) return;
  output.error(error);
  process.exit(EXIT_FAILURE); // exit listeners restore the terminal, the port's settings and links
}

/** Waits until the output is written, unless the program is interrupted. */
async function printed(): Promise<void> {
  const streams = [stdout, stderr].filter((stream) => stream.writableLength > 0);
  const written = streams.map((stream) => new Promise((resolve) => stream.write("", resolve)));
  const interrupted = new Promise((resolve) => {
    if (ending.signal.aborted) resolve(undefined);
    ending.signal.addEventListener("abort", resolve, { once: true });
  });
  await Promise.race([Promise.all(written), interrupted]);
}

function warn(warning: Error): void {
  output.warning(warning);
}

function onStdoutError(error: Error): void {
  if (!claimOutputError(error, stdout)) ending.abort(new OutputClosedError(error));
}

function onStderrError(error: Error): void {
  if (!claimOutputError(error, stderr)) ending.abort(new OutputClosedError(error));
}

let isHandedOver = false;

function handOver(): void {
  isHandedOver = true;
  for (const name of SIGNALS) process.off(name, interrupt);
  process.off("uncaughtException", crash);
  process.off("warning", warn);
  for (const listener of nodeWarns) process.on("warning", listener);
  stdout.off("error", onStdoutError);
  stderr.off("error", onStderrError);
  for (const stream of [stdout, stderr]) setTerminalBlocking(stream, true);
}

for (const name of SIGNALS) process.on(name, interrupt);
process.on("uncaughtException", crash);
const nodeWarns = process.listeners("warning");
process.removeAllListeners("warning"); // Node prints several lines
process.on("warning", warn);
stdout.on("error", onStdoutError);
stderr.on("error", onStderrError);
for (const stream of [stdout, stderr]) setTerminalBlocking(stream, false);
process.on("exit", () => {
  setTerminalBlocking(stdout, true);
  replaceGoneTerminals(terminals);
});

const { signal } = ending;
const code = await runProgram({
  args,
  stdin,
  stdout,
  stderr,
  signal,
  onHangup,
  onOutputError,
  onUncaught,
  handOver,
  setGrace,
});
if (!isHandedOver) {
  await printed();
  process.exit(code);
}
