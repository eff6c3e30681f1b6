// `anyserial demo`, which `npm start` runs: two emulated ports joined by a simulated instrument, opened
// by path and talked to through the library, for as long as wanted.

import { setTimeout as sleep } from "node:timers/promises";
import { openSerialPort, type SerialPort } from "anyserial";
import { type Command, type CommandCall, defineCommand } from "../command/command.ts";
import { EXIT_FAILURE, EXIT_OK } from "../command/exit-codes.ts";
import { Interrupted } from "../command/interruption.ts";
import { COMMON_OPTIONS, type CommandSpec } from "../options/args.ts";
import { type Bench, openBench } from "./demo/bench.ts";
import {
  type Answer,
  InstrumentClient,
  MEASURE,
  OPENING,
  SECOND_PORT,
  type Step,
} from "./demo/conversation.ts";
import { Transcript } from "./demo/transcript.ts";

const MEASURE_INTERVAL_MS = 2000;

const OPTIONS = {
  once: { kind: "flag", help: "Talk over both ports, check every answer, and end" },
  dir: {
    kind: "text",
    value: "FOLDER",
    help: "Folder for the ports' links, ttyS0 and ttyS1 (default: a new temporary folder)",
  },
  interval: {
    kind: "duration",
    value: "TIME",
    help: "Time between two measurements (default 2s)",
  },
  ...COMMON_OPTIONS,
} as const;

const SPEC: CommandSpec<typeof OPTIONS> = {
  name: "demo",
  summary: "Two emulated ports with a simulated instrument: no hardware needed",
  description: [
    "Makes two emulated serial ports that lead to one simulated instrument, opens the first by its " +
      "path as an application would, talks to the instrument, and keeps measuring. The second " +
      "is for you. Ctrl-C ends it and removes its ports. Needs ptys: not on Windows.",
  ],
  positionals: { text: "", minimum: 0, maximum: 0 },
  options: OPTIONS,
  examples: [
    ["anyserial demo", "Until Ctrl-C"],
    ["anyserial demo --once", "Check that everything works on this machine"],
    ["anyserial demo --dir ./ports", "Ports at ./ports/ttyS0 and ./ports/ttyS1"],
  ],
  exitNotes: [
    "0 when interrupted, or with --once when every answer was right; 1 when one was wrong.",
  ],
};

type Call = CommandCall<typeof OPTIONS>;

export const demo: Command = defineCommand(SPEC, async (call) => {
  const transcript = new Transcript(call.output);
  const isOnce = call.values.once === true;
  let ownPaths: readonly string[] = [];
  const bench = await openBench({
    directory: call.values.dir,
    onExchange: (exchange) => {
      if (!ownPaths.includes(exchange.path)) void transcript.overheard(exchange).catch(() => {});
    },
  });
  ownPaths = isOnce ? bench.paths : [bench.paths[0]];
  try {
    await transcript.opened(bench.paths, isOnce);
    const work = isOnce ? verify : serve;
    return await Promise.race([work(call, bench, transcript), bench.failed]);
  } catch (error) {
    if (error === call.signal.reason && error instanceof Interrupted) return EXIT_OK;
    throw error;
  } finally {
    await bench.close();
  }
});

/** Both ports, every answer checked. */
async function verify({ signal }: Call, { paths }: Bench, transcript: Transcript): Promise<number> {
  await using first = await openSerialPort(paths[0], {}, { signal });
  await using second = await openSerialPort(paths[1], {}, { signal });
  const talk = createTalk([first, second], transcript, signal);
  const steps = [...OPENING, ...SECOND_PORT];
  let wrong = 0;
  for (const step of steps) if (!(await talk(step)).ok) wrong++;
  await transcript.verified(steps.length, wrong);
  return wrong === 0 ? EXIT_OK : EXIT_FAILURE;
}

/** The first port, for as long as wanted. */
async function serve(
  { signal, values }: Call,
  { paths }: Bench,
  transcript: Transcript,
): Promise<number> {
  await using port = await openSerialPort(paths[0], { exclusive: true }, { signal });
  const talk = createTalk([port], transcript, signal);
  for (const step of OPENING) await talk(step);
  await transcript.invitation(paths[1]);
  for (;;) {
    await pause(values.interval ?? MEASURE_INTERVAL_MS, signal);
    await talk(MEASURE);
  }
}

function createTalk(
  ports: readonly SerialPort[],
  transcript: Transcript,
  signal: AbortSignal,
): (step: Step) => Promise<Answer> {
  const clients = ports.map((port) => ({ path: port.path, client: new InstrumentClient(port) }));
  return async (step) => {
    const { path, client } = clients[step.port] as (typeof clients)[number]; // steps name open ports
    const answer = await client.ask(step, signal);
    await transcript.answered(path, answer);
    return answer;
  };
}

async function pause(durationMs: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(durationMs, undefined, { signal });
  } catch {
    signal.throwIfAborted(); // with the command's own reason
  }
}
