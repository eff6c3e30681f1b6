// Which messages of the log are shown. Pure.

import type { TrafficDirection } from "../../src/model/types.ts";
import { fromHex, toHex } from "./bytes.ts";
import type { Entry } from "./traffic-log.ts";

export interface FilterOptions {
  /** As `network` and `member`; an empty text is any. */
  readonly network: string;
  readonly member: string;
  readonly direction: TrafficDirection | "";
  /** Text, `/pattern/`, or bytes as `hex: 02 ff`. */
  readonly search: string;
}

export const NO_FILTER: FilterOptions = { network: "", member: "", direction: "", search: "" };

export type Filter = (entry: Entry) => boolean;

/**
 * Makes a filter.
 *
 * @returns The filter; `undefined` when the search is no pattern or no hex.
 */
export function createFilter({
  network,
  member,
  direction,
  search,
}: FilterOptions): Filter | undefined {
  const matches = createSearch(search);
  if (matches === undefined) return undefined;
  return (entry) => {
    if (entry.kind === "gap") return true;
    if (network !== "" && entry.network !== network) return false;
    if (member !== "" && entry.member !== member) return false;
    if (direction !== "" && entry.direction !== direction) return false;
    return matches(entry.bytes);
  };
}

function createSearch(search: string): ((bytes: Uint8Array) => boolean) | undefined {
  if (search.trim() === "") return () => true;
  const hex = /^hex:(.*)$/i.exec(search)?.[1];
  if (hex !== undefined) return createHexSearch(hex);
  const pattern = /^\/(.+)\/(i?)$/.exec(search);
  if (pattern !== null) return createPatternSearch(pattern[1] ?? "", pattern[2] ?? "");
  const wanted = search.toLowerCase();
  return (bytes) => textOf(bytes).toLowerCase().includes(wanted);
}

function createHexSearch(text: string): ((bytes: Uint8Array) => boolean) | undefined {
  const bytes = fromHex(text);
  if (bytes === undefined) return undefined;
  const wanted = toHex(bytes);
  return (message) => toHex(message).includes(wanted);
}

function createPatternSearch(
  source: string,
  flags: string,
): ((bytes: Uint8Array) => boolean) | undefined {
  try {
    const pattern = new RegExp(source, flags);
    return (bytes) => pattern.test(textOf(bytes));
  } catch {
    return undefined;
  }
}

const decoder = new TextDecoder();

function textOf(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}
