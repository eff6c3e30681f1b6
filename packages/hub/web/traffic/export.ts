// The shown messages as files: pcapng, text and CSV. Pure.

import { encodeInterface, encodePacket, encodeSection } from "../../src/capture/pcapng.ts";
import { LINKTYPE_RTAC_SERIAL } from "../../src/capture/rtac-serial.ts";
import { toHex, toText } from "./bytes.ts";
import type { Entry, Message } from "./traffic-log.ts";

const EVENTS = { in: "received", out: "transmitted", drop: "overflow" } as const;
export const DIRECTION_WORDS = { in: "sends", out: "receives", drop: "loses" } as const;

export type ExportKind = "pcapng" | "text" | "csv";

/** Makes the content of a file. */
export function exportEntries(kind: ExportKind, entries: readonly Entry[]): Blob {
  const messages = entries.filter((entry) => entry.kind === "message");
  if (kind === "pcapng") return new Blob(pcapngOf(messages), { type: "application/x-pcapng" });
  if (kind === "csv") return new Blob([csvOf(messages)], { type: "text/csv" });
  return new Blob([textOf(messages)], { type: "text/plain" });
}

/** As the hub's own recordings: an interface for each member. */
function pcapngOf(messages: readonly Message[]): BlobPart[] {
  const blocks = [encodeSection()];
  const interfaces = new Map<string, number>();
  for (const { network, member, time, direction, bytes } of messages) {
    const name = `${network}/${member}`;
    const interfaceId = interfaces.get(name) ?? interfaces.size;
    if (!interfaces.has(name)) blocks.push(encodeInterface(LINKTYPE_RTAC_SERIAL, name));
    interfaces.set(name, interfaceId);
    const timestampNs = BigInt(Math.round(time * 1000)) * 1000n;
    blocks.push(encodePacket({ interfaceId, event: EVENTS[direction], timestampNs, bytes }));
  }
  return blocks as BlobPart[]; // each has memory of its own
}

function textOf(messages: readonly Message[]): string {
  const lines = messages.map(
    ({ network, member, time, direction, bytes }) =>
      `${new Date(time).toISOString()} ${network}/${member} ${DIRECTION_WORDS[direction]} ${toText(bytes)}\n`,
  );
  return lines.join("");
}

function csvOf(messages: readonly Message[]): string {
  const rows = messages.map(({ network, member, time, direction, length, bytes }) =>
    [
      new Date(time).toISOString(),
      cell(network),
      cell(member),
      DIRECTION_WORDS[direction],
      length,
      toHex(bytes),
      cell(toText(bytes)),
    ].join(","),
  );
  return `${["time,network,member,direction,length,hex,text", ...rows].join("\r\n")}\r\n`;
}

/** Quoted; a text that a spreadsheet would calculate is marked as text. */
export function cell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return `"${safe.replaceAll('"', '""')}"`;
}
