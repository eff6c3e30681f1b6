// The picture of a network: who is on it, in which state, and how much each sends and receives.

import type { NetworkSnapshot } from "../../src/model/types.ts";
import { rateText, shortText } from "../parts/quantities.ts";
import { useSize } from "../parts/use-size.ts";
import type { Rates } from "../state/rate-history.ts";
import { useSession } from "../state/session.ts";
import { stateOf, stateText } from "./member-state.ts";
import { BOX_HEIGHT, BOX_WIDTH, layOut, type PlacedBox } from "./picture-layout.ts";

/** More members are small squares. */
const BOXES_MAX = 40;
const NAME_MAX = 18;
const STATE_MAX = 25;

export function Picture({ network }: { readonly network: NetworkSnapshot }) {
  const [element, { width }] = useSize<HTMLDivElement>();
  const { rates } = useSession();
  const isSmall = network.members.length > BOXES_MAX;
  const picture = layOut(network, Math.max(width, 1));
  return (
    <div class="picture" ref={element}>
      {isSmall && <Mosaic network={network} />}
      {!isSmall && width > 0 && (
        <svg
          width={picture.width}
          height={picture.height}
          role="img"
          aria-label={`Members of ${network.name}; the table has the same as text`}
        >
          {picture.trunks.map((line) => (
            <line key={`${line.x2} ${line.y1} ${line.y2}`} class="trunk" {...line} />
          ))}
          {picture.boxes.map((box) => (
            <MemberBox
              key={box.member.name}
              box={box}
              rates={rates.of(network.name, box.member.name)}
            />
          ))}
        </svg>
      )}
    </div>
  );
}

interface MemberBoxProps {
  readonly box: PlacedBox;
  readonly rates: Rates;
}

function MemberBox({ box: { member, x, y, link }, rates }: MemberBoxProps) {
  const state = stateOf(member);
  const isFlowing = rates.sent + rates.received > 0;
  const middle = link.y + link.length / 2;
  return (
    <g class={`member ${state} ${member.role}`}>
      <title>{`${member.name}: ${stateText(member)}. ${member.path}`}</title>
      <line
        class={isFlowing ? "link flowing" : "link"}
        x1={link.x}
        y1={link.y}
        x2={link.x}
        y2={link.y + link.length}
      />
      <rect x={x} y={y} width={BOX_WIDTH} height={BOX_HEIGHT} rx="8" />
      <circle cx={x + 16} cy={y + 18} r="5" />
      <text class="name" x={x + 28} y={y + 22}>
        {shortText(member.name, NAME_MAX)}
      </text>
      <text class="state" x={x + 12} y={y + 40}>
        {shortText(
          member.role === "member" ? stateText(member) : `${member.role}, ${stateText(member)}`,
          STATE_MAX,
        )}
      </text>
      <text class="rate" x={link.x + 8} y={middle - 2}>
        {rates.sent > 0 ? `↗ ${rateText(rates.sent)}` : ""}
      </text>
      <text class="rate" x={link.x + 8} y={middle + 12}>
        {rates.received > 0 ? `↙ ${rateText(rates.received)}` : ""}
      </text>
    </g>
  );
}

function Mosaic({ network }: { readonly network: NetworkSnapshot }) {
  return (
    <div
      class="mosaic"
      role="img"
      aria-label={`${network.members.length} members of ${network.name}`}
    >
      {network.members.map((member) => (
        <span
          key={member.name}
          class={stateOf(member)}
          title={`${member.name}: ${stateText(member)}`}
        />
      ))}
    </div>
  );
}
