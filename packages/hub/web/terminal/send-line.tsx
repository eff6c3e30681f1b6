// One line to send, as text with a line end or as hex; the arrow keys bring earlier ones back.

import { useState } from "preact/hooks";
import { Select } from "../parts/select.tsx";
import { fromHex } from "../traffic/bytes.ts";

export const LINE_ENDS: Readonly<Record<string, string>> = {
  lf: "\n",
  cr: "\r",
  crlf: "\r\n",
  none: "",
};
const END_OPTIONS = [
  { value: "lf", label: "line feed" },
  { value: "cr", label: "carriage return" },
  { value: "crlf", label: "CR and LF" },
  { value: "none", label: "nothing" },
  { value: "hex", label: "it is hex" },
];

interface SendLineProps {
  readonly isDisabled: boolean;
  readonly onSend: (bytes: Uint8Array) => void;
}

export function SendLine({ isDisabled, onSend }: SendLineProps) {
  const [text, setText] = useState("");
  const [end, setEnd] = useState("lf");
  const [past, setPast] = useState<readonly string[]>([]);
  const [at, setAt] = useState(0);
  const bytes = end === "hex" ? fromHex(text) : new TextEncoder().encode(text + LINE_ENDS[end]);
  const submit = (event: Event): void => {
    event.preventDefault();
    if (bytes === undefined || isDisabled) return;
    onSend(bytes);
    setPast([...past, text]);
    setAt(past.length + 1);
    setText("");
  };
  const recall = (event: KeyboardEvent): void => {
    const next = at + (event.key === "ArrowUp" ? -1 : event.key === "ArrowDown" ? 1 : 0);
    if (next === at || next < 0 || next > past.length) return;
    event.preventDefault();
    setAt(next);
    setText(past[next] ?? "");
  };
  return (
    <form class="toolbar" onSubmit={submit}>
      <label class="field grow">
        <span>Line to send</span>
        <input
          class="mono"
          value={text}
          disabled={isDisabled}
          aria-invalid={bytes === undefined}
          onInput={(event) => setText(event.currentTarget.value)}
          onKeyDown={recall}
        />
      </label>
      <Select label="followed by" value={end} options={END_OPTIONS} onChange={setEnd} />
      <button type="submit" disabled={isDisabled || bytes === undefined}>
        Send
      </button>
    </form>
  );
}
