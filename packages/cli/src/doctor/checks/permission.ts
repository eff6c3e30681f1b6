// permission: mode, owner and group of the node against this process.

import { hintFor } from "anyserial/internal";
import type { Facts, NodeFacts, UserFacts } from "../facts.ts";
import type { Finding, Fix } from "../finding.ts";
import { quote } from "../shell.ts";

const READ_WRITE = 0o6;
const GROUP_READ_WRITE = 0o060;
const ON_A_MAC =
  "leave the sandbox, or give the app the entitlement com.apple.security.device.serial";

/** Checks the permissions of the node. */
export function checkPermission(facts: Facts): readonly Finding[] {
  const { path, node, user, failure } = facts;
  if (path === undefined || node?.kind !== "device" || node.mode === undefined) return [];
  const evidence = [
    `${node.target ?? path} is ${modeText(node.mode)}, owner ${node.owner ?? node.uid}, group ${node.group ?? node.gid}`,
    `this process is ${user.name} (uid ${user.uid}) with the groups ${user.groups.join(", ")}`,
  ];
  const isDenied = failure?.name === "PortPermissionError" || !mayOpen(node, user);
  if (!isDenied) {
    return [
      {
        id: "permission",
        severity: "ok",
        summary: `This user may open ${path}`,
        evidence,
        fix: [],
      },
    ];
  }
  const isSessionOld = node.group !== undefined && user.memberOf.includes(node.group);
  return [
    {
      id: "permission",
      severity: "problem",
      summary: isSessionOld
        ? `${user.name} is in the group ${node.group}, but this session is older than that`
        : `This user may not open ${path}`,
      evidence: isSessionOld
        ? [...evidence, `${user.name} is a member of ${node.group} in the user database`]
        : evidence,
      hint: facts.system.platform === "darwin" ? ON_A_MAC : deniedHint(path),
      fix: fixes(facts, node, isSessionOld),
    },
  ];
}

function deniedHint(path: string): string | undefined {
  return hintFor("PortPermissionError", "EACCES", { path });
}

/** No group is needed there. */
function listNode(node: NodeFacts): Fix {
  return {
    command: `ls -le ${quote(node.target ?? "")}`,
    note: "macOS makes ports accessible to every user: find out which program changed that",
  };
}

/** Decides as the kernel does: the first class that applies counts. */
function mayOpen(node: NodeFacts, user: UserFacts): boolean {
  if (user.uid === 0) return true;
  const mode = node.mode ?? 0;
  const isGroup = node.gid !== undefined && user.groups.includes(node.gid);
  const bits = node.uid === user.uid ? mode >> 6 : isGroup ? mode >> 3 : mode;
  return (bits & READ_WRITE) === READ_WRITE;
}

function fixes({ system, user }: Facts, node: NodeFacts, isSessionOld: boolean): Fix[] {
  if (system.platform === "darwin") return [listNode(node)];
  if (system.isContainer && node.target?.startsWith("/dev/pts/") !== true) {
    return [
      {
        command: `docker run --device ${quote(node.target ?? "")} …`,
        note: "give the container the device; for ports that come later, add a device cgroup rule for its major number",
      },
    ];
  }
  if (((node.mode ?? 0) & GROUP_READ_WRITE) !== GROUP_READ_WRITE) return [openToGroup(node)];
  const group = node.group ?? defaultGroup(system);
  const relogin: Fix = {
    command: `newgrp ${group}`,
    note: "for this shell; or log out and in again",
  };
  if (isSessionOld) return [relogin];
  return [joinGroup(system.platform, group, user.name), relogin];
}

/** Each system has a tool of its own. */
function joinGroup(platform: string, group: string, user: string): Fix {
  const words = {
    freebsd: ["pw", "groupmod", group, "-m", user],
    dragonfly: ["pw", "groupmod", group, "-m", user],
    openbsd: ["usermod", "-G", group, user],
    netbsd: ["usermod", "-G", group, user],
  }[platform] ?? ["usermod", "-aG", group, user];
  const run = [platform === "openbsd" ? "doas" : "sudo", ...words];
  return { command: run.map(quote).join(" "), run, note: "then log out and in again" };
}

/** The group has no right either: joining it would not help. */
function openToGroup(node: NodeFacts): Fix {
  const path = node.target ?? "";
  if (path.startsWith("/dev/pts/")) {
    return {
      command: `sudo chmod 666 ${quote(path)}`,
      note: "or have the program that makes the emulated port set its mode, owner or group",
    };
  }
  return {
    command: `sudo chmod g+rw ${quote(path)}`,
    note: 'until the next plug; a udev rule with MODE="0660" and GROUP lasts',
  };
}

/** Arch and its relatives call the group uucp, the BSDs dialer, the others dialout. */
function defaultGroup({ platform, distribution }: Facts["system"]): string {
  if (["freebsd", "openbsd", "netbsd", "dragonfly"].includes(platform)) return "dialer";
  const isUucp = ["arch", "manjaro", "gentoo"].includes(distribution ?? "");
  return isUucp ? "uucp" : "dialout";
}

function modeText(mode: number): string {
  return (mode & 0o777).toString(8).padStart(4, "0");
}
