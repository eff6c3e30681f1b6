// `anyserial hub status`, `stop` and `reload`: requests to a running hub.

import { healthOf, type LogStatus } from "@anyserial/hub/service";
import { type Command, defineCommand } from "../../command/command.ts";
import { EXIT_FAILURE, EXIT_OK } from "../../command/exit-codes.ts";
import { COMMON_OPTIONS, type CommandSpec } from "../../options/args.ts";
import { oneLine } from "../../text/printable.ts";
import { drawCluster } from "./cluster-table.ts";
import { reloadText } from "./event-text.ts";
import { CONTROL_OPTION, connectHub, DEFAULT_FILE } from "./locate.ts";
import { drawTable } from "./table.ts";

const OPTIONS = { control: CONTROL_OPTION, ...COMMON_OPTIONS } as const;
const STATUS_OPTIONS = {
  cluster: { kind: "flag", help: "Print the other hubs and the way to them" },
  strict: { kind: "flag", help: "End with 1 when a member has stalled or failed" },
  ...OPTIONS,
} as const;

const POSITIONALS = { text: "[FILE]", minimum: 0, maximum: 1 } as const;
const WHICH =
  `The hub is the one of the configuration FILE, of --control, of ${DEFAULT_FILE} in this folder, or the ` +
  "only one of this user.";

const STATUS: CommandSpec<typeof STATUS_OPTIONS> = {
  name: "hub status",
  summary: "Print the state of a running hub",
  description: [`Prints members, their queues and their losses. ${WHICH}`],
  positionals: POSITIONALS,
  options: STATUS_OPTIONS,
  examples: [
    ["anyserial hub status", "A table"],
    [
      "anyserial hub status --json | jq '.networks[].members[] | select(.stalled)'",
      "List stalled members",
    ],
    ["anyserial hub status --cluster", "The other hubs of the cluster, their members, and gaps"],
  ],
};

export const status: Command = defineCommand(STATUS, async (call) => {
  const { positionals, values, output } = call;
  const client = await connectHub({ file: positionals[0], control: values.control });
  try {
    const state = await client.call("status");
    if (values.cluster === true) {
      if (output.isJson) await output.json(state.cluster ?? null);
      else await output.text(`${drawCluster(state.cluster).join("\n")}\n`);
    } else if (output.isJson) await output.json(state);
    else {
      const lines = [...drawTable({ snapshot: state, title: `anyserial hub ${state.file}` })];
      if (state.http !== undefined) lines.push("", `http     ${oneLine(state.http)}`);
      if (state.capture !== undefined) {
        lines.push("", `capture  ${oneLine(state.capture.error ?? state.capture.file)}`);
      }
      if (state.log !== undefined) lines.push("", `log      ${logText(state.log)}`);
      await output.text(`${lines.join("\n")}\n`);
    }
    return values.strict === true && !healthOf(state).ok ? EXIT_FAILURE : EXIT_OK;
  } finally {
    client.close();
  }
});

function logText({ lostLines, error }: LogStatus): string {
  return oneLine(`${lostLines} lines lost${error === undefined ? "" : `: ${error}`}`);
}

const STOP: CommandSpec<typeof OPTIONS> = {
  name: "hub stop",
  summary: "Stop a running hub",
  description: [`Ends when the hub has ended and its links are removed. ${WHICH}`],
  positionals: POSITIONALS,
  options: OPTIONS,
  examples: [["anyserial hub stop plant.yaml", "Stop the hub of this file"]],
};

/** Stops the hub. */
export const stop: Command = defineCommand(STOP, async ({ positionals, values, output }) => {
  const client = await connectHub({ file: positionals[0], control: values.control });
  try {
    const { pid } = await client.call("stop");
    await client.ended;
    if (output.isJson) await output.json({ stopped: true, pid });
    else await output.text(`hub ${pid} has stopped\n`);
    return EXIT_OK;
  } finally {
    client.close();
  }
});

const RELOAD: CommandSpec<typeof OPTIONS> = {
  name: "hub reload",
  summary: "Reload the configuration of a running hub",
  description: [
    "Members that did not change keep their application and their queue; with a wrong file nothing " +
      `changes at all. ${WHICH}`,
  ],
  positionals: POSITIONALS,
  options: OPTIONS,
  examples: [["anyserial hub reload plant.yaml", "After an edit"]],
};

/** Reloads the configuration. */
export const reload: Command = defineCommand(RELOAD, async ({ positionals, values, output }) => {
  const client = await connectHub({ file: positionals[0], control: values.control });
  try {
    const report = await client.call("reload");
    if (output.isJson) await output.json(report);
    else await output.text(`${oneLine(reloadText(report))}\n`);
    return EXIT_OK;
  } finally {
    client.close();
  }
});
