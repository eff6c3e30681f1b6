// Ports of a BSD by the names in the device folder: path and name only, since each system describes
// USB devices in its own way. OpenBSD and NetBSD keep nodes for hardware that is not there.

import { readdirSync } from "node:fs";
import { realpath } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { createPortInfo, type PortInfo } from "../model/port-info.ts";
import type { BsdVariant } from "./variant.ts";

/** Names of ports, as beginnings: those that call out sort before their dial-in aliases. */
const BEGINNINGS: Readonly<Record<BsdVariant, readonly string[]>> = {
  freebsd: ["cuaU", "cuau", "cuad", "ttyU", "ttyu"],
  openbsd: ["cuaU", "cua0", "cua1"],
  netbsd: ["dtyU", "dty0", "ttyU"],
  dragonfly: ["cuaU", "cuau"],
};

/** Nodes beside a port that hold its settings from before it is opened, and those that stay. */
const STATE_NODE = /\.(init|lock)$/;

/**
 * Lists the ports.
 *
 * @param variant The system.
 * @param dev Folder of the device nodes.
 * @returns Ports in no order; none where the folder is not there.
 */
export function listBsdPorts(variant: BsdVariant, dev: string): PortInfo[] {
  return bsdPortNames(variant, dev).map((name) => createPortInfo({ path: join(dev, name) }));
}

/**
 * Describes one port.
 *
 * @param system The system and its device folder.
 * @param path Path of the port, or of a link to it.
 * @returns `undefined` for a path that is missing, or not named like a port.
 */
export async function describeBsdPort(
  { variant, dev }: { readonly variant: BsdVariant; readonly dev: string },
  path: string,
): Promise<PortInfo | undefined> {
  const [node, folder] = await Promise.all(
    [path, dev].map((at) => realpath(at).catch(() => undefined)),
  );
  if (node === undefined || dirname(node) !== folder) return undefined;
  const name = basename(node);
  if (!isPortName(variant, name)) return undefined;
  return createPortInfo({ path: join(dev, name) });
}

/** Names of the nodes that are ports. */
export function bsdPortNames(variant: BsdVariant, dev: string): string[] {
  try {
    return readdirSync(dev).filter((name) => isPortName(variant, name));
  } catch {
    return [];
  }
}

function isPortName(variant: BsdVariant, name: string): boolean {
  if (STATE_NODE.test(name)) return false;
  return BEGINNINGS[variant].some((beginning) => name.startsWith(beginning));
}
