// All members as a table, to be sorted and filtered.

import { useState } from "preact/hooks";
import { Sparkline } from "../parts/sparkline.tsx";
import { useSession } from "../state/session.ts";
import { useStore } from "../state/store.ts";
import { arrange, COLUMNS, type MemberRow } from "./member-columns.ts";
import { stateOf } from "./member-state.ts";

const QUEUE = "Queue";
const RATE = "Last minute";

export function MemberTable({ isShown }: { readonly isShown: boolean }) {
  const { status, rates } = useSession();
  const networks = useStore(status, isShown)?.networks ?? [];
  const [search, setSearch] = useState("");
  const [order, setOrder] = useState({ column: -1, isDown: false });
  const all = networks.flatMap(({ name: network, members }) =>
    members.map((member) => ({ network, member, rates: rates.of(network, member.name) })),
  );
  const sortBy = (column: number): void =>
    setOrder({ column, isDown: order.column === column && !order.isDown });
  const rows = arrange(all, { search, ...order });
  return (
    <section class="card">
      <div class="toolbar">
        <h2>Members</h2>
        <label class="field">
          <span>Filter</span>
          <input
            type="search"
            value={search}
            onInput={(event) => setSearch(event.currentTarget.value)}
          />
        </label>
        <span class="muted">{`${rows.length} of ${all.length}`}</span>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, also by keys */}
      <section class="scroll" tabIndex={0} aria-label="Table of members">
        <table>
          <Head order={order} onSort={sortBy} />
          <tbody>
            {rows.map((row) => (
              <Row key={`${row.network}/${row.member.name}`} row={row} />
            ))}
          </tbody>
        </table>
      </section>
    </section>
  );
}

interface HeadProps {
  readonly order: { readonly column: number; readonly isDown: boolean };
  readonly onSort: (column: number) => void;
}

function Head({ order, onSort }: HeadProps) {
  return (
    <thead>
      <tr>
        {COLUMNS.map(({ title, isNumber }, at) => {
          const direction = order.isDown ? "descending" : "ascending";
          const isSorted = order.column === at;
          return (
            <th
              key={title}
              class={isNumber ? "number" : ""}
              scope="col"
              aria-sort={isSorted ? direction : "none"}
            >
              <button type="button" onClick={() => onSort(at)}>
                {title}
                <span aria-hidden="true">{isSorted ? (order.isDown ? " ↓" : " ↑") : ""}</span>
              </button>
            </th>
          );
        })}
      </tr>
    </thead>
  );
}

function Row({ row }: { readonly row: MemberRow }) {
  const { member, rates } = row;
  const state = stateOf(member);
  return (
    <tr class={state} data-member={member.name}>
      {COLUMNS.map(({ title, isNumber, text }) => (
        <td key={title} class={isNumber ? "number" : title === "State" ? "state" : ""}>
          {title === QUEUE && (
            <meter
              aria-label={`Queue of ${member.name}`}
              max={member.queueLimitBytes}
              value={member.queuedBytes}
            />
          )}
          {title === RATE ? (
            <Sparkline values={rates.history} label={`Rate of ${member.name} in the last minute`} />
          ) : (
            text(row)
          )}
        </td>
      ))}
    </tr>
  );
}
