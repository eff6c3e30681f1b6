// The table of members: order, filter and texts.

import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import type { MemberSnapshot } from "@anyserial/hub";
import type * as Columns from "../../../web/networks/member-columns.ts";
import type * as State from "../../../web/networks/member-state.ts";
import { snapshotOf } from "../../helpers/service-fixtures.ts";
import { loadWebModule } from "../../helpers/web-module.ts";

const { arrange, COLUMNS } = await loadWebModule<typeof Columns>("networks/member-columns.ts");
const { stateOf, stateText } = await loadWebModule<typeof State>("networks/member-state.ts");

function rowsOf(...members: readonly Partial<MemberSnapshot>[]) {
  const made = snapshotOf(...members).networks.flatMap((network) => network.members);
  const rates = { sent: 0, received: 0, history: [] };
  return made.map((member) => ({ network: "plant", member, rates }));
}

function namesBy(title: string, isDown: boolean, rows: ReturnType<typeof rowsOf>) {
  const column = COLUMNS.findIndex((one) => one.title === title);
  return arrange(rows, { search: "", column, isDown }).map(({ member }) => member.name);
}

test("arrange() sorts names with numbers as people do", () => {
  const rows = rowsOf({ name: "port10" }, { name: "port2" }, { name: "port1" });

  deepEqual(namesBy("Member", false, rows), ["port1", "port2", "port10"]);
  deepEqual(namesBy("Member", true, rows), ["port10", "port2", "port1"]);
});

test("arrange() sorts queues by their share, losses by bytes", () => {
  const rows = rowsOf(
    { name: "half", queuedBytes: 5, queueLimitBytes: 10, dropped: { bytes: 900, messages: 1 } },
    { name: "more", queuedBytes: 60, queueLimitBytes: 1000, dropped: { bytes: 1000, messages: 1 } },
  );

  deepEqual(namesBy("Queue", true, rows), ["half", "more"]);
  deepEqual(namesBy("Lost", true, rows), ["more", "half"]);
});

test("arrange() finds a text in any column, in either case", () => {
  const rows = rowsOf(
    { name: "a", pids: [{ pid: 77, name: "Picocom" }] },
    { name: "b", path: "/dev/ttyUSB7" },
    { name: "c" },
  );
  const find = (search: string) =>
    arrange(rows, { search, column: -1, isDown: false }).map(({ member }) => member.name);

  deepEqual([find("picocom 77"), find("USB7"), find("")], [["a"], ["b"], ["a", "b", "c"]]);
});

for (const [member, state, text] of [
  [{ applicationOpen: true }, "open", "open"],
  [{}, "absent", "no application"],
  [{ applicationOpen: true, stalled: true, notReadForMs: 2400 }, "stalled", "not read for 2 s"],
  [{ link: "missing" }, "failed", "its link is missing"],
  [{ link: "taken" }, "failed", "another program has its path"],
  [{ error: "it is gone", stalled: true }, "failed", "it is gone"],
] as const) {
  test(`a member is ${state} for ${JSON.stringify(member)}`, () => {
    const [row] = rowsOf(member);
    const snapshot = row?.member as MemberSnapshot;

    equal(stateOf(snapshot), state);
    equal(stateText(snapshot), text);
  });
}
