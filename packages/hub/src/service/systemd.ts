// Notifies systemd of the service's state: ready, reloading, stopping, alive. The socket is a unix
// datagram socket, which Node cannot open, so the program `systemd-notify` sends. A shell of a few
// hundred kilobytes, started once, runs it for each message: forking this process each time would
// delay the traffic.

import { spawn } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { errorOf } from "../process/error-of.ts";
import { clearInterval, clearTimeout, setInterval, setTimeout } from "../process/timers.ts";

/**
 * Reads messages, one a line with its fields between unit separators, and answers each with the
 * exit status. systemd stops a whole control group: the helper ignores the signal, so that it can
 * still report that the hub stops, and ends with its input.
 */
const HELPER = [
  "trap '' TERM INT HUP",
  "IFS=$(printf '\\037')",
  "while read -r first second; do",
  '  if [ -n "$second" ]; then set -- "$first" "$second"; else set -- "$first"; fi',
  '  systemd-notify --no-block "$@" </dev/null >/dev/null 2>&1',
  '  echo "$?"',
  "done",
].join("\n");
const SEPARATOR = "\u001f";
const NOT_FOUND = "127";

const VARIABLES = ["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"] as const;

/**
 * Takes the variables of systemd out of an environment, so that the programs which the hub starts as
 * members cannot speak for it.
 *
 * @param env The process's environment; changed.
 * @returns The variables that {@link SystemdNotifier} needs.
 */
export function takeSystemdEnv(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const taken: NodeJS.ProcessEnv = { PATH: env["PATH"] };
  for (const name of VARIABLES) {
    taken[name] = env[name];
    delete env[name];
  }
  return taken;
}

/** The process that notifies systemd. */
export interface SystemdHelper {
  /** Takes messages. */
  readonly stdin: Writable;
  /** Answers them with an exit status, one a line. */
  readonly stdout: Readable;
}

/** Options of {@link SystemdNotifier}. */
export interface SystemdOptions {
  /** As {@link takeSystemdEnv} answers it. */
  readonly env: NodeJS.ProcessEnv;
  /** Receives the reason why systemd could not be notified; called once at most. */
  readonly onError: (error: Error) => void;
  /** Starts the helper; by default a shell that runs `systemd-notify`. */
  readonly start?: ((env: NodeJS.ProcessEnv) => SystemdHelper) | undefined;
}

/**
 * Talks to systemd; does nothing where systemd did not start the process.
 *
 * @see sd_notify(3), systemd-notify(1)
 */
export class SystemdNotifier {
  readonly #options: SystemdOptions;
  readonly #watchdogMs: number | undefined;
  #helper: SystemdHelper | undefined;
  #timer: NodeJS.Timeout | undefined;
  #hasFailed = false;
  #unanswered = 0;
  #onSettled: () => void = () => undefined;

  /** @param options Environment, and a listener for failures. */
  constructor(options: SystemdOptions) {
    this.#options = options;
    this.#watchdogMs = watchdogOf(options.env);
  }

  /** The hub serves; the watchdog begins. */
  ready(status: string): void {
    this.#send("READY=1", `STATUS=${status.replace(/[\s\p{Cc}]+/gu, " ")}`);
    if (!this.#isOn || this.#watchdogMs === undefined || this.#timer !== undefined) return;
    // Twice as often as needed; a blocked event loop sends nothing, which is the point.
    this.#timer = setInterval(() => this.#send("WATCHDOG=1"), this.#watchdogMs / 2);
    this.#timer.unref();
  }

  /** The configuration is being read again; `ready` follows. */
  reloading(): void {
    const microseconds = process.hrtime.bigint() / 1000n; // CLOCK_MONOTONIC, as systemd wants it
    this.#send("RELOADING=1", `MONOTONIC_USEC=${microseconds}`);
  }

  /** The hub ends. */
  stopping(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#send("STOPPING=1");
  }

  /**
   * Resolves when everything was sent, or the time is over; never rejects.
   *
   * @param timeoutMs Longest to wait, in milliseconds.
   */
  async settledWithin(timeoutMs: number): Promise<void> {
    if (this.#unanswered === 0 || this.#hasFailed) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, timeoutMs);
      this.#onSettled = (): void => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  get #isOn(): boolean {
    return (this.#options.env["NOTIFY_SOCKET"] ?? "") !== "";
  }

  #send(...fields: readonly string[]): void {
    if (!this.#isOn || this.#hasFailed) return;
    try {
      this.#helper ??= this.#start();
      this.#unanswered++;
      this.#helper.stdin.write(`${fields.join(SEPARATOR)}\n`);
    } catch (error) {
      this.#fail(errorOf(error)); // without descriptors left, the helper has no streams
    }
  }

  #start(): SystemdHelper {
    const helper = (this.#options.start ?? startShell)(this.#options.env);
    helper.stdin.on("error", (error) => this.#fail(error));
    helper.stdout.setEncoding("utf8").on("data", (text: string) => this.#answer(text));
    return helper;
  }

  #answer(text: string): void {
    for (const status of text.split("\n").filter((line) => line !== "")) {
      this.#unanswered--;
      if (status === NOT_FOUND) this.#fail(new Error("the program systemd-notify is missing"));
      else if (status !== "0") this.#fail(new Error(`systemd-notify ended with ${status}`));
    }
    if (this.#unanswered === 0) this.#onSettled();
  }

  #fail(cause: Error): void {
    if (this.#hasFailed) return;
    this.#hasFailed = true;
    this.#onSettled();
    this.#options.onError(new Error(`Cannot notify systemd: ${cause.message}`, { cause }));
  }
}

function startShell(env: NodeJS.ProcessEnv): SystemdHelper {
  const child = spawn("/bin/sh", ["-c", HELPER], { env, stdio: ["pipe", "pipe", "ignore"] });
  child.on("error", (error) => child.stdin?.destroy(error));
  // The hub ends without waiting for it.
  child.unref();
  for (const stream of [child.stdin, child.stdout]) (stream as { unref?(): void }).unref?.(); // pipes
  return child;
}

function watchdogOf(env: NodeJS.ProcessEnv): number | undefined {
  const microseconds = Number(env["WATCHDOG_USEC"] ?? Number.NaN);
  const pid = env["WATCHDOG_PID"];
  const isOurs = pid === undefined || pid === String(process.pid);
  return isOurs && microseconds > 0 ? microseconds / 1000 : undefined;
}
