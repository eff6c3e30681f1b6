// Exclusive use that an ended program left on a pty, distinguished from a program that has the
// port.

import { deepEqual, equal, match } from "node:assert/strict";
import { test } from "node:test";
import { diagnose } from "../../../dist/doctor/checks.js";
import type { Facts, NodeFacts } from "../../../dist/doctor/facts.js";
import type { CheckId, Finding } from "../../../dist/doctor/finding.js";
import { HEALTHY, LOOK } from "../../helpers/doctor-facts.ts";

const PTY: NodeFacts = {
  kind: "device",
  target: "/dev/pts/7",
  mode: 0o620,
  uid: 1000,
  gid: 5,
  owner: "ada",
  group: "tty",
};
const ROOT = { name: "root", uid: 0, groups: [0], memberOf: [] };
const MARKED = { ...LOOK, isPseudoTerminal: true, exclusive: true };
const BUSY = { name: "PortBusyError", code: "EBUSY", message: "Cannot look: busy (EBUSY)" };
const SOCAT = { pid: 99, name: "socat", command: "socat pty,link=/tmp/ttyS0 pty" };

function findings(facts: Partial<Facts>): Finding[] {
  return diagnose({ ...HEALTHY, path: "/tmp/ttyS0", node: PTY, inspections: [], ...facts });
}

function find(all: readonly Finding[], id: CheckId): Finding | undefined {
  return all.find((finding) => finding.id === id);
}

test("left-exclusive is sure for root, who sees the mark and every holder", () => {
  const finding = find(findings({ user: ROOT, inspections: [MARKED] }), "left-exclusive");

  equal(finding?.severity, "problem");
  match(
    finding?.summary ?? "",
    /marked for exclusive use \(TIOCEXCL\), and no program has it open/,
  );
  deepEqual(
    finding?.fix.map(({ command }) => command),
    ["npx anyserial send /tmp/ttyS0 '' --exclusive"],
  );
});

test("left-exclusive leaves it open for an ordinary user whether another user's program has the port", () => {
  const finding = find(findings({ failure: BUSY }), "left-exclusive");

  match(finding?.summary ?? "", /no program that this user can see has it open/);
  match(finding?.hint ?? "", /^unless one of another user has it/);
  deepEqual(
    finding?.fix.map(({ command }) => command),
    ["sudo fuser -v /tmp/ttyS0", "sudo npx anyserial send /tmp/ttyS0 '' --exclusive"],
  );
});

test("left-exclusive names the program that made the pty", () => {
  const finding = find(findings({ failure: BUSY, maker: SOCAT }), "left-exclusive");

  match(finding?.hint ?? "", /start socat \(pid 99\) again/);
  match(finding?.evidence.join() ?? "", /pid 99 made it: socat pty/);
});

test("left-exclusive and busy do not contradict each other", () => {
  const holder = { pid: 5, name: "minicom", command: "minicom", hasLock: false };

  const left = findings({ failure: BUSY });
  const held = findings({ user: ROOT, inspections: [MARKED], holders: [holder] });

  equal(find(left, "busy"), undefined);
  equal(find(held, "left-exclusive"), undefined);
  match(find(held, "busy")?.summary ?? "", /held by minicom/);
});

test("left-exclusive is for ptys: a real port that is busy has a holder", () => {
  const real = { ...PTY, target: "/dev/ttyUSB0" };

  equal(find(findings({ node: real, failure: BUSY }), "left-exclusive"), undefined);
});
