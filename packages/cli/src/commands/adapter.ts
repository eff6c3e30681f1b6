// `anyserial adapter`: an emulated USB adapter whose device is this terminal, or the programs of a pipe.

import {
  type AdapterOptions,
  CHIP_NAMES,
  type ChipName,
  createVirtualAdapter,
  serveAdapters,
  type VirtualAdapter,
} from "anyserial/adapter";
import type { VirtualPortChange } from "anyserial/pty";
import { type Command, type CommandCall, defineCommand } from "../command/command.ts";
import { EXIT_OK } from "../command/exit-codes.ts";
import { COMMON_OPTIONS, type CommandSpec, type OptionValues } from "../options/args.ts";
import { UsageError } from "../options/usage-error.ts";
import type { StatusEvent } from "../terminal/output.ts";
import { readChunks } from "../terminal/streams.ts";
import { isLocal, parseListen } from "./serve/address.ts";

const OPTIONS = {
  chip: {
    kind: "choice",
    choices: CHIP_NAMES,
    help: "The chip that the system finds (default cdc-acm)",
  },
  serial: { kind: "text", value: "TEXT", help: "Serial number (default none)" },
  id: { kind: "text", value: "VID:PID", help: "USB ids in hexadecimal, such as 0403:6001" },
  product: { kind: "text", value: "TEXT", help: "Name of the product" },
  manufacturer: { kind: "text", value: "TEXT", help: "Name of the manufacturer" },
  link: { kind: "text", value: "PATH", help: "Link to make to the adapter's path" },
  listen: {
    kind: "text",
    value: "ADDRESS",
    help: "Serve it by USB/IP at host:port instead, for another machine to plug in",
  },
  "allow-remote": { kind: "flag", help: "Allow an address that other machines reach" },
  ...COMMON_OPTIONS,
} as const;

const SPEC: CommandSpec<typeof OPTIONS> = {
  name: "adapter",
  summary: "Emulate a USB serial adapter, which the system takes for hardware",
  description: [
    "Plugs an emulated adapter into this machine: the kernel's own driver makes a real /dev/ttyUSB0 or /dev/ttyACM0. " +
      "It needs Linux, root, and the kernel module vhci-hcd. Bytes of the application are printed, and standard " +
      "input is sent to it. Its settings, DTR, RTS and breaks are reported on standard error.",
    "With --listen, another machine plugs it in: usbip attach -r HOST -b 1-1. The protocol has no " +
      "authentication and no encryption: use a tunnel of ssh.",
  ],
  positionals: { text: "", minimum: 0, maximum: 0 },
  options: OPTIONS,
  examples: [
    ["sudo anyserial adapter --chip ft232r --serial A50285BI", "An FT232R, by hand"],
    ["anyserial adapter --chip ch340 --listen 127.0.0.1:3240", "For another machine, by a tunnel"],
  ],
  exitNotes: ["It runs until it is interrupted; the adapter is unplugged then."],
};

type Call = CommandCall<typeof OPTIONS>;

export const adapter: Command = defineCommand(SPEC, async (call) => {
  const { values } = call;
  const options = adapterOptions(values);
  if (values.listen === undefined) {
    await using made = await createVirtualAdapter({ ...options, link: values.link });
    const { path } = made;
    call.output.status({ event: "plugged", message: `plugged in at ${path}`, path });
    await play(made, call);
    return EXIT_OK;
  }
  await using served = await serveAdapters({ listen: listenOf(values), adapters: [options] });
  const { host, port } = served.address;
  const address = `${host}:${port}`;
  call.output.status({ event: "listening", message: `served as 1-1 at ${address}`, address });
  for (const made of served.adapters) await play(made, call);
  return EXIT_OK;
});

function adapterOptions(values: OptionValues<typeof OPTIONS>): AdapterOptions {
  const { chip, serial, id, product, manufacturer } = values;
  const [, vid, pid] = /^([\da-f]{1,4}):([\da-f]{1,4})$/i.exec(id ?? "") ?? [];
  if (id !== undefined && vid === undefined) {
    throw new UsageError(`--id cannot be "${id}"`, "give both ids in hexadecimal: 0403:6001");
  }
  return {
    chip: chip as ChipName | undefined,
    serialNumber: serial,
    product,
    manufacturer,
    vid: vid === undefined ? undefined : Number.parseInt(vid, 16),
    pid: pid === undefined ? undefined : Number.parseInt(pid, 16),
  };
}

function listenOf(values: OptionValues<typeof OPTIONS>): string {
  const { listen = "", link } = values;
  const address = parseListen(listen);
  if ("path" in address) {
    throw new UsageError(`--listen cannot be "${listen}"`, "USB/IP is spoken over TCP only");
  }
  if (link !== undefined) {
    throw new UsageError("adapter: both --link and --listen are given", "leave one of them out");
  }
  if (!isLocal(address) && values["allow-remote"] !== true) {
    throw new UsageError(
      `--listen ${listen} is reachable from other machines`,
      "give an address of this machine such as 127.0.0.1:3240, or add --allow-remote",
    );
  }
  return listen;
}

/** Until the adapter is gone, or the command is interrupted. */
async function play(device: VirtualAdapter, { output, stdin, signal }: Call): Promise<void> {
  const ending = new AbortController();
  const either = AbortSignal.any([signal, ending.signal]);
  const sendInput = async (): Promise<void> => {
    for await (const chunk of readChunks(stdin, either))
      await device.send(chunk, { signal: either });
  };
  const reportChanges = async (): Promise<void> => {
    for await (const change of device.changes({ signal: either })) {
      const status = describe(change);
      if (status !== undefined) output.status(status);
    }
  };
  const print = async (): Promise<void> => {
    for (;;) await output.bytes(await device.receive({ signal: either }));
  };
  try {
    await Promise.race([print(), failing(sendInput()), failing(reportChanges())]);
  } finally {
    ending.abort();
  }
}

/** The end of one activity is not the end of the others; its failure is. */
async function failing(activity: Promise<void>): Promise<never> {
  await activity;
  return new Promise<never>(() => undefined);
}

function describe(change: VirtualPortChange): StatusEvent | undefined {
  const { kind } = change;
  switch (kind) {
    case "open":
      return { event: kind, message: "the application has opened the port" };
    case "close":
      return { event: kind, message: "the application has closed the port" };
    case "settings": {
      const { baudRate, dataBits, parity, stopBits } = change.settings;
      const framing = `${dataBits}${parity.charAt(0).toUpperCase()}${stopBits}`;
      return { event: kind, message: `${baudRate} baud, ${framing}`, settings: change.settings };
    }
    case "lines": {
      const { dtr, rts, break: isBreak } = change.lines;
      const message = `DTR ${dtr ? "on" : "off"}, RTS ${rts ? "on" : "off"}${isBreak ? ", break" : ""}`;
      return { event: kind, message, lines: change.lines };
    }
    case "plug":
      return { event: kind, message: `plugged in at ${change.path}`, path: change.path };
    case "unplug":
      return { event: kind, message: "unplugged" };
    default:
      return undefined;
  }
}
