// The demo of the hub: two applications' ports and a simulated instrument on a bus, a tap, the live
// table and the page; with --once it checks real traffic and ends.

import { setTimeout as sleep } from "node:timers/promises";
import { type HubService, startHubService } from "@anyserial/hub/service";
import { type Command, type CommandCall, defineCommand } from "../command/command.ts";
import { EXIT_FAILURE, EXIT_OK } from "../command/exit-codes.ts";
import { Interrupted } from "../command/interruption.ts";
import { COMMON_OPTIONS, type CommandSpec } from "../options/args.ts";
import { oneLine } from "../text/printable.ts";
import { MEASURE } from "./demo/conversation.ts";
import { type Print, serveHub } from "./hub/serve.ts";
import { LinePort } from "./hub-demo/line-port.ts";
import { createDemoNetwork, type DemoNetwork } from "./hub-demo/network.ts";
import { invitation } from "./hub-demo/texts.ts";
import { type VerifiedStep, verifyNetwork } from "./hub-demo/verify.ts";

const MEASURE_INTERVAL_MS = 2000;

const OPTIONS = {
  once: { kind: "flag", help: "Talk over all ports, check every line, and end" },
  dir: {
    kind: "text",
    value: "FOLDER",
    help: "Folder for the ports' links, ttyS0, ttyS1 and tap (default: a new temporary folder)",
  },
  interval: {
    kind: "duration",
    value: "TIME",
    help: "Time between two measurements (default 2s)",
  },
  log: { kind: "flag", help: "Lines instead of the table, also on a terminal" },
  ...COMMON_OPTIONS,
} as const;

const SPEC: CommandSpec<typeof OPTIONS> = {
  name: "demo",
  summary: "Two applications and a simulated instrument on a bus: no hardware needed",
  description: [
    "Runs a hub with two emulated ports, a simulated instrument and a tap. The first port is used by " +
      "the demo, which keeps measuring; the second is for you. Ctrl-C ends it and removes the files that it " +
      "made. Needs ptys: not on Windows.",
  ],
  positionals: { text: "", minimum: 0, maximum: 0 },
  options: OPTIONS,
  examples: [
    ["anyserial demo", "Until Ctrl-C"],
    ["anyserial demo --once", "Check that everything works on this machine"],
    ["anyserial demo --dir ./ports", "Ports at ./ports/ttyS0, ./ports/ttyS1 and ./ports/tap"],
  ],
  exitNotes: [
    "0 when interrupted, or with --once when every line was right; 1 when one was wrong.",
  ],
};

type Call = CommandCall<typeof OPTIONS>;

export const hubDemo: Command = defineCommand(SPEC, async (call) => {
  const network = await createDemoNetwork(call.values.dir);
  try {
    return await (call.values.once === true ? verify(call, network) : serve(call, network));
  } catch (error) {
    if (error === call.signal.reason && error instanceof Interrupted) return EXIT_OK;
    throw error;
  } finally {
    network.remove();
  }
});

/** Runs until it is interrupted. */
async function serve(call: Call, network: DemoNetwork): Promise<number> {
  const { output, values } = call;
  return serveHub({
    ...call,
    file: network.file,
    isJson: output.isJson,
    isLog: values.log ?? false,
    footer: ({ http }) => invitation(network, http),
    work: async (print, ending) => {
      await using port = await LinePort.open(network.first, ending);
      for (;;) {
        await measure(port, print, ending);
        await sleep(values.interval ?? MEASURE_INTERVAL_MS, undefined, { signal: ending });
      }
    },
  });
}

/** Measures as an application does: sends a request and skips lines that answer others. */
async function measure(port: LinePort, print: Print, signal: AbortSignal): Promise<void> {
  try {
    await port.send(MEASURE.request, signal);
    let reply = await port.receive(signal);
    while (!MEASURE.expected.test(reply)) reply = await port.receive(signal);
    const fields = { request: MEASURE.request, reply };
    print("answer", `demo/app1: ${MEASURE.request} → ${reply}`, fields);
  } catch (error) {
    if (!(error instanceof Error) || error.name !== "TimeoutError") throw error;
    print("no-answer", "demo/app1: no answer within two seconds"); // the machine was asleep, for one
  }
}

/** Everything once, checked. */
async function verify({ output, signal }: Call, network: DemoNetwork): Promise<number> {
  const failures: Error[] = [];
  await using service = await startHubService({
    file: network.file,
    onEvent: (event) => {
      if ("error" in event) failures.push(event.error);
    },
    onStop: () => undefined,
  });
  let steps = 0;
  let wrong = 0;
  for await (const step of verifyNetwork(network, signal)) {
    steps++;
    if (step.wrong.length > 0) wrong++;
    if (output.isJson) await output.json({ event: "answer", ...step, ok: step.wrong.length === 0 });
    else await output.text(stepText(step));
  }
  for (const error of failures) output.error(error);
  const lost = lostBytes(service);
  const ok = wrong === 0 && lost === 0 && failures.length === 0;
  if (output.isJson) await output.json({ event: "verified", answers: steps, wrong, lost, ok });
  else {
    const verdict = ok ? "all as expected" : `${wrong} not as expected, ${lost} bytes lost`;
    await output.text(
      `\n${steps} answers, each received by both applications and the tap: ${verdict}\n`,
    );
  }
  return ok ? EXIT_OK : EXIT_FAILURE;
}

function stepText({ path, request, reply, wrong }: VerifiedStep): string {
  const verdict = wrong.length === 0 ? "" : `   WRONG: ${wrong.join(", ")}`;
  return `${path}  ${request.padEnd(12)} → ${oneLine(`${reply}${verdict}`)}\n`;
}

function lostBytes(service: HubService): number {
  const members = service.status().networks.flatMap((network) => network.members);
  return members.reduce((sum, { dropped }) => sum + dropped.bytes, 0);
}
