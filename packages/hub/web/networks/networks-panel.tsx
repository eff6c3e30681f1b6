// Networks: a picture of each, and the table of all members.

import type { NetworkSnapshot } from "../../src/model/types.ts";
import { useSession } from "../state/session.ts";
import { useStore } from "../state/store.ts";
import { MemberTable } from "./member-table.tsx";
import { Picture } from "./picture.tsx";

const TOPOLOGIES: Readonly<Record<NetworkSnapshot["topology"], string>> = {
  bus: "bus: each to all others",
  pair: "pair: a null modem",
  star: "star: the controller and its devices",
  tap: "tap: a pair and listeners",
};

export function NetworksPanel({ isShown }: { readonly isShown: boolean }) {
  const { status } = useSession();
  const networks = useStore(status, isShown)?.networks ?? [];
  return (
    <>
      <div class="networks">
        {networks.map((network) => (
          <section class="card" key={network.name}>
            <div class="toolbar">
              <h2>{network.name}</h2>
              <span class="muted">{`${TOPOLOGIES[network.topology]}; framing ${network.framing}`}</span>
              {network.paused && <span class="badge warning">senders wait</span>}
            </div>
            <Picture network={network} />
          </section>
        ))}
      </div>
      <MemberTable isShown={isShown} />
    </>
  );
}
