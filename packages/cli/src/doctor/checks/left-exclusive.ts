// left-exclusive: the port is marked for exclusive use, and no program has it open. A pty keeps the
// mark of a program that has ended; a real terminal loses it with its last close.

import type { Facts } from "../facts.ts";
import type { Finding, Fix } from "../finding.ts";
import { quote } from "../shell.ts";

/** Returns whether the mark is set although no visible program has the port open. */
export function isLeftExclusive(facts: Facts): boolean {
  const { node, holders, inspections, failure, system } = facts;
  if (node?.kind !== "device" || system.platform !== "linux" || holders.length > 0) return false;
  if (inspections[0]?.exclusive === true) return true; // this user is not stopped by the mark, and sees every holder
  return failure?.code === "EBUSY" && node.target?.startsWith("/dev/pts/") === true;
}

/** Checks for the mark of a program that has ended. */
export function checkLeftExclusive(facts: Facts): readonly Finding[] {
  const { path, failure, inspections, maker, user } = facts;
  if (path === undefined || !isLeftExclusive(facts)) return [];
  const isSure = inspections[0]?.exclusive === true;
  const who = isSure ? "no program" : "no program that this user can see";
  return [
    {
      id: "left-exclusive",
      severity: "problem",
      summary: `${path} is marked for exclusive use (TIOCEXCL), and ${who} has it open`,
      evidence: [
        ...(isSure ? ["TIOCGEXCL says that the mark is set"] : []),
        ...(failure === undefined ? [] : [failure.message]),
        ...(maker === undefined ? [] : [`pid ${maker.pid} made it: ${maker.command}`]),
      ],
      hint: `${isSure ? "a" : "unless one of another user has it, a"} program that is gone left the mark: ${restart(maker)}, or have root remove the mark`,
      fix: fixes(path, user.uid === 0),
    },
  ];
}

function restart(maker: Facts["maker"]): string {
  const name =
    maker === undefined ? "the program that made the port" : `${maker.name} (pid ${maker.pid})`;
  return `start ${name} again`;
}

function fixes(path: string, isRoot: boolean): Fix[] {
  const sudo = isRoot ? "" : "sudo ";
  const look = { command: `sudo fuser -v ${quote(path)}`, note: "shows a program of another user" };
  const clear = {
    command: `${sudo}npx anyserial send ${quote(path)} '' --exclusive`,
    note: "opens the port for exclusive use, sends nothing, and removes the mark",
  };
  return isRoot ? [clear] : [look, clear];
}
