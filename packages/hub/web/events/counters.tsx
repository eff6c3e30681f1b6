// Counters of the whole hub, each with the line of its last minute.

import { bytesText, countText } from "../parts/quantities.ts";
import { Sparkline } from "../parts/sparkline.tsx";
import { useSession } from "../state/session.ts";
import type { TotalName } from "../state/total-history.ts";

const COUNTERS: readonly (readonly [TotalName, string, (count: number) => string])[] = [
  ["messages", "Messages", countText],
  ["bytes", "Bytes sent", bytesText],
  ["lost", "Lost", bytesText],
  ["stalls", "Stalls", countText],
];

export function Counters() {
  const { totals } = useSession();
  return (
    <dl class="counters">
      {COUNTERS.map(([name, title, text]) => {
        const { sum, history } = totals.of(name);
        return (
          <div key={name} class={`count-${name}`}>
            <dt>{title}</dt>
            <dd>
              {text(sum)}
              <Sparkline values={history} label={`${title} in the last minute`} />
            </dd>
          </div>
        );
      })}
    </dl>
  );
}
