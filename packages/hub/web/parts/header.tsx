// The top of the page: which hub it is, and whether the page is connected.

import { useSession } from "../state/session.ts";
import { useStore } from "../state/store.ts";
import type { ConnectionState } from "../stream/connection.ts";
import { durationText } from "../traffic/times.ts";
import { TokenDialog } from "./token-dialog.tsx";

const STATES: Readonly<Record<ConnectionState, readonly [text: string, tone: string]>> = {
  connecting: ["connecting", "plain"],
  live: ["live", "good"],
  lost: ["connection lost, trying again", "bad"],
  paused: ["paused", "plain"],
  "token-needed": ["the token is needed", "warning"],
};

export function Header() {
  const { status, connection } = useSession();
  const state = useStore(status);
  const [text, tone] = STATES[useStore(connection)];
  const name = state?.file.split(/[\\/]/).at(-1) ?? "";
  return (
    <header>
      <h1>
        anyserial hub <span class="muted">{name}</span>
      </h1>
      <span class={`badge ${tone}`} role="status">
        {text}
      </span>
      {state !== undefined && (
        <span class="muted">{`runs for ${durationText(state.uptimeMs)}, process ${state.pid}`}</span>
      )}
      <span class="space" />
      <TokenDialog />
    </header>
  );
}
