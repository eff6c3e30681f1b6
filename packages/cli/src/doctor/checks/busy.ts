// busy: which program has the port open, and whether exclusively.

import { hintFor } from "anyserial/internal";
import type { Facts, HolderFacts } from "../facts.ts";
import type { Finding, Fix } from "../finding.ts";
import { quote } from "../shell.ts";
import { isLeftExclusive } from "./left-exclusive.ts";

/** Checks which programs hold the port. */
export function checkBusy(facts: Facts): readonly Finding[] {
  const { path, holders, failure, inspections, node, system } = facts;
  if (path === undefined || node?.kind !== "device" || system.platform === "win32") return [];
  if (isLeftExclusive(facts)) return []; // no program has it: a finding of its own
  const isTaken = failure?.name === "PortBusyError" || inspections[0]?.exclusive === true;
  const isLocked = holders.some((holder) => holder.hasLock);
  const evidence = [
    ...holders.map((holder) => describe(holder)),
    ...(inspections[0]?.exclusive === true
      ? ["exclusive use is set on the device (TIOCEXCL)"]
      : []),
    ...(failure?.name === "PortBusyError" ? [failure.message] : []),
  ];
  if (holders.length === 0 && !isTaken) {
    if (system.platform !== "linux") return [unseen(system.platform, path)];
    return [
      {
        id: "busy",
        severity: "ok",
        summary: `No other program has ${path} open`,
        evidence,
        fix: [],
      },
    ];
  }
  const names = holders.map((holder) => `${holder.name} (pid ${holder.pid})`).join(", ");
  return [
    {
      id: "busy",
      severity: isTaken || isLocked ? "problem" : "warning",
      summary: `${path} is held by ${names || "a program that this user cannot see"}`,
      evidence,
      hint: hintFor("PortBusyError", "EBUSY", { path }),
      fix: holders.length === 0 ? [asRoot(system.platform, path)] : holders.map(endHolder),
    },
  ];
}

function describe(holder: HolderFacts): string {
  const lock = holder.hasLock ? ", and holds a lock on it" : "";
  return `pid ${holder.pid} has it open${lock}: ${holder.command}`;
}

function endHolder(holder: HolderFacts): Fix {
  if (holder.name === "ModemManager") {
    return {
      command: "sudo systemctl stop ModemManager",
      run: ["sudo", "systemctl", "stop", "ModemManager"],
      note: "it comes back at the next start; see modem-manager for a rule that lasts",
    };
  }
  return {
    command: `kill ${holder.pid}`,
    run: ["kill", String(holder.pid)],
    note: `ends ${holder.name}; close it by its own means if you can`,
  };
}

/** Only Linux shows the descriptors of other programs as files. */
function unseen(platform: string, path: string): Finding {
  return {
    id: "busy",
    severity: "note",
    summary: `This user cannot see which program has ${path} open`,
    evidence: ["no program holds it exclusively"],
    fix: [asRoot(platform, path)],
  };
}

function asRoot(platform: string, path: string): Fix {
  const note = "shows the programs of other users";
  switch (platform) {
    case "linux":
      return { command: `sudo fuser -v ${quote(path)}`, note };
    case "darwin":
      return { command: `sudo lsof ${quote(path)} ${quote(twinOf(path))}`, note };
    default:
      return { command: `sudo fstat ${quote(path)}`, note };
  }
}

/** Of the two nodes of a port on macOS one is open at a time. */
function twinOf(path: string): string {
  return path.startsWith("/dev/tty.")
    ? path.replace("/dev/tty.", "/dev/cu.")
    : path.replace("/dev/cu.", "/dev/tty.");
}
