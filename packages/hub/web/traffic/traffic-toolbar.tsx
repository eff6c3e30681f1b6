// What is shown of the traffic, and how.

import type { TrafficDirection } from "../../src/model/types.ts";
import { memberOptions, parseMember } from "../parts/member-options.ts";
import { Select } from "../parts/select.tsx";
import { useSession } from "../state/session.ts";
import { useStore } from "../state/store.ts";
import type { ExportKind } from "./export.ts";
import type { FilterOptions } from "./filter.ts";
import type { View } from "./message-list.tsx";

interface TrafficToolbarProps {
  readonly options: FilterOptions;
  readonly isWrong: boolean;
  readonly view: View;
  readonly isPaused: boolean;
  readonly onOptions: (options: FilterOptions) => void;
  readonly onView: (view: View) => void;
  readonly onPause: () => void;
  readonly onClear: () => void;
  readonly onExport: (kind: ExportKind) => void;
}

const DIRECTIONS = [
  { value: "", label: "all" },
  { value: "in", label: "sends" },
  { value: "out", label: "receives" },
  { value: "drop", label: "loses" },
];
const VIEWS = [
  { value: "both", label: "text and hex" },
  { value: "text", label: "text" },
  { value: "hex", label: "hex" },
];
const EXPORTS: readonly ExportKind[] = ["pcapng", "text", "csv"];

export function TrafficToolbar(props: TrafficToolbarProps) {
  const { options, isWrong, view, isPaused, onOptions, onView, onPause, onClear, onExport } = props;
  const members = memberOptions(useStore(useSession().status));
  const member = options.member === "" ? "" : JSON.stringify([options.network, options.member]);
  const chooseMember = (value: string): void =>
    onOptions({ ...options, network: "", member: "", ...parseMember(value) });
  return (
    <div class="toolbar">
      <Select
        label="Member"
        value={member}
        options={[{ value: "", label: "all" }, ...members]}
        onChange={chooseMember}
      />
      <Select
        label="Direction"
        value={options.direction}
        options={DIRECTIONS}
        onChange={(value) => onOptions({ ...options, direction: value as TrafficDirection | "" })}
      />
      <Select
        label="Show"
        value={view}
        options={VIEWS}
        onChange={(value) => onView(value as View)}
      />
      <label class="field grow">
        <span>Search</span>
        <input
          type="search"
          placeholder="text, /pattern/ or hex: 02 ff"
          value={options.search}
          aria-invalid={isWrong}
          onInput={(event) => onOptions({ ...options, search: event.currentTarget.value })}
        />
      </label>
      <button type="button" aria-pressed={isPaused} onClick={onPause}>
        {isPaused ? "Go on" : "Pause"}
      </button>
      <button type="button" onClick={onClear}>
        Clear
      </button>
      <span class="group">
        {EXPORTS.map((kind) => (
          <button key={kind} type="button" onClick={() => onExport(kind)}>
            {`Save ${kind}`}
          </button>
        ))}
      </span>
    </div>
  );
}
