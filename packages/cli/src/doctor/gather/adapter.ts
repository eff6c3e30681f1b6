// The adapter behind a port, from sysfs, udev's rules and the kernel log.

import { execFile } from "node:child_process";
import { access, constants } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { promisify } from "node:util";
import type { PortInfo } from "anyserial";
import type { AdapterFacts } from "../facts.ts";
import { namesIn, resolved, textOf } from "./read.ts";

const RULES = [
  "/etc/udev/rules.d",
  "/run/udev/rules.d",
  "/usr/lib/udev/rules.d",
  "/lib/udev/rules.d",
];
const LOG_LINES = 20;

/** Reads the settings of an adapter. */
export async function gatherAdapter(
  path: string,
  info: PortInfo | undefined,
  sysfs: string = "/sys",
): Promise<AdapterFacts> {
  const device = join(sysfs, "class/tty", basename((await resolved(path)) ?? path), "device");
  const timerFile = join(device, "latency_timer");
  const timer = await textOf(timerFile);
  const power = await powerControlOf(device);
  return {
    driver: info?.driver,
    latencyTimerMs: timer === undefined ? undefined : Number(timer),
    latencyTimerFile: timer === undefined ? undefined : timerFile,
    isLatencyTimerWritable: timer !== undefined && (await isWritable(timerFile)),
    powerControl: power?.value,
    powerControlFile: power?.file,
  };
}

/** The USB device is two or three folders above the port's. */
async function powerControlOf(
  device: string,
): Promise<{ readonly file: string; readonly value: string } | undefined> {
  let folder = await resolved(device);
  for (let up = 0; up < 4 && folder !== undefined; up++, folder = dirname(folder)) {
    if ((await textOf(join(folder, "idVendor"))) === undefined) continue;
    const file = join(folder, "power/control");
    const value = await textOf(file);
    return value === undefined ? undefined : { file, value };
  }
  return undefined;
}

/** Returns whether a udev rule makes ModemManager ignore a device. */
export async function isIgnoredByModemManager(
  info: PortInfo | undefined,
  folders: readonly string[] = RULES,
): Promise<boolean | undefined> {
  if (info?.vid === undefined) return undefined;
  const vid = info.vid.toString(16).padStart(4, "0");
  const files = await Promise.all(
    folders.map(async (folder) => (await namesIn(folder)).map((name) => join(folder, name))),
  );
  const texts = await Promise.all(files.flat().map(textOf));
  return texts.some((text) =>
    text
      ?.split("\n")
      .some((line) => line.includes("ID_MM_DEVICE_IGNORE") && line.toLowerCase().includes(vid)),
  );
}

/** The newest kernel messages about a port and its driver; `undefined` where they are not readable. */
export async function gatherKernelLog(path: string): Promise<string[] | undefined> {
  const name = basename((await resolved(path)) ?? path);
  const words = new RegExp(`\\b(${escapeRegExp(name)}|ftdi_sio|cp210x|ch341|pl2303|cdc_acm)\\b`);
  try {
    const { stdout } = await promisify(execFile)("dmesg", ["--notime"], { timeout: 2000 });
    return stdout
      .split("\n")
      .filter((line) => words.test(line))
      .slice(-LOG_LINES);
  } catch {
    return undefined; // no such program, or not allowed
  }
}

function escapeRegExp(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

async function isWritable(file: string): Promise<boolean> {
  return access(file, constants.W_OK).then(
    () => true,
    () => false,
  );
}
