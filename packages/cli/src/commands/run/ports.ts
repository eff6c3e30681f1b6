// The ports of `anyserial run`: from --grant, --offer and --all to the options of createSerial().

import type { PortInfo } from "anyserial";
import type { NamedPort } from "anyserial/web-serial";
import { UsageError } from "../../options/usage-error.ts";

const USB_IDS = /^([\da-f]{1,4}):([\da-f]{1,4})$/i;
const VENDOR = /^[\da-f]{4}$/i;
const PATH_WITH_IDS = /^(.+)=([\da-f]{1,4}):([\da-f]{1,4})$/i;

/** Values of the options. */
export interface PortArguments {
  readonly grant: readonly string[];
  readonly offer: readonly string[];
  readonly all: boolean;
}

/** Options of `createSerial()`. */
export interface RunPorts {
  readonly ports: (port: PortInfo) => boolean;
  readonly others: readonly NamedPort[];
  readonly grant: (port: PortInfo) => boolean;
}

/** A port as the command line names it. */
export type NamedByUser =
  | { readonly kind: "usb"; readonly vid: number; readonly pid: number | undefined }
  | { readonly kind: "path"; readonly path: string; readonly ids: UsbIds | undefined };

interface UsbIds {
  readonly vid: number;
  readonly pid: number;
}

/** Reads a value of `--grant`. */
export function parsePort(text: string): NamedByUser {
  const [, vid, pid] = USB_IDS.exec(text) ?? [];
  if (vid !== undefined && pid !== undefined) return { kind: "usb", ...idsOf(vid, pid) };
  if (VENDOR.test(text)) return { kind: "usb", vid: Number.parseInt(text, 16), pid: undefined };
  const [, path, pathVid, pathPid] = PATH_WITH_IDS.exec(text) ?? [];
  if (path === undefined || pathVid === undefined || pathPid === undefined) {
    return { kind: "path", path: text, ids: undefined };
  }
  return { kind: "path", path, ids: idsOf(pathVid, pathPid) };
}

/**
 * Finds out which ports a script is offered, and which are granted.
 *
 * @param given Values of the options.
 * @param find Finds a port of this system by its path, or by a link to it.
 * @throws `UsageError` — a value is wrong.
 */
export async function resolvePorts(
  { grant, offer, all }: PortArguments,
  find: (path: string) => Promise<PortInfo | undefined>,
): Promise<RunPorts> {
  const granted = grant.map((text) => parseNonEmpty("grant", text));
  const offered = offer.map((text) => parseNonEmpty("offer", text));
  for (const [at, port] of offered.entries()) {
    if (port.kind === "path") continue;
    const hint = "ports with these USB ids are offered anyway; --grant gives one without asking";
    throw new UsageError(`run: --offer cannot be "${offer[at] ?? ""}"`, hint);
  }
  const known = new Map<NamedByUser, string>();
  const others: NamedPort[] = [];
  for (const port of [...granted, ...offered]) {
    if (port.kind === "usb") continue;
    const found = port.ids === undefined ? await findQuietly(find, port.path) : undefined;
    known.set(port, found?.path ?? port.path);
    if (found === undefined) others.push({ path: port.path, ...port.ids });
  }
  const named = new Set(known.values());
  return {
    ports: ({ vid, path }) => all || vid !== undefined || named.has(path),
    others,
    grant: (port) =>
      granted.some((one) =>
        one.kind === "usb"
          ? one.vid === port.vid && (one.pid ?? port.pid) === port.pid
          : known.get(one) === port.path,
      ),
  };
}

function parseNonEmpty(option: string, text: string): NamedByUser {
  if (text === "") throw new UsageError(`run: --${option} cannot be ""`, "give a port");
  return parsePort(text);
}

/** A system that cannot list its ports opens them by their paths all the same. */
async function findQuietly(
  find: (path: string) => Promise<PortInfo | undefined>,
  path: string,
): Promise<PortInfo | undefined> {
  try {
    return await find(path);
  } catch {
    return undefined;
  }
}

function idsOf(vid: string, pid: string): UsbIds {
  return { vid: Number.parseInt(vid, 16), pid: Number.parseInt(pid, 16) };
}
