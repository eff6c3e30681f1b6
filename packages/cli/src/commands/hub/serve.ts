// `anyserial hub [FILE]`: runs the hub in the foreground until it is interrupted.

import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { HubConfig, HubEvent } from "@anyserial/hub";
import { formatProblem, HubConfigError } from "@anyserial/hub/config";
import {
  claimDeviceError,
  type HubService,
  type HubStatus,
  type LogStatus,
  startHubService,
} from "@anyserial/hub/service";
import type { CommandContext, ProcessHooks } from "../../command/command.ts";
import { EXIT_OK } from "../../command/exit-codes.ts";
import { Interrupted } from "../../command/interruption.ts";
import { describeError, Output } from "../../terminal/output.ts";
import { eventText } from "./event-text.ts";
import { LiveView } from "./live-view.ts";
import { LogView } from "./log-view.ts";
import { outlivedBy } from "./output-errors.ts";
import type { TerminalStream } from "./screen.ts";
import { keepYoungGenerationSmall } from "./young-generation.ts";

/** The longest that an end waits for the disk of the log, in milliseconds. */
const SETTLE_MS = 40;

/** Options of {@link serveHub}. */
export interface ServeOptions
  extends ProcessHooks,
    Pick<CommandContext, "stdout" | "stderr" | "signal"> {
  /** Configuration file. */
  readonly file: string;
  /** Events as JSON. */
  readonly isJson: boolean;
  /** Lines instead of the table, also on a terminal. */
  readonly isLog: boolean;
  /** Makes what is shown below the table. */
  readonly footer?: (status: HubStatus) => readonly string[];
  /** Done meanwhile; the hub ends when it fails. */
  readonly work?: (print: Print, signal: AbortSignal, status: HubStatus) => Promise<void>;
  /** Folder for recordings that are started in the page. @defaultValue as the service decides */
  readonly captureFolder?: string | undefined;
}

/** Prints something; `fields` are for programs. */
export type Print = (
  name: string,
  text: string,
  fields?: Readonly<Record<string, unknown>>,
) => void;

/** Where events go. */
interface View {
  event(event: HubEvent): void;
  readonly print: Print;
  stop(): void;
  /** Resolves when everything is printed. */
  finished(): Promise<void>;
  /** Losses of the log. */
  readonly logStatus: LogStatus | undefined;
}

/**
 * Runs a hub.
 *
 * @param options File and streams.
 * @returns The exit code, after an interruption.
 * @throws Any error that prevents the start.
 */
export async function serveHub(options: ServeOptions): Promise<number> {
  const { file, signal, onHangup, onOutputError, onUncaught, setGrace } = options;
  onUncaught?.(claimDeviceError);
  onOutputError?.(outlivedBy(options.stdout));
  keepYoungGenerationSmall();
  const asked = new AbortController();
  const early: HubEvent[] = [];
  let take = (event: HubEvent): void => void early.push(event);
  let view: View | undefined;
  const service = await startHubService({
    file,
    systemd: true,
    captureFolder: options.captureFolder,
    onEvent: (event) => take(event),
    onStop: () => asked.abort(),
    log: () => view?.logStatus,
  });
  setGrace?.(() => service.closeTimeMs);
  view = openView(options, service);
  take = view.event;
  for (const event of early) view.event(event);
  const giveBack = onHangup?.(() => void reload(service, view));
  try {
    const ending = AbortSignal.any([signal, asked.signal]);
    const work = options.work?.(view.print, ending, service.status()).catch((error: unknown) => {
      if (!ending.aborted) throw error;
    });
    await Promise.race([untilAborted(ending), work ?? untilAborted(ending)]);
    return endOf(signal);
  } finally {
    giveBack?.();
    view.stop();
    await service.close();
    await Promise.race([view.finished(), sleep(SETTLE_MS)]);
  }
}

/** A hub is meant to run until a signal: that is no failure. */
function endOf(signal: AbortSignal): number {
  if (!signal.aborted) return EXIT_OK;
  if (!(signal.reason instanceof Interrupted)) throw signal.reason;
  process.exitCode = EXIT_OK; // also if closing takes longer than the process is given
  return EXIT_OK;
}

function openView(options: ServeOptions, service: HubService): View {
  const { stdout, stderr, isJson, isLog } = options;
  const footer = options.footer?.(service.status()) ?? [];
  const { config } = service.hub;
  if (stdout.isTTY === true && !isJson && !isLog && !hasStdio(config)) {
    const live = new LiveView({
      stdout: stdout as TerminalStream, // it is a terminal
      title: `anyserial hub ${options.file}`,
      snapshot: () => service.hub.snapshot(),
      footer,
    });
    live.start();
    return {
      event: (event) => live.note(eventText(event)),
      print: (_name, text): void => live.note(text),
      stop: () => live.stop(),
      finished: async () => undefined,
      logStatus: undefined,
    };
  }
  const output = new Output({ stdout, stderr, json: isJson, signal: options.signal });
  const log = new LogView(hasStdio(config) ? stderr : stdout, isJson, {
    onFailure: ({ message }) =>
      output.status({ event: "log-failed", message: `${message}; the hub continues without it` }),
  });
  printStart(log, service, options.file);
  for (const line of footer) log.print("hint", line);
  return {
    event: (event) => log.event(event),
    print: (name, text, fields) => log.print(name, text, fields),
    stop: () => log.print("stopping", "hub stops"),
    finished: () => log.finished(),
    get logStatus(): LogStatus | undefined {
      return log.status;
    },
  };
}

/** Standard output then belongs to a member. */
function hasStdio({ networks }: HubConfig): boolean {
  const members = Object.values(networks).flatMap((network) => Object.values(network.members));
  return members.some((member) => "stdio" in member);
}

function printStart(log: LogView, service: HubService, file: string): void {
  const { networks, http, pid } = service.status();
  for (const { name, topology, framing, members } of networks) {
    const paths = members.map((member) => `${member.name} ${member.path}`).join(", ");
    const ports = members.map((member) => ({ name: member.name, path: member.path }));
    const fields = { network: name, topology, framing, members: ports };
    log.print("network", `${name} (${topology}, ${framing}): ${paths}`, fields);
  }
  const address = http === undefined ? "" : `, ${http}`;
  const fields = { file: resolve(file), pid, http };
  log.print("ready", `hub ${pid} runs${address}`, fields);
}

async function reload(service: HubService, view: View): Promise<void> {
  try {
    await service.reload(); // the hub reports the changes itself
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    view.print("reload-refused", `nothing changed: ${message}`, { error: describeError(error) });
    if (!(error instanceof HubConfigError)) return;
    for (const problem of error.problems)
      view.print("problem", formatProblem(problem), { problem });
  }
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolveEnd) => {
    if (signal.aborted) resolveEnd();
    else signal.addEventListener("abort", () => resolveEnd(), { once: true });
  });
}
