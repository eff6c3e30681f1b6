// `anyserial web`: the page of a hub whose members are the given ports, without a configuration file.

import { once } from "node:events";
import { rmSync } from "node:fs";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SerialMemberConfig } from "@anyserial/hub";
import { type Command, type CommandCall, defineCommand } from "../command/command.ts";
import { COMMON_OPTIONS, type CommandSpec } from "../options/args.ts";
import { SERIAL_OPTIONS, serialConfigOf } from "../options/serial-options.ts";
import { UsageError } from "../options/usage-error.ts";
import { pageAddress, TOKEN_FILE, writeToken } from "./hub/page-address.ts";
import { type Print, serveHub } from "./hub/serve.ts";
import { webConfig } from "./web/config.ts";
import { openPage } from "./web/open-page.ts";
import { SILENT_DEVICE } from "./web/silent-device.ts";

const FLOWS = { none: "none", xonxoff: "software", rtscts: "hardware" } as const;

const { baud, flow, parity } = SERIAL_OPTIONS;
const OPTIONS = {
  emulate: {
    kind: "texts",
    value: "LINK",
    help: "Also create a port at LINK for an application; may be repeated",
  },
  bus: { kind: "flag", help: "Connect all ports with each other" },
  framing: {
    kind: "choice",
    choices: ["raw", "line"],
    help: "A message in the page: bytes as they arrive (default), or a line",
  },
  listen: {
    kind: "text",
    value: "ADDRESS",
    help: "Address of the page, of this machine (default 127.0.0.1:0: any free port)",
  },
  open: { kind: "flag", help: "Open the page in the browser of this user" },
  log: { kind: "flag", help: "A line for every event instead of the table, also on a terminal" },
  ...COMMON_OPTIONS,
  baud,
  "data-bits": SERIAL_OPTIONS["data-bits"],
  parity,
  "stop-bits": SERIAL_OPTIONS["stop-bits"],
  flow,
} as const;

const SPEC: CommandSpec<typeof OPTIONS> = {
  name: "web",
  summary: "See ports in a browser: traffic, a terminal, plots, recordings",
  description: [
    "Starts a hub with the PORTs and prints the address of its page. The address has a token, which allows to send. " +
      "The member `page` of each network is you: the terminal of the page sends in its name.",
    "Each port has a network of its own, so that devices do not receive each other. With --bus they " +
      "share one. Ports of --emulate are for applications; they need ptys, which Windows does not have.",
    "The page listens on this machine only. Recordings of the page are written to the current folder.",
  ],
  positionals: { text: "[PORT…]", minimum: 0, maximum: Number.POSITIVE_INFINITY },
  options: OPTIONS,
  examples: [
    ["anyserial web /dev/ttyUSB0 --baud 9600 --open", "A device in the browser"],
    ["anyserial web --emulate /tmp/ttyAPP", "Answer an application by hand, as its device"],
    [
      "anyserial web /dev/ttyUSB0 --emulate /tmp/ttyAPP --bus",
      "Look at an application and its device, and join in",
    ],
  ],
  exitNotes: ["0 when interrupted; 2 when an argument is wrong."],
};

type Call = CommandCall<typeof OPTIONS>;

export const web: Command = defineCommand(SPEC, async (call) => {
  const { values, positionals, output } = call;
  if (positionals.length + (values.emulate ?? []).length === 0) {
    throw new UsageError("web: needs a PORT or --emulate LINK", 'see "anyserial web --help"');
  }
  const folder = await mkdtemp(join(tmpdir(), "anyserial-web-"));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  process.once("exit", remove);
  try {
    const token = await writeToken(folder);
    const file = join(folder, "hub.yaml");
    await writeFile(file, configText(call));
    return await serveHub({
      ...call,
      file,
      captureFolder: process.cwd(),
      isJson: output.isJson,
      isLog: values.log ?? false,
      footer: ({ http = "" }) => [`In a browser: ${pageAddress(http, token)}`],
      work: async (print, ending, { http = "" }) => {
        if (values.open === true) await open(pageAddress(http, token), { folder, print });
        if (!ending.aborted) await once(ending, "abort");
      },
    });
  } finally {
    process.removeListener("exit", remove);
    remove();
  }
});

async function open(
  address: string,
  { folder, print }: { readonly folder: string; readonly print: Print },
): Promise<void> {
  const failure = await openPage(address, folder);
  if (failure !== undefined) print("not-opened", `${failure}: open the address yourself`);
}

function configText({ values, positionals }: Call): string {
  const { emulate = [], bus = false, framing = "raw", listen = "127.0.0.1:0" } = values;
  const config = webConfig({
    real: positionals,
    emulated: emulate,
    line: lineOf(values),
    isBus: bus,
    framing: framing as "raw" | "line", // one of the choices
    folder: process.cwd(),
    device: SILENT_DEVICE,
    listen: { http: listen, tokenFile: TOKEN_FILE },
  });
  return `# Written by anyserial web.\n${JSON.stringify(config, undefined, 2)}\n`; // JSON is YAML
}

function lineOf(values: Call["values"]): Omit<SerialMemberConfig, "serial"> {
  const { baudRate, dataBits, parity: bit, stopBits } = serialConfigOf(values);
  const given = values.flow as keyof typeof FLOWS | undefined;
  return { baudRate, dataBits, parity: bit, stopBits, flowControl: given && FLOWS[given] };
}
