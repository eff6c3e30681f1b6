// `anyserial hub replay`: sends a recording into a running hub again.

import { readCapture, replay as replayCapture } from "@anyserial/hub/capture";
import { type Command, defineCommand } from "../../command/command.ts";
import { EXIT_OK } from "../../command/exit-codes.ts";
import { COMMON_OPTIONS, type CommandSpec } from "../../options/args.ts";
import { UsageError } from "../../options/usage-error.ts";
import { CONTROL_OPTION, connectHub } from "./locate.ts";
import { formatBytes } from "./quantities.ts";

const OPTIONS = {
  speed: { kind: "text", value: "N", help: "Times as fast, 0.1 or 10, or max (default 1)" },
  network: { kind: "text", value: "NAME", help: "Network to send into (default the recorded one)" },
  member: {
    kind: "text",
    value: "NAMES",
    help: "Only bytes that these members sent, separated by commas",
  },
  config: { kind: "text", value: "FILE", help: "The hub's configuration file" },
  control: CONTROL_OPTION,
  ...COMMON_OPTIONS,
} as const;

const SPEC: CommandSpec<typeof OPTIONS> = {
  name: "hub replay",
  summary: "Replay a recording into a running hub",
  description: [
    "Sends every recorded message of a member again, in its name and at the original pace. " +
      "The members must exist in the running hub.",
  ],
  positionals: { text: "CAPTURE", minimum: 1, maximum: 1 },
  options: OPTIONS,
  examples: [
    ["anyserial hub replay plant.pcapng", "As it was recorded"],
    [
      "anyserial hub replay plant.1.pcapng --speed 10 --member meter",
      "Ten times as fast, one member",
    ],
  ],
};

export const replay: Command = defineCommand(SPEC, async (call) => {
  const { positionals, values, output, signal } = call;
  const speed = readSpeed(values.speed);
  const client = await connectHub({ file: values.config, control: values.control });
  try {
    const report = await replayCapture(readCapture(positionals[0] ?? ""), {
      speed,
      signal,
      network: values.network,
      members: values.member?.split(","),
      inject: async (network, member, bytes) => {
        const base64 = Buffer.from(bytes).toString("base64");
        await client.call("inject", { network, member, base64 });
      },
    });
    const { messages, bytes } = report;
    if (output.isJson) await output.json(report);
    else await output.text(`${messages} messages sent, ${formatBytes(bytes)}\n`);
    return EXIT_OK;
  } finally {
    client.close();
  }
});

function readSpeed(text: string | undefined): number {
  if (text === undefined) return 1;
  if (text === "max") return Number.POSITIVE_INFINITY;
  const speed = /^\d+(\.\d+)?$/.test(text) ? Number(text) : 0;
  if (speed > 0) return speed;
  throw new UsageError(`hub replay: option "--speed" cannot be "${text}"`, "give 0.5, 10 or max");
}
