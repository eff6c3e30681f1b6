// `anyserial list`: the serial ports of this machine, and with --watch those that come and go.

import { type DiscoveryBackend, listSerialPorts, type PortInfo, watchSerialPorts } from "anyserial";
import { COMMON_OPTIONS, type CommandSpec } from "../args.ts";
import { type Command, type CommandCall, defineCommand } from "../command.ts";
import { EXIT_OK } from "../exit-codes.ts";
import { UsageError } from "../usage-error.ts";
import { formatEvent, formatLong, formatTable, toRecord } from "./list/format.ts";

const OPTIONS = {
  long: { kind: "flag", short: "l", help: "Print everything that is known of each port" },
  watch: {
    kind: "flag",
    short: "w",
    help: "Print the ports that are there, then each one that comes or goes, until Ctrl-C",
  },
  backend: {
    kind: "choice",
    choices: ["native", "udev", "serialport"],
    help: "Who lists them (default native): udev asks libudev, serialport the package of that name",
  },
  ...COMMON_OPTIONS,
} as const;

const SPEC: CommandSpec<typeof OPTIONS> = {
  name: "list",
  summary: "The serial ports of this machine; with --watch, as they come and go",
  description: [
    "Prints the serial ports with what their devices say about themselves. Placeholders without " +
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
  exitNotes: ["0 also when there is no port at all."],
};

/** What the command asks of the library; tests bring their own. */
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
    else throw new UsageError(`--watch cannot ask ${backend}`, "leave --backend out");
    return EXIT_OK;
  });
}

/** The command. */
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
