// The kernel's table of TCP connections: unacknowledged bytes, and the number of retransmissions.
//
// `/proc/net/tcp` and `tcp6`, see proc(5) and get_tcp4_sock() in the kernel's net/ipv4/tcp_ipv4.c; columns:
//   sl local_address rem_address st tx_queue:rx_queue tr:tm->when retrnsmt uid timeout inode …

import { readFile } from "node:fs/promises";
import { endianness } from "node:os";

/** `tr`: the purpose of a connection's timer. */
const RETRANSMISSION = 1;
const WINDOW_PROBE = 4;
const BITS_OF_WORD = 32;

export interface TcpRow {
  /** Bytes sent that the peer has not acknowledged, and bytes to be sent. */
  readonly unacknowledged: number;
  /** How often the oldest bytes, or the question for room, were sent again since the last answer. */
  readonly attempts: number;
  /** A program has the socket open; otherwise the kernel is only ending the connection. */
  readonly isOpen: boolean;
}

/** Both ends of a connection. */
export interface TcpEnds {
  readonly localAddress?: string | undefined;
  readonly localPort?: number | undefined;
  readonly remoteAddress?: string | undefined;
  readonly remotePort?: number | undefined;
}

/**
 * Writes the ends of a connection as the table does.
 *
 * @param ends Addresses as text.
 * @param isLittleEndian Order of bytes; of this machine by default.
 * @returns `undefined` for a socket that is not connected any more.
 */
export function tableKey(
  ends: TcpEnds,
  isLittleEndian: boolean = endianness() === "LE",
): string | undefined {
  const local = endOf(ends.localAddress, ends.localPort, isLittleEndian);
  const remote = endOf(ends.remoteAddress, ends.remotePort, isLittleEndian);
  return local === undefined || remote === undefined ? undefined : `${local} ${remote}`;
}

/** The ends of a connection as its other side has them. */
export function reversed(ends: TcpEnds): TcpEnds {
  const { localAddress, localPort, remoteAddress, remotePort } = ends;
  return {
    localAddress: remoteAddress,
    localPort: remotePort,
    remoteAddress: localAddress,
    remotePort: localPort,
  };
}

/**
 * Finds a connection.
 *
 * @param table Text of the table.
 * @param key As {@link tableKey} returns it.
 */
export function findRow(table: string, key: string): TcpRow | undefined {
  const at = table.indexOf(` ${key} `);
  if (at === -1) return undefined;
  const end = table.indexOf("\n", at);
  const columns = table.slice(at + 1, end === -1 ? undefined : end).split(/\s+/);
  const [, , , queues = "", timer = "", retransmits = "", , probes = "", inode] = columns;
  return {
    unacknowledged: Number.parseInt(queues, 16),
    attempts: attemptsOf(Number.parseInt(timer, 16), retransmits, probes),
    isOpen: inode !== "0",
  };
}

/** A question for room is counted before its answer had the time to come. */
function attemptsOf(timer: number, retransmits: string, probes: string): number {
  if (timer === RETRANSMISSION) return Number.parseInt(retransmits, 16);
  return timer === WINDOW_PROBE ? Math.max(0, Number.parseInt(probes, 10) - 1) : 0;
}

/** Which table a connection is in. */
export type TableName = "tcp" | "tcp6";

/** Names the table of a connection. */
export function tableOf({ localAddress }: TcpEnds): TableName {
  return localAddress?.includes(":") === true ? "tcp6" : "tcp";
}

const reading = new Map<TableName, Promise<string>>();

/**
 * Reads a table; calls during a read share its result.
 *
 * @throws The system's error — there is none, as on systems other than Linux.
 */
export function readTable(name: TableName): Promise<string> {
  const present = reading.get(name);
  if (present !== undefined) return present;
  const table = readFile(`/proc/self/net/${name}`, "latin1").finally(() => reading.delete(name));
  reading.set(name, table);
  return table;
}

/** `0100007F:1F90` for `127.0.0.1` and 8080 on a machine of little-endian order. */
function endOf(
  address: string | undefined,
  port: number | undefined,
  isLittleEndian: boolean,
): string | undefined {
  if (address === undefined || port === undefined) return undefined;
  const words = address.includes(":") ? wordsOfV6(address) : [wordOfV4(address)];
  const hex = words.map((word) => hexOf(isLittleEndian ? swapped(word) : word, 8));
  return `${hex.join("")}:${hexOf(port, 4)}`;
}

function wordOfV4(address: string): number {
  const [a = 0, b = 0, c = 0, d = 0] = address.split(".").map(Number);
  return ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
}

function wordsOfV6(address: string): number[] {
  const [plain = ""] = address.split("%"); // without the name of an interface
  const [left = "", right] = plain.split("::");
  const head = groupsOf(left);
  const tail = right === undefined ? [] : groupsOf(right);
  const groups = [...head, ...new Array<number>(8 - head.length - tail.length).fill(0), ...tail];
  return [0, 2, 4, 6].map((at) => (((groups[at] ?? 0) << 16) | (groups[at + 1] ?? 0)) >>> 0);
}

/** Groups of 16 bits; the last may be an IPv4 address, which is two. */
function groupsOf(text: string): number[] {
  if (text === "") return [];
  return text.split(":").flatMap((group) => {
    if (!group.includes(".")) return [Number.parseInt(group, 16)];
    const word = wordOfV4(group);
    return [word >>> 16, word & 0xffff];
  });
}

function swapped(word: number): number {
  const view = new DataView(new ArrayBuffer(BITS_OF_WORD / 8));
  view.setUint32(0, word, true);
  return view.getUint32(0, false);
}

function hexOf(value: number, digits: number): string {
  return value.toString(16).toUpperCase().padStart(digits, "0");
}
