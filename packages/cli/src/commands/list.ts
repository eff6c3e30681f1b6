// `anyserial list`: the serial ports of this machine, and with --watch those that come and go.

import { type DiscoveryBackend, listSerialPorts, type PortInfo, watchSerialPorts } from "anyserial";
import { type Command, type CommandCall, defineCommand } from "../command/command.ts";
import { EXIT_OK } from "../command/exit-codes.ts";
import { COMMON_OPTIONS, type CommandSpec } from "../options/args.ts";
import { UsageError } from "../options/usage-error.ts";
import { formatEvent, formatLong, formatTable, toRecord } from "./list/format.ts";

const OPTIONS = {
  long: { kind: "flag", short: "l", help: "Print all known properties of each port" },
  watch: {
    kind: "flag",
    short: "w",
    help: "Print the present ports, then each one that is plugged in or removed, until Ctrl-C",
  },
  backend: {
    kind: "choice",
    choices: ["native", "udev"],
    help: "Source of the list (default native): udev asks libudev",
  },
  ...COMMON_OPTIONS,
} as const;

const SPEC: CommandSpec<typeof OPTIONS> = {
  name: "list",
  summary: "List the serial ports of this machine; with --watch, also changes",
  description: [
    "Prints the serial ports with the descriptions of their devices. Placeholders without " +
      "hardware are left out.",
  ],
  positionals: { text: "", minimum: 0, maximum: 0 },
  options: OPTIONS,
  examples: [
    ["anyserial list", "A table"],
    ["anyserial list --long", "Everything, also the path that stays the same over reboots"],
    ["anyserial list --json", "One object with the array ports, for programs"],
    ["anyserial list --watch --json", "One object a line: event, and port"],
  ],
  exitNotes: ["0 even when there is no port."],
};

/** The library's functions that the command uses; tests replace them. */
export interface Discovery {
  list(options: { backend: DiscoveryBackend; signal: AbortSignal }): Promise<readonly PortInfo[]>;
  watch: typeof watchSerialPorts;
}

type Call = CommandCall<typeof OPTIONS>;

/**
 * Makes the command.
 *
 * @param discovery Finds the ports.
 */
export function createList(discovery: Discovery): Command {
  return defineCommand(SPEC, async (call) => {
    const backend = (call.values.backend ?? "native") as DiscoveryBackend; // the choices are its values
    if (call.values.watch !== true) await printList(call, discovery, backend);
    else if (backend === "native") await printEvents(call, discovery);
    else
      throw new UsageError(
        `--watch does not work with the backend ${backend}`,
        "leave --backend out",
      );
    return EXIT_OK;
  });
}

export const list: Command = createList({ list: listSerialPorts, watch: watchSerialPorts });

async function printList(
  { output, values, signal }: Call,
  discovery: Discovery,
  backend: DiscoveryBackend,
): Promise<void> {
  const ports = await discovery.list({ backend, signal });
  if (output.isJson) return output.json({ ports: ports.map(toRecord) });
  if (ports.length === 0) output.status({ event: "empty", message: "there is no serial port" });
  await output.text(values.long === true ? formatLong(ports) : formatTable(ports));
}

async function printEvents({ output, values, signal }: Call, discovery: Discovery): Promise<void> {
  for await (const event of discovery.watch({ initial: true, signal })) {
    const { type, port } = event;
    if (output.isJson) await output.json({ event: type, port: toRecord(port) });
    else if (values.long === true) await output.text(`${type} ${formatLong([port])}`);
    else await output.text(formatEvent(event));
  }
}
