// Fields of an emulated adapter: a `port` member has it in place of a path.

import type {
  AdapterChip,
  AdapterPortConfig,
  AdapterWire,
  AdapterWires,
  MemberConfig,
  PortMemberConfig,
} from "../model/types.ts";
import type { ConfigNode } from "./config-node.ts";
import { linkPath } from "./paths.ts";
import {
  type Field,
  type FieldsOf,
  integer,
  object,
  type Reader,
  texts,
  value,
  word,
} from "./readers.ts";

const ID_MAX = 0xffff;
/** Of one string descriptor. */
const MOST_UNITS = 126;

const WIRE = word<AdapterWire>({ rts: true, dtr: true, on: true, off: true });
const wireFrom = (by: AdapterWire, help: string): Field<AdapterWire> => ({
  reader: WIRE,
  default: by,
  help,
});

/** Sources of the inputs of an adapter. */
export const WIRE_FIELDS: FieldsOf<AdapterWires> = {
  cts: wireFrom("rts", "Source of CTS: an output of the other members, or a fixed level."),
  dsr: wireFrom("dtr", "Source of DSR."),
  dcd: wireFrom("dtr", "Source of DCD."),
  ri: wireFrom(
    "off",
    "Source of RI. By default it follows the RI of a real port, where its lines reach the adapter.",
  ),
};

/** Fields of an adapter. */
export const ADAPTER_FIELDS: FieldsOf<AdapterPortConfig> = {
  adapter: {
    reader: word<AdapterChip>({
      "cdc-acm": true,
      ft232r: true,
      cp2102: true,
      cp2102n: true,
      ch340: true,
      pl2303: true,
    }),
    help: "The chip that the kernel finds.",
  },
  link: { reader: linkPath(), help: "Path of a link to the adapter's node, such as /dev/ttyUSB0." },
  serialNumber: { reader: usbText(), help: "Its serial number." },
  manufacturer: { reader: usbText(), defaultHelp: "that of the chip", help: "Its manufacturer." },
  product: { reader: usbText(), defaultHelp: "that of the chip", help: "Name of the product." },
  vid: {
    reader: integer(0, ID_MAX),
    defaultHelp: "that of the chip",
    help: "USB vendor id. Its driver goes by the ids, except for cdc-acm.",
  },
  pid: { reader: integer(0, ID_MAX), defaultHelp: "that of the chip", help: "USB product id." },
  speed: {
    reader: word({ high: true, full: true }),
    default: "high",
    help: "Signaling rate of the device.",
  },
  helper: {
    reader: texts("a list of words, such as [sudo, -n]", 0),
    help: "Program that runs another one as root, for the one write to the kernel.",
  },
  lines: {
    reader: word({ all: true, applications: true, none: true }),
    default: "all",
    help: "Whose lines and breaks reach it: `all`, `applications` (not those of real ports), or `none`: CTS, DSR and DCD stay on.",
  },
  wires: {
    reader: object<AdapterWires>(WIRE_FIELDS),
    defaultHelp: "a null-modem cable",
    help: "Sources of `cts`, `dsr`, `dcd` and `ri`.",
  },
};

/** Makes the reader of an emulated port: the path of a pty, or an adapter. */
export function portReader(): Reader<PortMemberConfig["port"]> {
  const path = linkPath();
  const adapter = object<AdapterPortConfig>(ADAPTER_FIELDS, ["adapter"]);
  const read = (node: ConfigNode): PortMemberConfig["port"] | undefined => {
    if (!node.isMap) return path.read(node);
    const config = adapter.read(node);
    return config?.adapter === undefined ? undefined : config;
  };
  return { allowed: "a path, or a map with `adapter`", read };
}

/** The adapter of a member, where it is one. */
export function adapterOf(config: MemberConfig): AdapterPortConfig | undefined {
  return "port" in config && typeof config.port !== "string" ? config.port : undefined;
}

/** Reads a name of the device, as USB has it. */
function usbText(): Reader<string> {
  return value(`a text of at most ${MOST_UNITS} UTF-16 units`, (given) =>
    typeof given === "string" && given.length <= MOST_UNITS ? given : undefined,
  );
}
