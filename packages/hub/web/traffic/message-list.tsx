// A long list of messages of which only the visible rows exist.

import { useEffect, useState } from "preact/hooks";
import { countText } from "../parts/quantities.ts";
import { useSize } from "../parts/use-size.ts";
import { toHex, toText } from "./bytes.ts";
import { DIRECTION_WORDS } from "./export.ts";
import { targetOf } from "./list-keys.ts";
import { clockText } from "./times.ts";
import type { Entry, Message } from "./traffic-log.ts";

const ROW_HEIGHT = 24;
/** Rows above and below the visible ones. */
const MARGIN = 8;
/** Bytes of a message in its row. */
const HEX_MAX = 64;
const TEXT_MAX = 200;

export type View = "both" | "text" | "hex";

interface MessageListProps {
  readonly entries: readonly Entry[];
  readonly view: View;
  readonly isFollowing: boolean;
  readonly selected: Entry | undefined;
  readonly onSelect: (entry: Entry) => void;
  /** The user scrolled: to the end, or away from it. */
  readonly onFollow: (isFollowing: boolean) => void;
}

export function MessageList(props: MessageListProps) {
  const { entries, view, isFollowing, selected, onSelect, onFollow } = props;
  const [element, { height }] = useSize<HTMLDivElement>();
  const [top, setTop] = useState(0);
  useEffect(() => {
    const list = element.current;
    if (isFollowing && list !== null) list.scrollTop = list.scrollHeight;
  });
  const first = Math.max(0, Math.floor(top / ROW_HEIGHT) - MARGIN);
  const count = Math.ceil(height / ROW_HEIGHT) + 2 * MARGIN;
  const move = (event: KeyboardEvent): void => {
    const { current: list } = element;
    const at = selected === undefined ? -1 : entries.indexOf(selected);
    const page = Math.max(1, Math.floor(height / ROW_HEIGHT) - 1);
    const place = { at, first: Math.ceil(top / ROW_HEIGHT), page, count: entries.length };
    const to = targetOf(event.key, place);
    const next = entries[to ?? -1];
    if (to === undefined || next === undefined || list === null) return;
    event.preventDefault();
    showRow(list, to);
    onSelect(next);
  };
  return (
    <div
      class={`messages ${view}`}
      ref={element}
      role="listbox"
      aria-label="Messages"
      tabIndex={0}
      onKeyDown={move}
      onScroll={({ currentTarget: list }) => {
        setTop(list.scrollTop);
        onFollow(list.scrollTop + list.clientHeight >= list.scrollHeight - ROW_HEIGHT);
      }}
    >
      <div class="rows" style={{ height: `${entries.length * ROW_HEIGHT}px` }}>
        {entries.slice(first, first + count).map((entry, at) => (
          <Row key={first + at} at={first + at} entry={entry} {...{ view, selected, onSelect }} />
        ))}
      </div>
    </div>
  );
}

function showRow(list: HTMLElement, at: number): void {
  list.scrollTop = Math.min(list.scrollTop, at * ROW_HEIGHT);
  list.scrollTop = Math.max(list.scrollTop, (at + 1) * ROW_HEIGHT - list.clientHeight);
}

interface RowProps extends Pick<MessageListProps, "view" | "selected" | "onSelect"> {
  readonly at: number;
  readonly entry: Entry;
}

function Row({ at, entry, view, selected, onSelect }: RowProps) {
  return (
    <div
      class={rowClass(entry, entry === selected)}
      role="option"
      aria-selected={entry === selected}
      tabIndex={-1}
      style={{ top: `${at * ROW_HEIGHT}px` }}
      onClick={() => onSelect(entry)}
      onKeyDown={() => undefined}
    >
      {entry.kind === "gap" ? gapText(entry.lost) : <Cells message={entry} view={view} />}
    </div>
  );
}

function Cells({ message, view }: { readonly message: Message; readonly view: View }) {
  const { time, network, member, direction, length, bytes } = message;
  return (
    <>
      <span class="time">{clockText(time)}</span>
      <span class="who">{`${network}/${member}`}</span>
      <span class="direction">{DIRECTION_WORDS[direction]}</span>
      <span class="length">{length}</span>
      {view !== "hex" && <span class="text">{toText(bytes, TEXT_MAX)}</span>}
      {view !== "text" && <span class="hex">{toHex(bytes, HEX_MAX)}</span>}
    </>
  );
}

function rowClass(entry: Entry, isSelected: boolean): string {
  const kind = entry.kind === "gap" ? "gap" : entry.direction;
  return `row ${kind}${isSelected ? " selected" : ""}`;
}

function gapText(lost: number | undefined): string {
  const count = lost === undefined ? "An unknown number of" : countText(lost);
  return `${count} messages passed while the page was not connected`;
}
