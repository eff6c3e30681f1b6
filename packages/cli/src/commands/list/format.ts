// Ports as text: a table, a block for each port, an event on a line. Text from a device is escaped
// here, before it reaches a terminal. Pure.

import type { PortEvent, PortInfo } from "anyserial";
import { oneLine } from "../../text/printable.ts";

const HEADINGS = ["PORT", "DESCRIPTION", "USB ID", "SERIAL NUMBER", "DRIVER"];
/** A longer cell is cut in the table; --long shows it whole. */
const MOST_IN_CELL = 48;
const GAP = "  ";
const LABELS: readonly (readonly [keyof PortInfo, string])[] = [
  ["description", "description"],
  ["manufacturer", "manufacturer"],
  ["product", "product"],
  ["interface", "interface"],
  ["serialNumber", "serial number"],
  ["location", "location"],
  ["driver", "driver"],
  ["hardwareId", "hardware id"],
  ["stablePath", "stable path"],
];

/**
 * Writes the table.
 *
 * @param ports Ports, in the order to show.
 * @returns Lines, each ending with a line feed; nothing without ports.
 */
export function formatTable(ports: readonly PortInfo[]): string {
  if (ports.length === 0) return "";
  const rows = [HEADINGS, ...ports.map(cellsOf)];
  // A column that is empty for every port says nothing.
  const columns = HEADINGS.map((_, column) => column).filter(
    (column) => column === 0 || rows.slice(1).some((row) => row[column] !== ""),
  );
  const widths = columns.map((column) => Math.max(...rows.map((row) => widthOf(row[column]))));
  return rows
    .map((row) => columns.map((column, index) => pad(row[column], widths[index])).join(GAP))
    .map((line) => `${line.trimEnd()}\n`)
    .join("");
}

/**
 * Writes everything that is known.
 *
 * @param ports Ports, in the order to show.
 * @returns A block of lines for each, with an empty line between them.
 */
export function formatLong(ports: readonly PortInfo[]): string {
  return ports.map((port) => `${oneLine(port.path)}\n${detailsOf(port).join("")}`).join("\n");
}

/**
 * Writes an event.
 *
 * @param event An event of `watchSerialPorts()`.
 * @returns One line.
 */
export function formatEvent({ type, port }: PortEvent): string {
  const cells = cellsOf(port).filter((cell) => cell !== "");
  return `${[type.padEnd("removed".length), ...cells].join(GAP)}\n`;
}

/** A port as programs read it: every field is there, `null` where nothing is known. */
export function toRecord(port: PortInfo): Record<string, string | number | null> {
  return Object.fromEntries(Object.entries(port).map(([name, value]) => [name, value ?? null]));
}

function cellsOf(port: PortInfo): string[] {
  const { path, description, serialNumber, driver } = port;
  return [path, description, usbId(port), serialNumber, driver].map((text, column) => {
    const shown = oneLine(text ?? "");
    return column === 0 || widthOf(shown) <= MOST_IN_CELL
      ? shown
      : `${[...shown].slice(0, MOST_IN_CELL - 1).join("")}…`;
  });
}

function detailsOf(port: PortInfo): string[] {
  const id = usbId(port);
  const known = LABELS.map(([name, label]) => [label, port[name]] as const);
  const rows =
    id === "" ? known : [...known.slice(0, 4), ["USB id", id] as const, ...known.slice(4)];
  return rows.flatMap(([label, value]) =>
    value === undefined ? [] : [`  ${label.padEnd(15)}${oneLine(String(value))}\n`],
  );
}

/** `0403:6001`; nothing for a port that is no USB device. */
export function usbId({ vid, pid }: PortInfo): string {
  if (vid === undefined || pid === undefined) return "";
  return [vid, pid].map((id) => id.toString(16).padStart(4, "0")).join(":");
}

function widthOf(text: string | undefined): number {
  return [...(text ?? "")].length;
}

function pad(text: string | undefined, width: number | undefined): string {
  return (text ?? "") + " ".repeat(Math.max((width ?? 0) - widthOf(text), 0));
}
